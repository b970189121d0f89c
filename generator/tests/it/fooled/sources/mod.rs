//! Which text a number is of: `docs/trust.md`.

mod cached;
mod cfg;
mod early;
mod edited;
mod hidden;
mod left_out;
mod made;
mod outside;
mod unbuilt;
