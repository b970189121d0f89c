#!/bin/sh
# How long it takes from a clone to the first green tests, and to the end of the demonstration, with nothing built.
#
#     bench/first-test.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and git. What is measured is what
# is committed.
set -eu

. "$(dirname "$0")/common.sh"

row() {
    timed "$@"
    echo "| \`$*\` | $seconds | $busy |"
}

rm -rf "$work/clone"
git clone --quiet "$repository" "$work/clone"
cd "$work/clone"
cargo fetch --quiet --locked
export CARGO_NET_OFFLINE=true
echo "$(date -u +%Y-%m-%d), $(rustc --version), $(getconf _NPROCESSORS_ONLN) cores"
echo
echo "| command | seconds | of a processor |"
echo "| --- | --- | --- |"
row cargo test -p llvm-coverage
row cargo test -p cargo-itcov --lib
rm -rf target
row cargo run --example demo
