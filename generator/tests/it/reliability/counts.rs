//! How often each line ran, and whether that is what it ought to be.

use std::collections::BTreeMap;

/// What an lcov file says.
pub struct Counts {
    /// Of each file, by its name alone: of each line with code, how often it ran.
    lines: BTreeMap<String, BTreeMap<u32, u64>>,
    /// Of each function, by its mangled name, the line it begins in and how often it was entered.
    functions: BTreeMap<String, (u32, u64)>,
}

impl Counts {
    pub fn of(lcov: &str) -> Self {
        let (mut lines, mut functions) = (BTreeMap::new(), BTreeMap::new());
        let mut begins = BTreeMap::new();
        let mut file = String::new();
        for line in lcov.lines() {
            match line.split_once(':') {
                Some(("SF", path)) => path.rsplit('/').next().unwrap().clone_into(&mut file),
                Some(("DA", pair)) => {
                    let (line, count) = pair.split_once(',').unwrap();
                    let of_file: &mut BTreeMap<_, _> = lines.entry(file.clone()).or_default();
                    of_file.insert(line.parse().unwrap(), count.parse().unwrap());
                }
                Some(("FN", pair)) => {
                    let (line, name) = pair.split_once(',').unwrap();
                    begins.insert(name, line.parse().unwrap());
                }
                Some(("FNDA", pair)) => {
                    let (count, name) = pair.split_once(',').unwrap();
                    functions.insert(name.to_owned(), (begins[name], count.parse().unwrap()));
                }
                _ => {}
            }
        }
        Self { lines, functions }
    }

    /// How often the lines of a file ran.
    pub fn lines(&self, file: &str) -> &BTreeMap<u32, u64> {
        &self.lines[file]
    }

    /// Every count of a line there is.
    pub fn all(&self) -> impl Iterator<Item = u64> {
        self.lines.values().flat_map(BTreeMap::values).copied()
    }

    /// How often a function was entered, which is given by the end of its path (`ending::abort`).
    pub fn entered(&self, path: &str) -> u64 {
        self.function(path).1
    }

    /// The line in which a function begins.
    pub fn first_line(&self, path: &str) -> u32 {
        self.function(path).0
    }

    fn function(&self, path: &str) -> (u32, u64) {
        let mut mangled = String::new();
        for name in path.split("::") {
            mangled.push_str(&name.len().to_string());
            mangled.push_str(name);
        }
        let mut found = self.functions.iter();
        let found = found.find(|(name, _)| name.ends_with(&mangled));
        *found
            .unwrap_or_else(|| panic!("no function {path} in {:?}", self.functions))
            .1
    }

    /// Whether every line of the file ran as often as in the other counts, times a factor. If not, it says how not.
    pub fn compare(&self, file: &str, factor: u64, clean: &Self) -> Result<(), String> {
        let (ours, theirs) = (self.lines(file), clean.lines(file));
        let differ = theirs.iter().filter_map(|(line, count)| {
            let (is, ought) = (ours.get(line).copied(), count * factor);
            (is != Some(ought)).then(|| format!("{file}:{line} ran {is:?} times and not {ought}"))
        });
        let differ: Vec<String> = differ.collect();
        if differ.is_empty() && ours.len() == theirs.len() {
            return Ok(());
        }
        Err(format!(
            "{} of {} lines differ: {}",
            differ.len(),
            theirs.len(),
            differ.join(", ")
        ))
    }
}
