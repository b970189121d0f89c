//! What could fool a number, lose a run or outlive it: one test for each, and for its neighbours.

mod identity;
mod outputs;
mod running;
mod sources;
