//! The command runner `just`, built from its library: the tests bring it along.

fn main() {
    if let Err(status) = just::run(std::env::args_os()) {
        std::process::exit(status);
    }
}
