//! `golint-conc`: finds the Go concurrency bugs that take services down.

#![expect(clippy::disallowed_methods, reason = "the command line")]

use std::path::Path;

use codespan_reporting::term::termcolor::{ColorChoice, StandardStream};
use golint_conc::report::{PackageReport, Run};
use golint_conc::{analysis, load, output};
use golint_conc_rules::catalogue;
use golint_conc_semantic::build::LangVersion;

fn main() -> anyhow::Result<()> {
    let rules: Vec<_> = catalogue().pages.iter().map(golint_conc_rules::Page::selected).collect();
    let mut packages = Vec::new();
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(golint_conc_syntax::STACK_SIZE);
        let worker = worker.spawn_scoped(scope, || {
            for root in std::env::args().skip(1) {
                let dirs = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
                for dir in dirs.filter(|entry| entry.file_type().is_dir()) {
                    run(dir.path(), &rules, &mut packages);
                }
            }
        });
        let _ = worker.map(std::thread::ScopedJoinHandle::join);
    });
    let run = Run { packages: &packages, problems: &[], rules: &rules };
    let format = std::env::var("FORMAT").ok().and_then(|name| clap::ValueEnum::from_str(&name, true).ok());
    let mut out = StandardStream::stdout(ColorChoice::Never);
    Ok(output::write(format.unwrap_or_default(), &run, false, &mut out)?)
}

fn run(dir: &Path, rules: &[golint_conc_rules::Selected], packages: &mut Vec<PackageReport>) {
    for loaded in load::load_dir(dir, LangVersion::NEWEST) {
        packages.push(analysis::analyze_package(loaded, analysis::Options { rules, report_unused: false }));
    }
}
