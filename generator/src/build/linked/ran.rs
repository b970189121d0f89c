// What is linked into executables of tests. It stands behind `#![no_std]`, is compiled by itself, and may use nothing that can panic.
// A static program may have no other functions than these.

/// A test may run what the program runs as well, and nobody counts it for a scenario. So it says before its `main` that it runs: its path
/// becomes a line of the file `.ran` beside the profiles, if the run of a suite has made one.
#[used]
#[link_section = ".init_array.00101"]
static RAN: unsafe extern "C" fn() = say_that_it_runs;

unsafe extern "C" fn say_that_it_runs() {
    // The numbers of `openat`, `readlinkat`, `write` and `close`.
    let [open, read, write, close] = match () {
        _ if cfg!(target_arch = "x86_64") => [257, 267, 1, 3],
        _ if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) => [56, 78, 64, 57],
        _ => return,
    };
    let profile = getenv(b"LLVM_PROFILE_FILE\0".as_ptr());
    let mut text = [0u8; 4200];
    let text = text.as_mut_ptr();
    let (mut length, mut name) = (0, 0);
    while !profile.is_null() && *profile.add(length) != 0 && length < 4096 {
        *text.add(length) = *profile.add(length);
        length += 1;
        if *text.add(length - 1) == b'/' {
            name = length;
        }
    }
    if name == 0 {
        return;
    }
    let mut place = 0;
    while place < 6 {
        *text.add(name + place) = *b".ran\0\0".as_ptr().add(place);
        place += 1;
    }
    // To write behind what is there; nothing is created or waited for, and no program that it starts has it.
    let (here, flags) = (-100, 0o2_006_001);
    let file = syscall(open, here, text, flags, 0);
    if file < 0 {
        return;
    }
    let length = syscall(read, here, b"/proc/self/exe\0".as_ptr(), text, 4096);
    if length > 0 {
        *text.add(length as usize) = b'\n';
        syscall(write, file, text, length + 1);
    }
    syscall(close, file);
}

extern "C" {
    fn getenv(name: *const u8) -> *const u8;
    fn syscall(number: i64, ...) -> i64;
}
