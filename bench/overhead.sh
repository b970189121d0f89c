#!/bin/sh
# What instrumentation costs a program that only computes: in instructions, and in time.
#
#     bench/overhead.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler, valgrind and LLVM's
# tools. README.md says what is measured.
set -eu

# How often the program does its work when instructions are counted, and when time is taken.
counted_rounds=300
timed_rounds=6000
# Of so many runs the fastest is taken.
repeats=7
# No step may take longer than this many seconds.
limit=600

. "$(dirname "$0")/common.sh"

command -v valgrind >/dev/null || fail "no valgrind: apt-get install valgrind"
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
host=$(rustc -vV | sed -n 's/^host: //p')
profdata=$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata
[ -x "$profdata" ] || profdata=${LLVM_PROFDATA:-$(command -v "llvm-profdata-$llvm")} ||
    fail "no llvm-profdata: rustup component add llvm-tools, or apt-get install llvm-$llvm"

# The three builds: p(lain), i(nstrumented), m(apped: instrumented as itcov does it).
flags() {
    case $1 in
    p) ;;
    i) echo -C instrument-coverage ;;
    m) echo -C instrument-coverage -C llvm-args=-runtime-counter-relocation ;;
    esac
}
profile_file() { if [ "$1" = m ]; then echo "$work/m-%m%c.profraw"; else echo "$work/$1-%m.profraw"; fi; }

for build in p i m; do
    for profile in dev release; do
        say "building $build, $profile: $(flags $build)"
        RUSTFLAGS=$(flags $build) CARGO_TARGET_DIR=$work/$build bounded cargo build --quiet --locked \
            --manifest-path "$repository/bench/overhead/Cargo.toml" --profile "$profile"
    done
done

directory() { if [ "$1" = dev ]; then echo debug; else echo "$1"; fi; }

# Prints how many instructions a build executes in a profile of cargo. What it has collected meanwhile has to be right.
instructions() {
    rm -f "$work"/*.profraw
    LLVM_PROFILE_FILE=$(profile_file "$1") bounded valgrind --quiet --tool=callgrind --callgrind-out-file="$work/calls" \
        "$work/$1/$(directory "$2")/overhead" "$counted_rounds" >"$work/sum"
    [ -e "$work/sum.first" ] || cp "$work/sum" "$work/sum.first"
    cmp "$work/sum" "$work/sum.first" || fail "this build computes something else"
    if [ "$1" != p ]; then
        "$profdata" merge -o "$work/merged.profdata" "$work"/*.profraw
        # The function `round`, and no closure in it.
        "$profdata" show --counts --function=overhead5round "$work/merged.profdata" |
            grep -E -A 4 '^ *(_RNvC[^_]*_|_ZN)8overhead5round(17h[0-9a-f]*E)?:$' | grep -q "Function count: $counted_rounds\$" ||
            fail "the profile of $1 does not have $counted_rounds rounds"
    fi
    sed -n 's/^\(summary\|totals\): *//p' "$work/calls" | tail -n 1
}

now() { date +%s.%N; }

# Leaves in $p, $i and $m the seconds of the fastest run of each build, which take turns. Takes the profile of cargo, and
# the program's rounds and threads.
fastest() {
    p='' i='' m=''
    for repeat in $(seq "$repeats"); do
        for build in p i m; do
            rm -f "$work"/*.profraw
            started=$(now)
            LLVM_PROFILE_FILE=$(profile_file $build) bounded "$work/$build/$(directory "$1")/overhead" "$2" "$3" >/dev/null
            took=$(awk "BEGIN { printf \"%.3f\", $(now) - $started }")
            eval "best=\$$build"
            eval "$build=$(printf '%s\n' $best "$took" | sort -n | head -n 1)"
        done
    done
}

# Prints a row: what it is about, how the numbers are printed and what they are divided by before that, the numbers.
row() {
    awk -v what="$1" -v form="$2" -v p="$4" -v i="$5" -v m="$6" "BEGIN {
        printf \"| %s | \" form \" | \" form \" | \" form, what, p / $3, i / $3, m / $3
        printf \" | %.2f | %.2f | %.2f |\\n\", i / p, m / i, m / p
    }" | tee -a "$work/rows" >&2
}

rm -f "$work/sum.first" "$work/rows"
for profile in release dev; do
    say "instructions, $profile"
    p=$(instructions p $profile)
    i=$(instructions i $profile)
    m=$(instructions m $profile)
    row "instructions, $profile" "%.1f M" 1e6 "$p" "$i" "$m"
done
say "seconds"
fastest release $timed_rounds 1
row "seconds, release" %.2f 1 "$p" "$i" "$m"
fastest release $((timed_rounds / 2)) 2
row "seconds, release, by two threads" %.2f 1 "$p" "$i" "$m"
fastest dev $((timed_rounds / 4)) 1
row "seconds, dev, a quarter of it" %.2f 1 "$p" "$i" "$m"

cat <<END

$(date -u +%Y-%m-%d), $(rustc --version) with LLVM $llvm, $(valgrind --version), $host, $(getconf _NPROCESSORS_ONLN) cores

| | p | i | m | i / p | m / i | m / p |
| --- | --- | --- | --- | --- | --- | --- |
$(cat "$work/rows")
END
say "all of it is in $work"
