#!/bin/sh
# How long a report takes and how much memory, beside LLVM's tools, cargo llvm-cov and tarpaulin: on a small program, on
# one with 295 dependencies that are measured too, and on 10,000 profiles.
#
#     bench/report.sh [--rounds N] [--sizes "small large many"] [DIRECTORY]
#
# Works below DIRECTORY, or target/bench/report, which it leaves behind: what is built there is used again. Needs Linux,
# cargo, a C compiler, GNU time, Python, and LLVM's tools; what else it lacks it installs there. README.md says what is measured.
set -eu

rounds=5
sizes="small large many"
while [ $# -gt 1 ]; do
    case $1 in
    --rounds) rounds=$2 ;;
    --sizes) sizes=$2 ;;
    *) break ;;
    esac
    shift 2
done
# Where tarpaulin has to run the program for each report, it takes part in so many rounds only.
long_rounds=2
profiles=10000
crate=miniserve
version=0.35.0
# No step may take longer than this many seconds.
limit=1800

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$repository/target/bench/report}
mkdir -p "$work/bin" "$work/times"
work=$(cd "$work" && pwd)

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Variables that would change what cargo builds, or where.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_BUILD_TARGET CARGO_INCREMENTAL
unset CARGO_ENCODED_RUSTFLAGS RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER LLVM_PROFILE_FILE
export CARGO_TERM_COLOR=never

bounded() { timeout "$limit" "$@"; }

# Installs a program into the work directory unless it is on the PATH.
have() {
    command -v "$1" >/dev/null && return
    say "installing $*"
    program=$1; shift
    CARGO_TARGET_DIR=$work/tools-target bounded cargo install --locked --root "$work/tools" "$@" >&2
    command -v "$program" >/dev/null || fail "$program is still missing"
}

PATH=$work/bin:$work/tools/bin:$PATH
[ -x /usr/bin/time ] || fail "no /usr/bin/time: apt-get install time"
have just just
have cargo-llvm-cov cargo-llvm-cov
have cargo-tarpaulin cargo-tarpaulin
say "building cargo itcov"
(cd "$repository" && bounded cargo build --release --locked --package cargo-itcov --bin cargo-itcov >&2)
ln -sf "$repository/target/release/cargo-itcov" "$work/bin/cargo-itcov"

# cargo llvm-cov takes the toolchain's own tools unless it is told otherwise.
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
host=$(rustc -vV | sed -n 's/^host: //p')
tools=$(rustc --print sysroot)/lib/rustlib/$host/bin
if [ -x "$tools/llvm-cov" ]; then
    LLVM_COV=$tools/llvm-cov LLVM_PROFDATA=$tools/llvm-profdata
else
    LLVM_COV=${LLVM_COV:-$(command -v "llvm-cov-$llvm")} || fail "no llvm-cov: rustup component add llvm-tools, or apt-get install llvm-$llvm"
    LLVM_PROFDATA=${LLVM_PROFDATA:-$(command -v "llvm-profdata-$llvm")} || fail "no llvm-profdata: apt-get install llvm-$llvm"
fi
export LLVM_COV LLVM_PROFDATA

# --- What is reported on: a copy of each crate for each tool, built and run once.

# Is a step to be taken, because it was not before?
once() {
    [ ! -e "$work/done-$1" ] || return 1
    say "preparing $1"
}

# Writes an integration test that runs the program, for tarpaulin: its arguments, and how often.
runs() {
    mkdir -p tests
    cat >tests/runs.rs <<END
#[test]
fn runs() {
    let times = std::env::var("TIMES").map_or(1, |it| it.parse().unwrap());
    for _ in 0..times {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_$1"));
        assert!(program.args([$2]).output().unwrap().status.success());
    }
}
END
}

tarpaulin() {
    bounded cargo tarpaulin --engine llvm --follow-exec --skip-clean --test runs --out lcov --output-dir "$work/out" \
        --timeout "$limit" --stderr
}

