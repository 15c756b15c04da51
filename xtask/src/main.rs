//! Chores of the workspace: `cargo xtask --help`.

#![expect(clippy::disallowed_methods, reason = "chores touch files")]

mod codegen;
mod stdlib;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

/// Where the table of the standard library lies.
const STDLIB: &str = "crates/golint-conc-semantic/src/stdlib/std.go.txt";

#[derive(Parser)]
#[command(about = "Chores of the workspace")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Writes the generated files: the list of rules
    Codegen {
        /// Only says whether the committed files differ
        #[arg(long)]
        check: bool,
    },
    /// Writes the table of the standard library's declarations from the Go distribution on the PATH
    Stdlib {
        /// Only says whether the committed table differs
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    match Args::parse().chore {
        Chore::Codegen { check } => codegen::run(&root(), check),
        Chore::Stdlib { check } => stdlib_table(check),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn stdlib_table(check: bool) -> Result<()> {
    let goroot = Command::new("go").args(["env", "GOROOT"]).output().context("can't run `go env GOROOT`")?;
    let goroot = String::from_utf8(goroot.stdout)?;
    let new = stdlib::generate(Path::new(goroot.trim()))?;
    let path = root().join(STDLIB);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if check && old.lines().next() != new.lines().next() {
        return Ok(());
    }
    if check && old != new {
        bail!("{STDLIB} is stale: run `cargo xtask stdlib`");
    }
    std::fs::write(&path, new).with_context(|| format!("can't write {STDLIB}"))
}
