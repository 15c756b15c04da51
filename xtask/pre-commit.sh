#!/bin/sh
# The hook `golint-conc-src`: builds the program from this repository and runs it in the user's. pre-commit's own
# `language: rust` installs the package at the root, and there is none in a virtual workspace.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cargo build --quiet --release --locked --package golint-conc --manifest-path "$root/Cargo.toml" --target-dir "$root/target"
exec "$root/target/release/golint-conc" "$@"
