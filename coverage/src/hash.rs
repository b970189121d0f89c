//! Maps and sets of what an object has thousands of. Their hashes are quick, and begin with a number that nobody outside knows.

use foldhash::fast::RandomState;

pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;
