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

. "$(dirname "$0")/common.sh"

install_itcov "$repository" "$work/tools"
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
published "$crate" "$version"
cd "$work/ripgrep"
bounded cargo itcov exec --scenarios -- sh -c '
    for number in $(seq 1000); do
        ITCOV_SCENARIO="scenario $number" "$ITCOV_BIN" --max-count $((number % 7 + 1)) "[$((number % 10))]" Cargo.lock >/dev/null
    done' >&2
bounded python3 "$repository/bench/scenarios/ask.py" "$work/ask"

cat "$work/marks" "$work/slowdown" "$work/size" "$work/ask"
