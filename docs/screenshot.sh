#!/bin/sh
# Makes docs/report.png again, the page of a source file in the report on examples/orders-api, and docs/live.png, a page of the
# live report while a handler of it runs for the first time. Needs what
# `cargo run --example demo` needs, and chromium.
set -eu
cd "$(dirname "$0")/.."
here=$PWD
target=${CARGO_TARGET_DIR:-$here/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo run --quiet --package cargo-itcov --example demo
cd "$target/demo/orders-api"
# The repository around is not the demonstration's.
GIT_CEILING_DIRECTORIES="$target/demo" CARGO_TARGET_DIR="$target/demo/target" \
    "$target/debug/cargo-itcov" itcov report --html "$work/html"

# The sandbox does not work for root.
timeout 60 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/chromium" \
    --blink-settings=preferredColorScheme=1 --window-size=1280,860 --screenshot="$here/docs/report.png" \
    "file://$work/html/pages/crates.orders.src.validation.rs.html"

cd "$here"
cargo test --quiet --package cargo-itcov --test it live::service -- --include-ignored
base64 -d <"$target/tmp/live.png.base64" >"$here/docs/live.png"
ls -l "$here/docs/report.png" "$here/docs/live.png"
