#!/bin/sh
# What a live report costs: the processor's time while nothing happens, and the requests that a service answers meanwhile; and how
# soon it shows what has run.
#
#     bench/live.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and python3. README.md says
# what is measured.
set -eu

# No step may take longer than this many seconds.
limit=1800

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)

say() { printf '\n== %s\n' "$*" >&2; }
bounded() { if command -v timeout >/dev/null; then timeout "$limit" "$@"; else "$@"; fi; }

# Variables that would change what cargo builds, or where.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_INCREMENTAL CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
unset RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER LLVM_PROFILE_FILE

say "installing cargo-itcov from $repository"
CARGO_TARGET_DIR=$work/tools-target bounded cargo install --quiet --locked --force --root "$work/tools" --path "$repository/generator"
PATH=$work/tools/bin:$PATH

say "a service"
rm -rf "$work/orders-api"
cp -R "$repository/examples/orders-api" "$work/orders-api"
cd "$work/orders-api"
bounded cargo itcov build --package orders-api >&2
bounded python3 "$repository/bench/live/live.py" idle "$work/idle" -- \
    cargo itcov run --live --no-open --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2
bounded python3 "$repository/bench/live/live.py" load "$work/load" -- \
    cargo itcov run --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2
bounded python3 "$repository/bench/live/live.py" green "$work/green" -- \
    cargo itcov run --live --no-open --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2

say "a program with 300 dependencies, all of them measured"
crate=miniserve
version=0.35.0
rm -rf "$work/fetch"
if [ ! -d "$work/miniserve" ]; then
    mkdir -p "$work/fetch/src"
    : >"$work/fetch/src/lib.rs"
    printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$crate" "$version" >"$work/fetch/Cargo.toml"
    # Of a program that is no library cargo says so.
    (cd "$work/fetch" && bounded cargo vendor --quiet >/dev/null 2>&1)
    mv "$work/fetch/vendor/$crate" "$work/miniserve"
    rm -rf "$work/fetch" "$work/miniserve/.cargo-checksum.json"
fi
cd "$work/miniserve"
bounded cargo itcov build --scope all >&2
bounded python3 "$repository/bench/live/live.py" idle "$work/large" -- \
    cargo itcov run --live --no-open --scope all -- --interfaces 127.0.0.1 --port 18463 . >&2

printf '| what | |\n| --- | --- |\n'
sed 's/of a core/of a core, a service/' "$work/idle"
sed 's/of a core/of a core, 300 dependencies with --scope all/' "$work/large"
cat "$work/load" "$work/green"