copies() {
    for tool in llvm-cov tarpaulin; do
        rm -rf "$work/$1-$tool"
        cp -R "$work/$1" "$work/$1-$tool"
    done
}

prepare_small() {
    if once small; then
        rm -rf "$work/small"
        cp -R "$repository/examples/wordstat" "$work/small"
        rm -rf "$work/small/target"
        cd "$work/small"
        cargo itcov remove >&2
        copies small
        cargo itcov init >&2
        bounded just itcov Cargo.toml >&2
        cd "$work/small-llvm-cov"
        bounded cargo llvm-cov --no-report run -- Cargo.toml >&2
        cd "$work/small-tarpaulin"
        runs wordstat '"Cargo.toml"'
        tarpaulin >&2
        touch "$work/done-small"
    fi
    members small
    find "$work/small/target/itcov/.checkouts" -name '*.itcov' >"$work/small-list"
}

prepare_large() {
    if once large-sources; then
        rm -rf "$work/large" "$work/fetch"
        mkdir -p "$work/fetch/src"
        : >"$work/fetch/src/lib.rs"
        printf '[package]\nname = "fetch"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n' "$crate" "$version" >"$work/fetch/Cargo.toml"
        cd "$work/fetch"
        bounded cargo vendor --quiet >/dev/null
        mv "vendor/$crate" "$work/large"
        rm -rf "$work/fetch" "$work/large/.cargo-checksum.json"
        copies large
        cd "$work/large"
        cargo itcov init >&2
        touch "$work/done-large-sources"
    fi
    cd "$work/large"
    # Names of packages, as cargo llvm-cov takes them.
    dependencies=$(cargo tree --edges normal --prefix none --no-dedupe | sed 's/ .*//' | sort -u |
        sed "/^$crate\$/d; /^\$/d" | paste -s -d , -)
    if once large; then
        bounded just itcov_options='--scope all' itcov --version >&2
        touch "$work/done-large"
    fi
    if once large-llvm-cov; then
        cd "$work/large-llvm-cov"
        bounded cargo llvm-cov --no-report --dep-coverage "$dependencies" run -- --version >&2
        touch "$work/done-large-llvm-cov"
    fi
    if once large-tarpaulin; then
        cd "$work/large-tarpaulin"
        # The manifest of a published crate lists its tests.
        grep -q '"runs"' Cargo.toml || printf '\n[[test]]\nname = "runs"\npath = "tests/runs.rs"\n' >>Cargo.toml
        runs "$crate" '"--version"'
        tarpaulin >&2
        touch "$work/done-large-tarpaulin"
    fi
    members large
    find "$work/large/target/itcov/.checkouts" -name '*.itcov' >"$work/large-list"
}

# As many processes of the small program, each with a profile of its own.
prepare_many() {
    prepare_small
    if once many; then
        rm -rf "$work/many" "$work/many-llvm-cov"
        mkdir "$work/many"
        cp -R "$work/small-llvm-cov" "$work/many-llvm-cov"
        cd "$work/many-llvm-cov"
        # cargo llvm-cov knows the files by the name of the crate.
        bounded cargo llvm-cov --no-report run -- Cargo.toml >&2
        profile=$(find target -name '*.profraw' | sed 1q)
        directory=$(dirname "$profile")
        rm "$profile"
        for number in $(seq "$profiles"); do
            LLVM_PROFILE_FILE=$work/many/$number.profraw "$work/small/target/itcov/debug/wordstat" Cargo.toml >/dev/null
            LLVM_PROFILE_FILE=$directory/wordstat-$number-0.profraw target/llvm-cov-target/debug/wordstat Cargo.toml >/dev/null
        done
        touch "$work/done-many"
    fi
    find "$work/many" -name '*.profraw' | sort >"$work/many-list"
    [ "$(wc -l <"$work/many-list")" = "$profiles" ] || fail "there are not $profiles profiles in $work/many"
    cp "$work/objects-small" "$work/objects-many"
    cp "$work/program-small" "$work/program-many"
}

