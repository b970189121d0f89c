// What is linked into every program and shared library beside the path of its profile. It stands behind `#![no_std]`, and is
// compiled by itself: it may use nothing that can panic.

/// What the runtime writes a profile with: `ProfDataWriter` and `ProfDataIOVec` of LLVM's `InstrProfiling.h`.
#[repr(C)]
struct Writer {
    write: unsafe extern "C" fn(*mut Writer, *const Bytes, u32) -> u32,
    hash: u64,
}
#[repr(C)]
struct Bytes {
    data: *const u8,
    size: usize,
    number: usize,
    is_padding: i32,
}

unsafe extern "C" fn add(writer: *mut Writer, parts: *const Bytes, number: u32) -> u32 {
    let mut part = 0;
    while part < number as usize {
        let bytes = &*parts.add(part);
        let mut place = 0;
        while !bytes.data.is_null() && place < bytes.size * bytes.number {
            let hash = (*writer).hash.wrapping_add(1 + *bytes.data.add(place) as u64);
            (*writer).hash = hash.wrapping_mul(0x100_0000_01b3);
            place += 1;
        }
        part += 1;
    }
    0
}

/// The number in the place of `%m`, which the runtime makes of sizes: two builds would share a profile in which only a constant
/// differs. So it has the build identifier, too, if the linker has written one.
unsafe fn number() -> u64 {
    let mut writer = Writer { write: add, hash: 0 };
    __llvm_write_binary_ids(&mut writer);
    __real_lprofGetLoadModuleSignature() ^ writer.hash
}

/// Opens the profile, which is locked then. What a process has left there that was killed while it made the profile is thrown
/// away: else it is of no use to anybody, and every later process finds it incompatible and counts nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __wrap_lprofOpenFileEx(path: *const u8) -> *mut u8 {
    // A process that takes the rights of its owner from all files that it makes, by its umask, would leave one that no other can open.
    let mask = set_mask(0o077);
    set_mask(mask & !0o600);
    let file = __real_lprofOpenFileEx(path);
    set_mask(mask);
    if !file.is_null() && core::mem::size_of::<usize>() == 8 {
        let descriptor = fileno(file);
        let mut header = [0; 19];
        let read = pread(descriptor, header.as_mut_ptr(), core::mem::size_of_val(&header), 0);
        let length = lseek(descriptor, 0, 2);
        lseek(descriptor, 0, 0);
        if read > 0 && length > 0 && is_cut_off(header.as_ptr(), read as u64, length as u64) {
            ftruncate(descriptor, 0);
        }
    }
    file
}

/// Sets which rights new files do not have, and gives those before. A static program may have no function for that, but it has this one.
unsafe fn set_mask(mask: u32) -> u32 {
    let number = match () {
        _ if cfg!(target_arch = "x86_64") => 95,
        _ if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) => 166,
        _ => return 0,
    };
    syscall(number, mask) as u32
}

/// Whether a profile is shorter than its header says: the fields of `INSTR_PROF_RAW_HEADER` in LLVM's `InstrProfData.inc`.
unsafe fn is_cut_off(header: *const u64, read: u64, length: u64) -> bool {
    let field = |number: usize| *header.add(number);
    let magic = 0xff6c_7072_6f66_7281;
    if read < 8 {
        return field(0) == magic & ((1 << (8 * read)) - 1);
    }
    if field(0) != magic || read < 16 {
        return field(0) == magic;
    }
    // How many fields there are, which of them is the length of the names, and the size of a record.
    let (fields, names, record) = match field(1) {
        8 => (11, 7, 48),
        9 => (14, 9, 64),
        10 => (16, 9, 64),
        11 => (19, 12, 72),
        _ => return false,
    };
    if read < 8 * fields {
        return true;
    }
    let mut size = 8 * fields + field(2) + field(names);
    size += record * field(3) + field(4) + 8 * field(5) + field(6);
    if names > 7 {
        size += field(7) + field(8);
    }
    length < size
}

extern "C" {
    fn __real_lprofOpenFileEx(path: *const u8) -> *mut u8;
    fn __real_lprofGetLoadModuleSignature() -> u64;
    fn __llvm_write_binary_ids(writer: *mut Writer) -> i32;
    fn syscall(number: i64, ...) -> i64;
    fn fileno(file: *mut u8) -> i32;
    fn pread(descriptor: i32, bytes: *mut u64, length: usize, offset: i64) -> isize;
    fn lseek(descriptor: i32, offset: i64, from: i32) -> i64;
    fn ftruncate(descriptor: i32, length: i64) -> i32;
}
