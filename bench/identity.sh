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

. "$(dirname "$0")/common.sh"

rm -rf "$work/before-source"
mkdir -p "$work/before-source"
git -C "$repository" archive "$before" | tar -x -C "$work/before-source"
# Its package was in a directory of its own.
install_itcov "$work/before-source/generator" "$work/before"
install_itcov "$repository" "$work/now"

say "$crate $version"
published "$crate" "$version"
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