# The program, and the members of the libraries as objects, one argument a line: what cargo itcov reads as they are.
members() {
    # The last build, its program first.
    python3 -c 'import json, sys; build = json.load(open(sys.argv[1]))
for file in build["programs"][0]["objects"]["files"]: print(file)' "$work/$1"/target/itcov/.checkouts/*/build.json >"$work/files-$1"
    if once "members-$1"; then
        rm -rf "$work/members-$1"
        mkdir "$work/members-$1"
        sed 1d "$work/files-$1" | while read -r library; do
            directory=$(mktemp -d "$work/members-$1/XXXXXX")
            (cd "$directory" && ar x "$library" && ar t "$library" | sed -n "s|.*\.o$|-object=$directory/&|p")
        done >"$work/members-$1/list"
        # llvm-cov warns of each that is newer than the profile.
        find "$work/members-$1" -name '*.o' -exec touch -d 2000-01-01 {} +
        touch "$work/done-members-$1"
    fi
    sed 1q "$work/files-$1" >"$work/program-$1"
    cat "$work/program-$1" "$work/members-$1/list" >"$work/objects-$1"
}
for size in $sizes; do "prepare_$size"; done

# --- The measurements.

now() { date +%s.%N; }

# Takes a step in a directory: its name, the directory, the command. Notes the milliseconds, and how many KiB the
# largest of its processes had.
step() {
    name=$1
    cd "$work/$2"
    shift 2
    rm -rf "$work/out"
    mkdir "$work/out"
    started=$(now)
    bounded /usr/bin/time -f %M -o "$work/memory" "$@" >"$work/output" 2>"$work/errors" ||
        { cat "$work/errors" >&2; fail "$name: $* failed"; }
    ended=$(now)
    cd "$work"
    printf '%s %s\n' "$(awk "BEGIN { printf \"%.1f\", ($ended - $started) * 1000 }")" "$(tail -n 1 "$work/memory")" >>"$work/times/$name"
}

# The trace file that a step has written must have lines.
has_lines() { grep -q '^DA:' "$1" || fail "$name has no line in $1"; }

itcov_steps() {
    size=$1 directory=$2
    shift 2
    step "$size-lcov" "$directory" cargo itcov report "$@" --lcov "$work/out/lcov.info"
    has_lines "$work/out/lcov.info"
    step "$size-table" "$directory" cargo itcov report "$@"
    grep -q '^Total' "$work/output" || fail "$size-table has no total"
}

llvm_steps() {
    for objects in objects program; do
        step "$1-llvm-$objects" . sh "$work/llvm.sh" "$work/$1-list" "$work/$objects-$1"
        has_lines "$work/output"
    done
}

llvm_cov_step() {
    name=$1 directory=$2
    shift 2
    step "$name" "$directory" cargo llvm-cov report --lcov --output-path "$work/out/lcov.info" "$@"
    has_lines "$work/out/lcov.info"
}

# tarpaulin reports where it has run the tests. What its log says after them is noted beside the whole.
tarpaulin_step() {
    step "$1-tarpaulin" "$2" env TIMES="$3" cargo tarpaulin --engine llvm --follow-exec --skip-clean --test runs \
        --out lcov --output-dir "$work/out" --timeout "$limit" --stderr
    has_lines "$work/out/lcov.info"
    tested=$(sed 's/\x1b\[[0-9;]*m//g' "$work/errors" | sed -n 's/^\([0-9T:.-]*Z\) .*instrumented: For binary: .*/\1/p' | sed 1q)
    [ -n "$tested" ] || fail "tarpaulin does not say when the tests were over"
    awk "BEGIN { printf \"%.1f \", ($ended - $(date -d "$tested" +%s.%N)) * 1000 }" >>"$work/times/$1-tarpaulin-reporting"
    tail -n 1 "$work/times/$1-tarpaulin" | cut -d ' ' -f 2 >>"$work/times/$1-tarpaulin-reporting"
}

