#!/bin/sh
# How long `cargo itcov init` takes, on one crate and on a workspace of a thousand, beside what cargo needs to read them
# and beside `cargo generate --init` with the same template.
#
#     bench/init.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo and a C compiler; builds cargo itcov
# and cargo generate in the repository's target directory. README.md says what is measured.
set -eu

# The workspace's members, and how often each step is taken.
members=1000
repeats=15
# No step may take longer than this many seconds.
limit=1800

. "$(dirname "$0")/common.sh"

say "building cargo itcov and cargo generate"
(cd "$repository" && bounded cargo build --release --locked --package cargo-itcov --package tool-cargo-generate --bins)
mkdir -p "$work/bin"
ln -sf "$repository/target/release/cargo-itcov" "$work/bin/cargo-itcov"
ln -sf "$repository/target/release/cargo-generate" "$work/bin/cargo-generate"
PATH=$work/bin:$PATH
# `cargo generate` asks for the user's name.
export USER="${USER:-bench}" CARGO_TERM_COLOR=never

# Writes a package with a program into a directory.
package() {
    mkdir -p "$1/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2024"\n' "${1##*/}" >"$1/Cargo.toml"
    printf 'fn main() {}\n' >"$1/src/main.rs"
}

# What the steps begin with; each is taken in a copy.
rm -rf "$work/alone" "$work/one" "$work/many" "$work/empty" "$work/done" "$work/copy" "$work/times"
package "$work/alone"
mv "$work/alone" "$work/one"
mkdir -p "$work/many/members" "$work/empty" "$work/times"
printf '[workspace]\nresolver = "3"\nmembers = ["members/*"]\n' >"$work/many/Cargo.toml"
for number in $(seq "$members"); do package "$work/many/members/member-$number"; done
middle=member-$((members / 2))

now() { date +%s.%N; }

# Takes a step once, in a fresh copy of a directory: where the time goes, the directory, the command.
step() {
    name=$1 from=$2
    shift 2
    rm -rf "$work/copy"
    cp -R "$work/$from" "$work/copy"
    cd "$work/copy"
    started=$(now)
    bounded "$@" >"$work/output" 2>&1 || { cat "$work/output" >&2; fail "$* failed"; }
    ended=$(now)
    cd "$work"
    awk "BEGIN { printf \"%.1f\n\", ($ended - $started) * 1000 }" >>"$work/times/$name"
}

# A step that has to leave a file.
making() {
    made=$1
    shift
    step "$@"
    [ -e "$work/copy/$made" ] || fail "$* has not made $made"
}

# All of it once, so that nothing is read from the disk for the first time; and what a second init and check begin with.
round() {
    step metadata-one one cargo metadata --no-deps --format-version 1
    making itcov.just init-one one cargo itcov init
    making itcov.just generate-one empty cargo generate --init --silent --vcs none --name alone --path "$repository/template"
    step metadata-many many cargo metadata --no-deps --format-version 1
    making "members/$middle/tests/manual_integration.rs" init-member many cargo itcov init -p "$middle"
    making "members/$middle/tests/manual_integration.rs" init-all many cargo itcov init --workspace
    [ -e "$work/done" ] || cp -R "$work/copy" "$work/done"
    making itcov.just again-all done cargo itcov init --workspace
    making itcov.just check-all done cargo itcov check
    step remove-all done cargo itcov remove
    [ ! -e "$work/copy/itcov.just" ] || fail "remove has left itcov.just"
}

say "once, uncounted"
round
[ "$(find "$work/done/members" -name manual_integration.rs | wc -l)" = "$members" ] || fail "not every member has the harness"
rm -f "$work"/times/*
for repeat in $(seq "$repeats"); do
    say "round $repeat of $repeats"
    round
done

# Prints the smallest time of a step, the median, and the largest.
spread() { sort -n "$work/times/$1" | awk '{ time[NR] = $1 } END { print time[1], time[int((NR + 1) / 2)], time[NR] }'; }

# A row: what is done, its step, the floor's step. Other work on the machine only adds to a time, so the fastest of each
# is compared; the medians are for comparison.
row() {
    printf '%s %s\n' "$(spread "$2")" "$(spread "$3")" |
        awk -v what="$1" '{ printf "| %s | %.0f | %.0f | %.0f | %.2f | %.2f |\n", what, $1, $2, $3, $1 / $4, $2 / $5 }'
}

cat <<END

$(rustc --version), $(getconf _NPROCESSORS_ONLN) cores; $repeats rounds

| one crate | fastest | median | slowest | beside the floor | by the medians |
| --- | --- | --- | --- | --- | --- |
$(row '`cargo metadata --no-deps`, the floor' metadata-one metadata-one)
$(row '`cargo itcov init`' init-one metadata-one)
$(row '`cargo generate --init`' generate-one metadata-one)

| $members members | fastest | median | slowest | beside the floor | by the medians |
| --- | --- | --- | --- | --- | --- |
$(row '`cargo metadata --no-deps`, the floor' metadata-many metadata-many)
$(row '`cargo itcov init -p '"$middle"'`' init-member metadata-many)
$(row '`cargo itcov init --workspace`' init-all metadata-many)
$(row '`cargo itcov init --workspace`, again' again-all metadata-many)
$(row '`cargo itcov check`' check-all metadata-many)
$(row '`cargo itcov remove`' remove-all metadata-many)
END
say "all of it is in $work"
