//! The program, which is all in the library: so a build begins with it before the last of its dependencies are done.

fn main() -> std::process::ExitCode {
    cargo_itcov::main()
}
