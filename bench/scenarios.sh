#!/bin/sh
# What scenarios cost: the time of a mark, what marks cost a suite, the size of 1,000 of them, and how long it takes to ask.
#
#     bench/scenarios.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and python3. README.md says
# what is measured.
set -eu

# No step may take longer than this many seconds.
limit=900

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

say "marks of a service"
rm -rf "$work/orders-api"
cp -R "$repository/examples/orders-api" "$work/orders-api"
cd "$work/orders-api"
export ITCOV_ARGS="--listen 127.0.0.1:18463 --db orders.db" ITCOV_READY=http://127.0.0.1:18463/health
for part in marks slowdown size; do
    bounded cargo itcov suite --package orders-api -- python3 "$repository/bench/scenarios/marks.py" "$part" "$work/$part" >&2
done

say "1,000 scenarios of ripgrep"
crate=ripgrep
version=15.2.0
rm -rf "$work/fetch" "$work/ripgrep"
mkdir -p "$work/fetch/src"
: >"$work/fetch/src/lib.rs"
printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$crate" "$version" >"$work/fetch/Cargo.toml"
# Of a program that is no library cargo says so.
(cd "$work/fetch" && bounded cargo vendor --quiet >/dev/null 2>&1)
mv "$work/fetch/vendor/$crate" "$work/ripgrep"
rm -rf "$work/fetch" "$work/ripgrep/.cargo-checksum.json"
cd "$work/ripgrep"
bounded cargo itcov exec --scenarios -- sh -c '
    for number in $(seq 1000); do
        ITCOV_SCENARIO="scenario $number" "$ITCOV_BIN" --max-count $((number % 7 + 1)) "[$((number % 10))]" Cargo.lock >/dev/null
    done' >&2
bounded python3 "$repository/bench/scenarios/ask.py" "$work/ask"

cat "$work/marks" "$work/slowdown" "$work/size" "$work/ask"
