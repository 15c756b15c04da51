//! From folders to packages.

use std::path::Path;

use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};

/// A package of a folder, with the paths of its files.
#[derive(Debug)]
pub struct LoadedPackage {
    /// The package.
    pub package: Package,
    /// The paths of its files, in their order.
    pub paths: Vec<String>,
}

/// Reads the packages of one folder.
pub fn load_dir(dir: &Path, lang: LangVersion) -> Vec<LoadedPackage> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut packages: Vec<(Symbol, Vec<PackageFile>, Vec<String>)> = Vec::new();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "go")) {
        let Ok(text) = std::fs::read(&path) else { continue };
        let source = SourceFile::new(text);
        let Some((name, _)) = source.outline().package else { continue };
        let display = path.to_string_lossy().into_owned();
        let is_test = display.ends_with("_test.go");
        let file = PackageFile { source, lang, is_test, is_reported: true };
        match packages.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, files, paths)) => {
                files.push(file);
                paths.push(display);
            }
            None => packages.push((name, vec![file], vec![display])),
        }
    }
    packages
        .into_iter()
        .map(|(name, files, paths)| LoadedPackage { package: Package::new(name, name, files), paths })
        .collect()
}
