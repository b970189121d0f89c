#!/bin/sh
# How long it takes from a clone to the first green tests, with nothing built.
#
#     bench/first-test.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and git. What is measured is what
# is committed.
set -eu

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)

# Variables that would change what cargo builds, or where.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_INCREMENTAL CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
unset RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER

# Runs a command, and prints a row with how long it took, and how long it had a processor, which depends less on what else the
# machine is doing.
timed() {
    times >"$work/before"
    started=$(date +%s)
    "$@" >&2
    seconds=$(($(date +%s) - started))
    times >"$work/after"
    busy=$(cat "$work/before" "$work/after" | sed -n 's/[ms]/ /g; 2p; 4p' |
        awk '{ sum[NR] = $1 * 60 + $2 + $3 * 60 + $4 } END { printf "%.0f", sum[2] - sum[1] }')
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
timed cargo test -p llvm-coverage
timed cargo test -p cargo-itcov --bin cargo-itcov
