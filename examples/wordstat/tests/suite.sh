#!/bin/sh
# Runs wordstat as its users do, and compares what it prints and how it ends.
# ITCOV_BIN names the program; without it, it is the one that `cargo build` leaves.
set -u

bin=${ITCOV_BIN:-target/debug/wordstat}
if ! [ -x "$bin" ]; then
    echo "suite.sh: there is no program at $bin; run \`cargo build\`, or set ITCOV_BIN" >&2
    exit 1
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cases=0
failed=0

# run NAME STATUS ARG...: runs the program on this function's standard input.
run() {
    name=$1 status=$2
    shift 2
    cases=$((cases + 1))
    "$bin" "$@" >"$dir/stdout" 2>"$dir/stderr"
    seen=$?
    if [ "$seen" -ne "$status" ]; then
        fail "expected status $status, saw $seen: $(head -n 1 "$dir/stderr")"
        return 1
    fi
}

fail() {
    failed=$((failed + 1))
    echo "FAIL $name: $1"
}

# prints NAME EXPECTED ARG...: the program succeeds and prints exactly EXPECTED.
prints() {
    name=$1 expected=$2
    shift 2
    run "$name" 0 "$@" || return 0
    output=$(cat "$dir/stdout")
    if [ "$output" = "$expected" ]; then
        echo "ok   $name"
    else
        fail "expected
$expected
saw
$output"
    fi
}

# refuses NAME STATUS MESSAGE ARG...: the program ends with STATUS, prints nothing, and the first
# line on standard error starts with MESSAGE.
refuses() {
    name=$1 status=$2 message=$3
    shift 3
    run "$name" "$status" "$@" </dev/null || return 0
    error=$(head -n 1 "$dir/stderr")
    case $error in
    "$message"*) ;;
    *)
        fail "expected \`$message\`, saw \`$error\`"
        return 0
        ;;
    esac
    if [ -s "$dir/stdout" ]; then
        fail "expected no output, saw $(cat "$dir/stdout")"
    else
        echo "ok   $name"
    fi
}

printf 'The quick brown fox\njumps over the lazy dog.\nThe end\n' >"$dir/fox"
printf 'a b a c\nb a' >"$dir/letters"
printf "zwölf Boxkämpfer\ndon't, 'quote' it\n" >"$dir/unicode"
: >"$dir/empty"
printf 'caf\351\n' >"$dir/latin1"

prints 'count a file' 'lines 3
words 11
characters 53
     2 The
     1 brown
     1 dog
     1 end
     1 fox' "$dir/fox"

prints 'count standard input' 'lines 2
words 6
characters 11
     3 a
     2 b
     1 c' <"$dir/letters"

prints 'count standard input by its name' 'lines 2
words 6
characters 11
     3 a
     2 b
     1 c' - <"$dir/letters"

prints 'count several files together' 'lines 5
words 17
characters 64
     3 a' --top 1 "$dir/fox" "$dir/letters"

prints 'count a file and standard input together' 'lines 4
words 12
characters 22
     6 a' --top 1 "$dir/letters" - <"$dir/letters"

prints 'count nothing in an empty file' 'lines 0
words 0
characters 0' "$dir/empty"

prints 'count nothing in an empty input' 'lines 0
words 0
characters 0' </dev/null

prints 'count characters and not bytes' 'lines 2
words 5
characters 35
     1 Boxkämpfer
     1 don'"'"'t' --top 2 "$dir/unicode"

prints 'name as many words as there are' 'lines 2
words 6
characters 11
     3 a
     2 b
     1 c' --top 100 "$dir/letters"

prints 'name no words' 'lines 3
words 11
characters 53' --top 0 "$dir/fox"

prints 'ignore case' 'lines 3
words 11
characters 53
     3 the
     1 brown' --ignore-case --top 2 "$dir/fox"

prints 'let the last of two options hold' 'lines 2
words 6
characters 11
     3 a' --top 7 --top 1 "$dir/letters"

prints 'take options after files' 'lines 2
words 6
characters 11
     3 a' "$dir/letters" --top 1

prints 'print JSON' \
    '{"files":["'"$dir"'/letters"],"lines":2,"words":6,"characters":11,"top":[{"word":"a","count":3},{"word":"b","count":2}]}' \
    --json --top 2 "$dir/letters"

prints 'print JSON of standard input' \
    '{"files":["-"],"lines":0,"words":0,"characters":0,"top":[]}' \
    --json </dev/null

prints 'print JSON with case ignored' \
    '{"files":["'"$dir"'/fox"],"lines":3,"words":11,"characters":53,"top":[{"word":"the","count":3}]}' \
    --json --ignore-case --top 1 "$dir/fox"

refuses 'refuse a file that is not there' 1 "wordstat: $dir/missing: " "$dir/missing"
refuses 'refuse all if one file is not there' 1 "wordstat: $dir/missing: " "$dir/fox" "$dir/missing"
refuses 'refuse a folder' 1 "wordstat: $dir: " "$dir"
refuses 'refuse a file that is not UTF-8' 1 "wordstat: $dir/latin1: " "$dir/latin1"
refuses 'take what follows two dashes for a file' 1 'wordstat: --json/missing: ' -- --json/missing
refuses 'refuse an unknown option' 2 'wordstat: unknown option `--lines`' --lines
refuses 'refuse --top without a number' 2 'wordstat: --top needs a number' --top
refuses 'refuse --top with a word' 2 'wordstat: --top takes a number, not `many`' --top many
refuses 'refuse --top with a negative number' 2 'wordstat: --top takes a number, not `-1`' --top -1

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
