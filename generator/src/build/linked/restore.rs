// What is linked into build scripts. It runs before their `main`, and gives them the environment that the user had: the suite's
// cargo has variables that steer it, and a cargo that a build script starts would wait for the directory in which that one builds.
// It stands behind `#![no_std]`, is compiled by itself, and calls nothing.

/// Begins a variable that says what the tool has set: `ITCOV_SET_NAME=value`.
const SET: &[u8] = b"ITCOV_SET_";
/// Begins one that says what the user had set in that place.
const BEFORE: &[u8] = b"ITCOV_BEFORE_";

#[used]
#[link_section = ".init_array.00101"]
static FIRST: unsafe extern "C" fn() = restore;

unsafe extern "C" fn restore() {
    let mut place = 0;
    while !entry(place).is_null() {
        if starts_with(entry(place), SET) {
            restore_one(entry(place));
        }
        place += 1;
    }
    remove_own();
}

/// What a script or the suite itself has set since stays.
unsafe fn restore_one(set: *const u8) {
    let ours = set.add(SET.len());
    let mut before = set;
    let mut place = 0;
    while !entry(place).is_null() {
        let it = entry(place);
        if starts_with(it, BEFORE) && is_same(it.add(BEFORE.len()), ours, b'=') {
            before = it.add(BEFORE.len());
        }
        place += 1;
    }
    place = 0;
    while !entry(place).is_null() {
        if is_same(entry(place), ours, 0) {
            // If there was none before, it goes with the tool's own.
            *environ.add(place) = before;
        }
        place += 1;
    }
}

unsafe fn remove_own() {
    let (mut from, mut to) = (0, 0);
    while !entry(from).is_null() {
        let it = entry(from);
        if !starts_with(it, SET) && !starts_with(it, BEFORE) {
            *environ.add(to) = it;
            to += 1;
        }
        from += 1;
    }
    if from > 0 {
        *environ.add(to) = core::ptr::null();
    }
}

unsafe fn entry(place: usize) -> *const u8 {
    if environ.is_null() { core::ptr::null() } else { *environ.add(place) }
}

unsafe fn starts_with(text: *const u8, start: &'static [u8]) -> bool {
    let mut place = 0;
    while place < start.len() {
        if *text.add(place) != *start.as_ptr().add(place) {
            return false;
        }
        place += 1;
    }
    true
}

/// Whether the texts are the same as far as this byte, or to their end.
unsafe fn is_same(one: *const u8, other: *const u8, end: u8) -> bool {
    let mut place = 0;
    while *one.add(place) == *other.add(place) {
        if *one.add(place) == end || *one.add(place) == 0 {
            return true;
        }
        place += 1;
    }
    false
}

extern "C" {
    static mut environ: *mut *const u8;
}
