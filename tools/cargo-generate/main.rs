//! `cargo generate`, built from its library for the tests.

use cargo_generate::Cli;
use clap::Parser;

fn main() {
    let Cli::Generate(arguments) = Cli::parse();
    if let Err(error) = cargo_generate::generate(arguments) {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}
