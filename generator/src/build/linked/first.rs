// What runs before all constructors of a program or shared library. It stands behind `runtime.rs`, and `STORE` and others. It
// calls what the runtime calls as well: a static program has no other functions.

/// The counters are mapped from the file before one moves. The runtime's own constructor may come later, and then finds nothing to do.
#[used]
#[link_section = ".init_array.00001"]
static FIRST: unsafe extern "C" fn() = first;

unsafe extern "C" fn first() {
    without_its_signal(begin);
    // The path that is linked in is one of a run.
    let place = place();
    if place.is_null() || begins(place, STORE) && is_mapped(place) {
        tell_if_lost(place);
    }
}

/// Gives whether something could not be written.
unsafe fn begin() -> bool {
    let place = place();
    let has_failed = note_another() | (!place.is_null() && note_elsewhere(place));
    __llvm_profile_initialize();
    has_failed || __llvm_profile_counter_bias == 0
}

/// What the environment says; null if that is nothing.
unsafe fn place() -> *const u8 {
    let place = getenv(b"LLVM_PROFILE_FILE\0".as_ptr());
    if place.is_null() || *place == 0 { core::ptr::null() } else { place }
}

/// Where the environment names a place for the profile that is no run's, as it does if a suite sets that itself, the counts do not come
/// to the run. The first process notes the place. On another machine, where that is right, there is no directory for the note.
unsafe fn note_elsewhere(place: *const u8) -> bool {
    !begins(place, STORE) && !begins(place, b"/proc/") && note(ELSEWHERE, place)
}

/// Where cargo runs the package of this name of another checkout, it has taken this program for that one's, as both have one target
/// directory. The first process notes which directory was meant.
unsafe fn note_another() -> bool {
    let name = getenv(b"CARGO_PKG_NAME\0".as_ptr());
    let directory = getenv(b"CARGO_MANIFEST_DIR\0".as_ptr());
    let is_it = name.is_null() || directory.is_null() || !begins(name, NAME) || begins(directory, DIRECTORY);
    !is_it && note(ANOTHER, directory)
}

/// Writes a text to a file that is not there yet. Gives whether that is there now, without the text.
unsafe fn note(path: &[u8], text: *const u8) -> bool {
    let note = fopen(path.as_ptr(), b"wx\0".as_ptr());
    if note.is_null() {
        return false;
    }
    let mut length = 0;
    while *text.add(length) != 0 {
        length += 1;
    }
    fwrite(text, 1, length, note);
    fclose(note) != 0
}

/// Where the counters are not mapped from a profile of a run, what the process does is lost: the disk is full, the profile is larger than
/// files may be, or the process may not write there. So it is in a sandbox that has another directory in the place of the run's. The
/// run is told by a socket that has no file, so that it can be reached all the same.
unsafe fn tell_if_lost(place: *const u8) {
    let has_counters = __llvm_profile_begin_counters() != __llvm_profile_end_counters();
    let is_lost = has_counters && __llvm_profile_counter_bias == 0;
    // The numbers of `openat`, `socket`, `sendto` and `close`.
    let [open, socket, send, close] = match () {
        _ if cfg!(target_arch = "x86_64") => [257, 41, 44, 3],
        _ if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) => [56, 198, 206, 57],
        _ => return,
    };
    // To read, and not to wait where it is a pipe. No program that this one starts has it.
    let lock = syscall(open, -100, LOCK.as_ptr(), 0o2_004_000);
    if lock >= 0 {
        syscall(close, lock);
        if !is_lost {
            return;
        }
    }
    // A datagram, for which nobody waits.
    let (family, kind, flags) = (1, 0o2_000_002, 0x4040);
    let mut address = [0u8; 108];
    let address = address.as_mut_ptr();
    let length = write_address(address, place);
    let file = syscall(socket, family, kind, 0);
    if file >= 0 {
        syscall(send, file, b"!".as_ptr(), 1usize, flags, address, length);
        syscall(close, file);
    }
}

/// Writes the address of the run's socket. Where the environment names the run, behind that of the checkout stands the number of the run.
unsafe fn write_address(address: *mut u8, place: *const u8) -> usize {
    let mut length = 0;
    while length < LOST.len() {
        *address.add(length) = *LOST.as_ptr().add(length);
        length += 1;
    }
    if !place.is_null() && begins(place.add(STORE.len()), NOW) {
        let mut number = place.add(STORE.len() + NOW.len());
        *address.add(length) = b'-';
        length += 1;
        while (*number).is_ascii_digit() && length < 108 {
            *address.add(length) = *number;
            number = number.add(1);
            length += 1;
        }
    }
    length
}

/// Whether a profile of this name is mapped.
unsafe fn is_mapped(mut place: *const u8) -> bool {
    while *place != 0 {
        if begins(place, b"%c") {
            return true;
        }
        place = place.add(1);
    }
    false
}

/// Does something, which gives whether it has failed, without SIGXFSZ, which ends a process that writes more than files may have: an ordinary
/// program writes no profile.
unsafe fn without_its_signal(act: unsafe fn() -> bool) {
    // The numbers of `rt_sigprocmask` and `rt_sigtimedwait`.
    let [mask, wait] = match () {
        _ if cfg!(target_arch = "x86_64") => [14, 128],
        _ if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) => [135, 137],
        _ => {
            act();
            return;
        }
    };
    let (signal, mut before, at_once, none) = (1u64 << 24, 0u64, [0u64; 2], core::ptr::null::<u64>());
    syscall(mask, 0, &signal, &mut before, 8);
    let has_failed = act();
    if before & signal == 0 {
        // What has written all has no signal: some sandboxes end who makes a call that is rare.
        if has_failed {
            syscall(wait, &signal, none, &at_once, 8);
        }
        syscall(mask, 2, &before, none, 8);
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
    static __llvm_profile_counter_bias: isize;
    fn __llvm_profile_initialize();
    fn __llvm_profile_begin_counters() -> *const u8;
    fn __llvm_profile_end_counters() -> *const u8;
    fn getenv(name: *const u8) -> *const u8;
    fn fopen(path: *const u8, mode: *const u8) -> *mut u8;
    fn fwrite(bytes: *const u8, size: usize, number: usize, file: *mut u8) -> usize;
    fn fclose(file: *mut u8) -> i32;
}
