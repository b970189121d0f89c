#!/bin/sh
# What the pages cost in a browser: how long they take to be shown and to do what a reader wants, how large they are, and what an
# update of a live report is.
#
#     bench/pages.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and chromium. README.md says what
# is measured.
set -eu

# No step may take longer than this many seconds.
limit=3600

. "$(dirname "$0")/common.sh"

command -v chromium >/dev/null || fail "no chromium: apt-get install chromium"
mkdir -p "$work/tmp"
export CARGO_TARGET_DIR="$work/target" TMPDIR="$work/tmp"
# No measurement runs it.
export ITCOV_JUST=/bin/false
cd "$repository"
say "building cargo itcov and the measurements"
bounded cargo test --quiet --release --locked --package cargo-itcov --test it --no-run >&2
say "measuring"
bounded cargo test --quiet --release --locked --package cargo-itcov --test it -- \
    ::costs:: --ignored --nocapture --test-threads 1 >"$work/output" || { cat "$work/output" >&2; fail "a measurement failed"; }
printf '| what | median | worst |\n| --- | --- | --- |\n'
grep "^|" "$work/output"
