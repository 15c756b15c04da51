//! `golint-conc`: finds the Go concurrency bugs that take services down.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "the command line")]

use std::path::Path;

use golint_conc::{analysis, load};
use golint_conc_rules::catalogue;
use golint_conc_semantic::build::LangVersion;

fn main() {
    let rules: Vec<_> = catalogue().pages.iter().map(golint_conc_rules::Page::selected).collect();
    let worker = std::thread::Builder::new().stack_size(golint_conc_syntax::STACK_SIZE).spawn(move || {
        for root in std::env::args().skip(1) {
            let dirs = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
            for dir in dirs.filter(|entry| entry.file_type().is_dir()) {
                run(dir.path(), &rules);
            }
        }
    });
    let _ = worker.map(std::thread::JoinHandle::join);
}

fn run(dir: &Path, rules: &[golint_conc_rules::Selected]) {
    for loaded in load::load_dir(dir, LangVersion::NEWEST) {
        let report = analysis::analyze_package(loaded, rules);
        for diagnostic in &report.diagnostics {
            let file = &report.files[diagnostic.place.file.0 as usize];
            let (start, _) = file.range(diagnostic.place.span);
            println!(
                "{}:{}:{}: [{}] {} ({})",
                file.path,
                start.line,
                start.column,
                diagnostic.confidence.as_str(),
                diagnostic.message,
                diagnostic.rule
            );
            for step in &diagnostic.steps {
                let file = &report.files[step.place.file.0 as usize];
                let (start, _) = file.range(step.place.span);
                println!("\t{}:{}:{}: #{} {}", file.path, start.line, start.column, step.lane.0, step.text);
            }
        }
    }
}
