//! What somebody might fool the tool with, and what happens instead.

mod outputs;
