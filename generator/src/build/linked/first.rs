// What runs before all constructors of a program or shared library. It stands behind `runtime.rs`, and `STORE` and `ELSEWHERE`. It
// calls what the runtime calls as well: a static program has no other functions.

/// The counters are mapped from the file before one moves. The runtime's own constructor may come later, and then finds nothing to do.
#[used]
#[link_section = ".init_array.00001"]
static FIRST: unsafe extern "C" fn() = first;

unsafe extern "C" fn first() {
    note_elsewhere();
    __llvm_profile_initialize();
}

/// Where the environment names a place for the profile that is no run's, as it does if a suite sets that itself, the counts do not come
/// to the run. The first process notes the place. On another machine, where that is right, there is no directory for the note.
unsafe fn note_elsewhere() {
    let place = getenv(b"LLVM_PROFILE_FILE\0".as_ptr());
    if place.is_null() || *place == 0 || begins(place, STORE) || begins(place, b"/proc/") {
        return;
    }
    let note = fopen(ELSEWHERE.as_ptr(), b"wx\0".as_ptr());
    if !note.is_null() {
        let mut length = 0;
        while *place.add(length) != 0 {
            length += 1;
        }
        fwrite(place, 1, length, note);
        fclose(note);
    }
}

unsafe fn begins(text: *const u8, with: &[u8]) -> bool {
    let mut place = 0;
    while place < with.len() {
        if *text.add(place) != *with.as_ptr().add(place) {
            return false;
        }
        place += 1;
    }
    true
}

extern "C" {
    fn __llvm_profile_initialize();
    fn getenv(name: *const u8) -> *const u8;
    fn fopen(path: *const u8, mode: *const u8) -> *mut u8;
    fn fwrite(bytes: *const u8, size: usize, number: usize, file: *mut u8) -> usize;
    fn fclose(file: *mut u8) -> i32;
}
