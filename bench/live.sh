#!/bin/sh
# What a live report costs: the processor's time while nothing happens, and the requests that a service answers meanwhile; and how
# soon it shows what has run.
#
#     bench/live.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and python3. README.md says
# what is measured.
set -eu

# No step may take longer than this many seconds.
limit=1800

. "$(dirname "$0")/common.sh"

install_itcov "$repository" "$work/tools"
PATH=$work/tools/bin:$PATH

say "a service"
rm -rf "$work/orders-api"
cp -R "$repository/examples/orders-api" "$work/orders-api"
cd "$work/orders-api"
bounded cargo itcov build --package orders-api >&2
bounded python3 "$repository/bench/live/live.py" idle "$work/idle" -- \
    cargo itcov run --live --no-open --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2
bounded python3 "$repository/bench/live/live.py" load "$work/load" -- \
    cargo itcov run --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2
bounded python3 "$repository/bench/live/live.py" green "$work/green" -- \
    cargo itcov run --live --no-open --package orders-api -- --listen 127.0.0.1:18463 --db orders.db >&2

say "a program with 300 dependencies, all of them measured"
crate=miniserve
version=0.35.0
published "$crate" "$version"
cd "$work/miniserve"
bounded cargo itcov build --scope all >&2
bounded python3 "$repository/bench/live/live.py" idle "$work/large" -- \
    cargo itcov run --live --no-open --scope all -- --interfaces 127.0.0.1 --port 18463 . >&2

printf '| what | |\n| --- | --- |\n'
sed 's/of a core/of a core, a service/' "$work/idle"
sed 's/of a core/of a core, 300 dependencies with --scope all/' "$work/large"
cat "$work/load" "$work/green"