cat >"$work/llvm.sh" <<'END'
set -eu
directory=$(dirname "$0")/out
"$LLVM_PROFDATA" merge -sparse -f "$1" -o "$directory/profdata"
exec "$LLVM_COV" export -format=lcov -instr-profile "$directory/profdata" "@$2"
END

round_small() {
    itcov_steps small small
    llvm_steps small
    llvm_cov_step small-llvm-cov small-llvm-cov
    tarpaulin_step small small-tarpaulin 1
}

round_large() {
    itcov_steps large large
    llvm_steps large
    llvm_cov_step large-llvm-cov large-llvm-cov --dep-coverage "$dependencies"
    llvm_cov_step large-llvm-cov-own large-llvm-cov
    if [ "$1" -le "$long_rounds" ]; then tarpaulin_step large large-tarpaulin 1; fi
}

round_many() {
    itcov_steps many small --profiles "$work/many"
    llvm_steps many
    llvm_cov_step many-llvm-cov many-llvm-cov
    if [ "$1" -le "$long_rounds" ]; then tarpaulin_step many small-tarpaulin "$profiles"; fi
}

round() { for measured in $sizes; do "round_$measured" "$1"; done; }

say "once, uncounted"
round 1000
rm -f "$work"/times/*
for number in $(seq "$rounds"); do
    say "round $number of $rounds"
    round "$number"
done

# A row: what is done, its times, and those that it is compared with. Other work on the machine only adds to a time, so
# the fastest are compared; of the memory the most counts.
row() {
    sort -n "$work/times/$2" | awk -v what="$1" -v floor="$(sort -n "$work/times/$3" | sed 's/ .*//; q')" '
        { time[NR] = $1; if ($2 > most) most = $2 }
        END { printf "| %s | %.0f | %.0f | %.0f | %.2f |\n", what, time[1], time[int((NR + 1) / 2)], most / 1024, time[1] / floor }'
}

# The table of a size: what it is, its name, what else there is to say of cargo llvm-cov and of tarpaulin.
table() {
    printf '\n| %s | fastest, ms | median, ms | peak, MiB | beside the first |\n| --- | --- | --- | --- | --- |\n' "$1"
    row "\`cargo itcov report --lcov FILE\`, and its table" "$2-lcov" "$2-lcov"
    row '`cargo itcov report`' "$2-table" "$2-lcov"
    row '`llvm-profdata merge` and `llvm-cov export`, the same objects' "$2-llvm-objects" "$2-lcov"
    row 'the same, the program alone' "$2-llvm-program" "$2-lcov"
    row "\`cargo llvm-cov report --lcov\`$3" "$2-llvm-cov" "$2-lcov"
    if [ -e "$work/times/$2-llvm-cov-own" ]; then row 'the same, of the crate alone' "$2-llvm-cov-own" "$2-lcov"; fi
    row '`cargo tarpaulin`, nothing to build' "$2-tarpaulin" "$2-lcov"
    row 'of that, after the tests' "$2-tarpaulin-reporting" "$2-lcov"
}

cat <<END

$(rustc --version | cut -d ' ' -f 1,2), $("$LLVM_COV" --version | sed -n 's/.*LLVM version/LLVM/p'), $(cargo llvm-cov --version), cargo-tarpaulin $(cargo tarpaulin --version | grep -o '[0-9][0-9.]*$'); $(getconf _NPROCESSORS_ONLN) cores; $rounds rounds
END
for size in $sizes; do
    case $size in
    small) table 'a small program' small '' ;;
    large) table "$(printf '%s\n' "$dependencies" | tr , '\n' | wc -l) dependencies" large ', of all dependencies' ;;
    many) table "$profiles profiles of the small program" many '' ;;
    esac
done
say "all of it is in $work"
