//! Chores of the workspace: `cargo xtask --help`.
//!
//! Invariant: depends on no crate above `golint-conc-syntax`, so that a stale list of rules, which does not compile,
//! never stands in the way of the command that writes it.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "chores touch files and print")]

mod codegen;
mod ecosystem;
mod new_rule;
mod pages;
mod stdlib;
mod tidy;
mod workspace;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Chores of the golint-conc workspace
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    /// The workspace to work on, if not the one this program was built in
    #[arg(long, global = true, value_name = "DIR", hide = true)]
    root: Option<PathBuf>,
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Starts a rule: writes its page, its Rust file and a first case of testdata
    ///
    /// What is written compiles, and the tests refuse it until every FIXME in it is replaced.
    NewRule {
        /// Names the bug in kebab case, its family's word first, as in `chan-double-close`
        id: String,
    },
    /// Writes the files that follow from the pages in rules/: the list of rules and docs/rules.md
    Codegen {
        /// Writes nothing and fails where a committed file is stale
        #[arg(long)]
        check: bool,
    },
    /// Checks the laws of the workspace that no compiler knows, and counts its debts
    ///
    /// Dependencies between crates run one way, every rule has its page, its file and its testdata, pages have the
    /// head and the sections that their readers expect, nothing speaks of somebody's machine, and links lead
    /// somewhere. Debts are known-wrong lines in testdata and rule files that grew too long; they fail nothing.
    Tidy,
    /// Writes the table of the standard library's declarations from the Go distribution on the PATH
    Stdlib {
        /// Writes nothing and fails if the table differs, unless it was made from another version of Go
        #[arg(long)]
        check: bool,
    },
    /// Compares what two binaries report on checkouts of Go repositories, as Markdown to triage
    Ecosystem(ecosystem::Args),
}

fn main() -> Result<()> {
    let args = Args::parse();
    let workspace = args.root.map_or_else(Workspace::of_this_build, Workspace::at);
    match args.chore {
        Chore::NewRule { id } => new_rule::run(&workspace, &id),
        Chore::Codegen { check } => codegen::run(&workspace, check),
        Chore::Tidy => tidy::run(&workspace),
        Chore::Stdlib { check } => stdlib::run(&workspace, check),
        Chore::Ecosystem(args) => ecosystem::run(&args),
    }
}
