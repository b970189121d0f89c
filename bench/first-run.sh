#!/bin/sh
# How long the first instrumented build of a large program takes, beside an ordinary rebuild and beside cargo llvm-cov; and
# how soon a program starts that is built already.
#
#     bench/first-run.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and, for
# cargo llvm-cov, LLVM's tools; what else it lacks it installs there. README.md says what is measured.
set -eu

crate=miniserve
version=0.35.0
# No step may take longer than this many seconds.
limit=1800
# Of so many starts the fastest is taken.
repeats=7

. "$(dirname "$0")/common.sh"

# Seconds since 1970, with a fraction where date has one.
now() { date +%s.%N | sed 's/\.[^0-9]*$//'; }

# Leaves in $used the processor seconds that commands have used so far.
processor() {
    times >"$work/times"
    used=$(sed -n 's/[ms]/ /g; 2p' "$work/times" | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }')
}

# Runs a command; leaves in $seconds how long it took, and in $busy how long it had a processor, which depends less
# on what else the machine is doing.
timed() {
    say "$*"
    processor
    busy=$used started=$(now)
    bounded "$@" >&2
    seconds=$(awk "BEGIN { printf \"%.1f\", $(now) - $started }")
    processor
    busy=$(awk "BEGIN { printf \"%.1f\", $used - $busy }")
    say "took $seconds s, $busy s of a processor"
}

# Prints the size of a directory in KiB, 0 if there is none.
size() { if [ -d "$1" ]; then du -sk "$1" | cut -f 1; else echo 0; fi; }

# Leaves in $fastest how long a command takes until it has printed a line, or to its end, whichever is sooner.
start_of() {
    say "$*, $repeats times"
    for repeat in $(seq "$repeats"); do
        started=$(now)
        bounded "$@" 2>"$work/errors" | { read -r line || :; now; cat >/dev/null; } >"$work/line"
        awk "BEGIN { printf \"%.2f\\n\", $(cat "$work/line") - $started }"
    done >"$work/starts"
    fastest=$(sort -n "$work/starts" | head -n 1)
}

# Installs a program into the work directory unless it is on the PATH.
have() {
    command -v "$1" >/dev/null && return
    say "installing $*"
    program=$1; shift
    CARGO_TARGET_DIR=$work/tools-target bounded cargo install --root "$work/tools" "$@"
    command -v "$program" >/dev/null || fail "$program is still missing"
}

PATH=$work/tools/bin:$PATH
have just --locked just
have cargo-llvm-cov --locked cargo-llvm-cov
say "installing cargo-itcov from $repository"
CARGO_TARGET_DIR=$work/tools-target bounded cargo install --locked --force --root "$work/tools" --path "$repository"

# cargo llvm-cov takes the toolchain's own tools unless it is told otherwise.
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
host=$(rustc -vV | sed -n 's/^host: //p')
if [ ! -x "$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-cov" ]; then
    LLVM_COV=${LLVM_COV:-$(command -v "llvm-cov-$llvm")} || fail "no llvm-cov: rustup component add llvm-tools, or apt-get install llvm-$llvm"
    LLVM_PROFDATA=${LLVM_PROFDATA:-$(command -v "llvm-profdata-$llvm")} || fail "no llvm-profdata: apt-get install llvm-$llvm"
    export LLVM_COV LLVM_PROFDATA
fi

say "fetching $crate $version"
rm -rf "$work/fetch" "$work/crate"
mkdir -p "$work/fetch/src"
: >"$work/fetch/src/lib.rs"
printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$crate" "$version" >"$work/fetch/Cargo.toml"
(cd "$work/fetch" && bounded cargo vendor --quiet >/dev/null)
mv "$work/fetch/vendor/$crate" "$work/crate"
rm -rf "$work/fetch" "$work/crate/.cargo-checksum.json"
cd "$work/crate"
bounded cargo itcov init >&2
bounded cargo fetch
export CARGO_NET_OFFLINE=true
dependencies=$(($(cargo tree --edges normal,build --prefix none --no-dedupe | sort -u | wc -l) - 1))

timed cargo test --no-run
cold=$seconds cold_busy=$busy
ordinary_disk=$(size target)

# Once more, because without the dev-dependencies some dependencies have fewer features.
say "cargo build"
bounded cargo build
touch src/main.rs
timed cargo build
rebuild=$seconds rebuild_busy=$busy

before=$(size target)
timed just itcov_options=--verbose itcov-build 2>"$work/build"
cat "$work/build" >&2
first=$seconds first_busy=$busy
seeding=$(sed -n 's/.* dependencies: \(.*\) units, \(.*\) links, \(.*\) bytes copied, \(.*\) s$/\1 \2 \3 \4/p' "$work/build")
[ -n "$seeding" ] || fail "just itcov-build does not say what it has seeded"
first_disk=$(($(size target) - before))

start_of cargo build
nothing=$fastest
start_of just itcov --version
start=$fastest
grep -q "^$crate runs as\|itcov: $crate runs as" "$work/errors" || fail "just itcov has not started $crate"

before=$(size target)
timed cargo llvm-cov --no-report run -- --version
llvm_cov=$seconds llvm_cov_busy=$busy
llvm_cov_disk=$(($(size target) - before))

# What the first instrumented build has no way around: all of the crate, nothing of it from an incremental build.
say "cargo clean --package $crate"
cargo clean --package "$crate"
timed cargo build
whole=$seconds whole_busy=$busy

# Prints a number of the seeding: units, links, bytes, seconds.
seeded() { echo "$seeding" | cut -d ' ' -f "$1"; }
ratio() { awk "BEGIN { printf \"%.1f\", $1 / $2 }"; }
size_of() { awk "BEGIN { printf \"%.2f GB\", $1 * 1024 / 1e9 }"; }
cat <<END

$crate $version, $dependencies dependencies
$(date -u +%Y-%m-%d), $(rustc --version), $(just --version), $(cargo llvm-cov --version), $(getconf _NPROCESSORS_ONLN) cores

| | step | seconds | of a processor | disk |
| --- | --- | --- | --- | --- |
| a | \`cargo test --no-run\`, nothing built before | $cold | $cold_busy | $(size_of "$ordinary_disk") |
| b | \`cargo build\` after \`touch src/main.rs\` | $rebuild | $rebuild_busy | |
| w | \`cargo build\` after \`cargo clean --package $crate\` | $whole | $whole_busy | |
| c | \`just itcov-build\`, the first one, after a | $first | $first_busy | $(size_of "$first_disk") |
| d | \`cargo llvm-cov --no-report run\`, the first one, after a | $llvm_cov | $llvm_cov_busy | $(size_of "$llvm_cov_disk") |

| seeding, a part of c | |
| --- | --- |
| seconds | $(seeded 4) |
| units of the dependencies | $(seeded 1) |
| hard links | $(seeded 2) |
| copied | $(awk "BEGIN { printf \"%.1f MB\", $(seeded 3) / 1e6 }") |

| with nothing to build | seconds |
| --- | --- |
| \`cargo build\` | $nothing |
| \`just itcov --version\`, until the program has printed its line | $start |

| ratio | seconds | of a processor | disk |
| --- | --- | --- | --- |
| c / b | $(ratio "$first" "$rebuild") | $(ratio "$first_busy" "$rebuild_busy") | |
| c / w | $(ratio "$first" "$whole") | $(ratio "$first_busy" "$whole_busy") | |
| d / c | $(ratio "$llvm_cov" "$first") | $(ratio "$llvm_cov_busy" "$first_busy") | $(ratio "$llvm_cov_disk" "$first_disk") |
END
say "all of it is in $work"
