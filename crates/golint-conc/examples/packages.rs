//! Lists the files of the packages that patterns match, to be compared with `go list`:
//! `cargo run -p golint-conc --example packages -- 1.26 linux/amd64 ./...`, where 1.26 is the release of Go to compare
//! with. Files with `import "C"` are left out unless the system is `linux/amd64`.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program for the command line")]

use std::path::PathBuf;

use anyhow::Context;
use golint_conc::load::{self, Options};
use golint_conc_semantic::build::{BuildContext, LangVersion};

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let release = args.next().as_deref().and_then(LangVersion::parse).context("give a release of Go")?;
    let system = args.next().context("give a system such as linux/amd64")?;
    let (goos, goarch) = system.split_once('/').context("give a system such as linux/amd64")?;
    let patterns: Vec<PathBuf> = args.map(Into::into).collect();
    let build = BuildContext {
        goos: goos.into(),
        goarch: goarch.into(),
        cgo: system == "linux/amd64",
        tags: Vec::new(),
        release,
    };
    let options = Options { build, lang: None, tests: true, generated: true };
    let resolved = load::resolve(&std::env::current_dir()?, &patterns, None);
    let dependencies = load::Dependencies::new(options.build.clone(), resolved.workspace.clone());
    let loader = load::Loader::new(dependencies);
    let mut problems = resolved.problems;
    for folder in &resolved.folders {
        let loaded = load::load(folder, &options, &loader);
        problems.extend(loaded.problems);
        for package in loaded.packages {
            for (path, file) in package.paths.iter().zip(&package.package.files) {
                println!("{}\t{}\t{}\t{path}", package.package.path, package.package.name, file.lang);
            }
        }
    }
    for problem in problems {
        println!("# {problem}");
    }
    Ok(())
}
