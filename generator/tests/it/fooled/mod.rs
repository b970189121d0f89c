//! What could make a number another one than it is, each tried.

mod sources;
