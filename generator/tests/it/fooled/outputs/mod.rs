//! What reaches files and terminals: names from anywhere, places that are not what they seem.

mod checked;
mod justfiles;
mod manifests;
mod names;
mod sources;
mod terminal;
mod waiting;
mod written;
