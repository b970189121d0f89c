#!/bin/sh
# What it costs to know whose numbers they are: digests of texts, identifiers of builds, a place for each run. The working copy
# beside the last revision without them.
#
#     bench/identity.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs git, cargo and a C compiler. README.md says what is
# measured.
set -eu

crate=miniserve
version=0.35.0
# The last revision without them.
before=11554d4
# Of so many runs the fastest is taken, by turns.
repeats=15
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

say "installing both revisions"
rm -rf "$work/before-source"
mkdir -p "$work/before-source"
git -C "$repository" archive "$before" | tar -x -C "$work/before-source"
for which in before now; do
    source=$repository
    if [ "$which" = before ]; then source=$work/before-source; fi
    CARGO_TARGET_DIR=$work/tools-target bounded cargo install --quiet --locked --force --root "$work/$which" --path "$source/generator"
done

say "$crate $version"
if [ ! -d "$work/$crate" ]; then
    mkdir -p "$work/fetch/src"
    : >"$work/fetch/src/lib.rs"
    printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$crate" "$version" >"$work/fetch/Cargo.toml"
    # Of a program that is no library cargo says so.
    (cd "$work/fetch" && bounded cargo vendor --quiet >/dev/null 2>&1)
    mv "$work/fetch/vendor/$crate" "$work/$crate"
    rm -rf "$work/fetch" "$work/$crate/.cargo-checksum.json"
fi
cd "$work/$crate"

# Each has a target directory of its own.
tool() {
    which=$1
    shift
    CARGO_TARGET_DIR=$work/target-$which PATH=$work/$which/bin:$PATH bounded cargo itcov "$@"
}
for which in before now; do
    tool "$which" run --scope all -- --version >&2
done

# Prints how many milliseconds a command took.
took() {
    begin=$(date +%s%N)
    "$@" >/dev/null 2>&1
    echo $((($(date +%s%N) - begin) / 1000000))
}

rm -f "$work"/times-*
for repeat in $(seq "$repeats"); do
    for which in before now; do
        took tool "$which" run --scope all -- --version >>"$work/times-run-$which"
        took tool "$which" report >>"$work/times-report-$which"
    done
done

fastest() { sort -n "$1" | head -n 1; }
printf '| what | before, ms | now, ms | times |\n| --- | --- | --- | --- |\n'
for what in run report; do
    old=$(fastest "$work/times-$what-before") new=$(fastest "$work/times-$what-now")
    awk -v what="$what" -v old="$old" -v new="$new" 'BEGIN { printf "| `%s` | %d | %d | %.2f |\n", what, old, new, new / old }'
done
