# What the benchmarks share; each reads it first. Leaves in $repository and $work where this repository is, and where to work: the
# directory that was given, or a new temporary one.
# shellcheck shell=sh disable=SC2034

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a command for $limit seconds at the most.
bounded() { if command -v timeout >/dev/null; then timeout "${limit:-1800}" "$@"; else "$@"; fi; }

# Variables that would change what cargo builds, or where.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_BUILD_TARGET CARGO_INCREMENTAL
unset CARGO_ENCODED_RUSTFLAGS RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER LLVM_PROFILE_FILE

# Installs cargo itcov of a checkout below a directory.
install_itcov() {
    say "installing cargo-itcov from $1"
    CARGO_TARGET_DIR=$work/tools-target bounded cargo install --quiet --locked --force --root "$2" --path "$1"
}

# Puts the sources of a published crate into a directory of its name, unless they are there.
published() {
    [ ! -d "$work/$1" ] || return 0
    rm -rf "$work/fetch"
    mkdir -p "$work/fetch/src"
    : >"$work/fetch/src/lib.rs"
    printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$1" "$2" >"$work/fetch/Cargo.toml"
    # Of a program that is no library cargo says so.
    (cd "$work/fetch" && bounded cargo vendor --quiet >/dev/null 2>&1)
    mv "$work/fetch/vendor/$1" "$work/$1"
    rm -rf "$work/fetch" "$work/$1/.cargo-checksum.json"
}

# Runs a command; leaves in $seconds how long it took, and in $busy how long it had a processor, which depends less on what else the
# machine is doing.
timed() {
    say "$*"
    times >"$work/before"
    started=$(date +%s)
    "$@" >&2
    seconds=$(($(date +%s) - started))
    times >"$work/after"
    busy=$(cat "$work/before" "$work/after" | sed -n 's/[ms]/ /g; 2p; 4p' |
        awk '{ sum[NR] = $1 * 60 + $2 + $3 * 60 + $4 } END { printf "%.0f", sum[2] - sum[1] }')
}
