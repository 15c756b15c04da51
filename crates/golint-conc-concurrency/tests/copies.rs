//! What the words of a body say of the locks that it may copy, against looking at all bodies.

#![expect(clippy::disallowed_methods, reason = "a test reads testdata")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use golint_conc_concurrency::Model;
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};

fn go_files(dir: &Path, out: &mut BTreeMap<(PathBuf, String), Vec<PackageFile>>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            go_files(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "go") {
            let source = SourceFile::new(std::fs::read(&path).unwrap_or_default());
            let Some((name, _)) = source.outline().package else { continue };
            let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
            out.entry((dir.to_path_buf(), name.to_string())).or_default().push(file);
        }
    }
}

/// All copies in the packages below a folder, and those among them in bodies that are taken for having none.
fn copies(dir: &Path) -> (usize, Vec<String>) {
    let mut packages = BTreeMap::new();
    go_files(dir, &mut packages);
    let (mut all, mut missed) = (0, Vec::new());
    for ((dir, name), files) in packages {
        let package = Package::new(Symbol::new(&name), Symbol::new(&name), files);
        let model = Model::new(&package);
        let chosen = model.bodies_with_locks();
        for (id, _) in package.bodies() {
            let body = package.body(id);
            let found = if body.ast.is_opaque { 0 } else { model.lock_copies(body).len() };
            all += found;
            if 0 < found && !chosen.contains(&id) {
                missed.push(format!("{}: {}", dir.display(), body.name()));
            }
        }
    }
    (all, missed)
}

#[test]
fn no_body_that_copies_a_lock_is_passed_over() {
    let (all, missed) = copies(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata"));
    assert!(30 < all, "only {all} copies in testdata");
    assert_eq!(missed, Vec::<String>::new());
    // `GOLINT_CONC_COPIES=DIR` asks the same of other code.
    if let Some(dir) = std::env::var_os("GOLINT_CONC_COPIES") {
        let (all, missed) = copies(Path::new(&dir));
        println!("{all} copies, {} missed", missed.len());
        assert_eq!(missed, Vec::<String>::new());
    }
}
