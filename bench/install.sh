#!/bin/sh
# How long `cargo install` takes from the packed crates, outside of the repository; and how large a static executable is, which is
# run in a directory tree that has nothing else.
#
#     bench/install.sh [DIRECTORY]
#
# Works below DIRECTORY, or a new temporary one, which it leaves behind. Needs cargo, a C compiler and, for the static executable,
# `rustup target add x86_64-unknown-linux-musl`; to run that by itself it has to be root.
set -eu

. "$(dirname "$0")/common.sh"

say "packing both crates"
(cd "$repository" && cargo package --quiet --no-verify --allow-dirty --target-dir "$work/packed" --package cargo-itcov --package llvm-coverage)
rm -rf "$work/unpacked" "$work/target" "$work/installed"
mkdir "$work/unpacked"
for crate in "$work"/packed/package/*.crate; do tar xzf "$crate" -C "$work/unpacked"; done
generator=$(echo "$work"/unpacked/cargo-itcov-*)
library=$(echo "$work"/unpacked/llvm-coverage-*)
# It is in no registry yet: without the lines of one, it is taken from its package.
sed -i '/^name = "llvm-coverage"$/,/^$/ { /^source/d; /^checksum/d; }' "$generator/Cargo.lock"
patch="patch.crates-io.llvm-coverage.path='$library'"

cd "$work/unpacked"
cargo fetch --quiet --locked --manifest-path "$generator/Cargo.toml" --config "$patch"
timed cargo install --offline --locked --path "$generator" --root "$work/installed" --target-dir "$work/target" --config "$patch"
crates=$(cargo tree --offline --locked --edges normal,build --prefix none --no-dedupe --manifest-path "$generator/Cargo.toml" --config "$patch" | sort -u | wc -l)
installed=$(stat -c %s "$work/installed/bin/cargo-itcov")
install_seconds=$seconds install_busy=$busy

target=x86_64-unknown-linux-musl
timed cargo build --offline --release --locked --manifest-path "$repository/Cargo.toml" --target "$target" --target-dir "$work/target"
static=$work/target/$target/release/cargo-itcov
empty=$work/empty
rm -rf "$empty"
mkdir "$empty"
cp "$static" "$empty"
version=$(chroot "$empty" /cargo-itcov itcov --version)

size() { awk "BEGIN { printf \"%.1f MB\", $1 / 1e6 }"; }
cat <<END

$(date -u +%Y-%m-%d), $(rustc --version), $(getconf _NPROCESSORS_ONLN) cores

| | |
| --- | --- |
| \`cargo install\` from the packed crates | $install_seconds s, $install_busy s of a processor |
| crates that it compiles | $crates |
| the packages | $(for crate in "$work"/packed/package/*.crate; do printf '%s %s; ' "$(basename "$crate")" "$(size "$(stat -c %s "$crate")")"; done)|
| the executable | $(size "$installed") |
| the static executable | $(size "$(stat -c %s "$static")") |
| by itself in a directory tree, it says | \`$version\` |
END
