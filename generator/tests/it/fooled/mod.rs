//! What would make a number of something else than it says: a run of elsewhere, of another build, of other files.

mod identity;
