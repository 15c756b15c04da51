//! The packages of one folder.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use golint_conc_semantic::build::{FileConstraint, LangVersion};
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{MAX_DECL_LEN, MAX_NESTING, SourceFile, Symbol, TextProblem};

use super::{Folder, LoadedPackage, Loader, MAX_FILE_LEN, Options, failure, io_text, notice, path};
use crate::report::Problem;

/// What came of a folder.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Its packages, by name.
    pub packages: Vec<LoadedPackage>,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// How many files are in the packages.
    pub files: usize,
    /// Their length, in bytes.
    pub bytes: usize,
    /// How many files were left out because of their name or build constraint.
    pub excluded: usize,
    /// How many declarations are not analysed, because they are too long or nest too deep.
    pub opaque: usize,
}

/// A file that was read.
struct Read {
    name: String,
    package: Symbol,
    file: PackageFile,
    /// Whether Go would leave it out.
    is_excluded: bool,
}

/// Reads a folder and groups its files as Go does: those of one package clause together, so `p` with its tests in
/// `package p`, and `p_test` by itself. A named file that Go would leave out is a package with the rest of its clause.
pub fn load(folder: &Folder, options: &Options, loader: &Rc<Loader>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut files = Vec::new();
    for name in &folder.names {
        files.extend(read(folder, name, options, &mut loaded));
    }
    if folder.dir.to_str().is_none() && folder.display.contains(char::REPLACEMENT_CHARACTER) {
        let help = "rename it, until then paths in it are shown inexactly";
        loaded.problems.push(notice(folder.title(), None, "the name is not UTF-8", help));
    }
    loaded.files = files.len();
    loaded.bytes = files.iter().map(|read| read.file.source.text().len()).sum();
    note_two_packages(folder, &files, &mut loaded.problems);

    let (excluded, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|read| read.is_excluded);
    for mut lone in excluded.into_iter().filter(|read| read.file.is_reported) {
        let rest = files.iter().filter(|read| read.package == lone.package);
        let rest = rest.map(|read| unreported_copy(&read.name, read));
        let mut group: Vec<_> = rest.collect();
        lone.is_excluded = false;
        // Its declarations win over those of a sibling for another system.
        group.insert(0, lone);
        loaded.packages.push(package(folder, group, loader));
    }
    let mut groups: Vec<(Symbol, Vec<Read>)> = Vec::new();
    for read in files {
        match groups.iter_mut().find(|(name, _)| *name == read.package) {
            Some((_, group)) => group.push(read),
            None => groups.push((read.package, vec![read])),
        }
    }
    groups.sort_by_key(|(name, _)| name.as_str());
    groups.retain(|(_, group)| group.iter().any(|read| read.file.is_reported));
    loaded.packages.extend(groups.into_iter().map(|(_, group)| package(folder, group, loader)));
    for loaded_package in &mut loaded.packages {
        loaded_package.package.is_partial = 0 < loaded.excluded;
    }
    loaded
}

/// Reads all files of one folder, whatever their constraints say, with one language version.
pub fn load_dir(dir: &Path, lang: LangVersion) -> Vec<LoadedPackage> {
    let Ok((mut names, _)) = super::walk::list(dir, "") else { return Vec::new() };
    names.sort();
    let mut groups: Vec<(Symbol, Vec<PackageFile>, Vec<String>)> = Vec::new();
    for name in names {
        let path = dir.join(&name);
        let Ok(text) = std::fs::read(&path) else { continue };
        let source = SourceFile::new(text);
        let Some((package, _)) = source.outline().package else { continue };
        let file = PackageFile { source, lang, is_test: name.ends_with("_test.go"), is_reported: true };
        let display = path::slashed(&path);
        match groups.iter_mut().find(|(name, ..)| *name == package) {
            Some((_, files, paths)) => {
                files.push(file);
                paths.push(display);
            }
            None => groups.push((package, vec![file], vec![display])),
        }
    }
    groups
        .into_iter()
        .map(|(name, files, paths)| LoadedPackage { package: Package::new(name, name, files), paths })
        .collect()
}

fn package(folder: &Folder, group: Vec<Read>, loader: &Rc<Loader>) -> LoadedPackage {
    let name = group.first().map_or_else(|| Symbol::new("_"), |read| read.package);
    let is_external_test = group.iter().all(|read| read.file.is_test) && name.as_str().ends_with("_test");
    let suffix = if is_external_test { "_test" } else { "" };
    let import_path = Symbol::new(&format!("{}{suffix}", folder.import_path));
    let paths = group.iter().map(|read| folder.path_of(&read.name)).collect();
    let files = group.into_iter().map(|read| read.file).collect();
    let tested = is_external_test.then(|| Symbol::new(&folder.import_path));
    let importer = folder.module.as_ref().map(|module| loader.importer(module, tested));
    let mut package = Package::with_importer(import_path, name, files, importer);
    package.folder = folder.module.as_ref().map_or("", |module| module.folder_of(&folder.import_path)).into();
    LoadedPackage { package, paths }
}

fn unreported_copy(name: &str, read: &Read) -> Read {
    Read {
        name: name.into(),
        package: read.package,
        file: PackageFile {
            source: SourceFile::new(read.file.source.text().to_vec()),
            lang: read.file.lang,
            is_test: read.file.is_test,
            is_reported: false,
        },
        is_excluded: false,
    }
}

/// One file, unless it is not for this build or can't be read.
fn read(folder: &Folder, name: &str, options: &Options, loaded: &mut Loaded) -> Option<Read> {
    let is_named = folder.named.contains(name);
    let is_wanted = is_named || folder.is_whole;
    let is_test = name.ends_with("_test.go");
    if is_test && !options.tests {
        return None;
    }
    let mut is_excluded = !options.build.admits_name(name);
    if is_excluded && !is_named {
        loaded.excluded += usize::from(!name.starts_with(['_', '.']));
        return None;
    }
    let text = match folder.overlays.get(name) {
        Some(text) => text.to_vec(),
        None => match read_text(&folder.dir.join(name), &folder.path_of(name)) {
            Ok(text) => text?,
            Err(problem) => {
                loaded.problems.push(problem);
                return None;
            }
        },
    };
    let constraint = FileConstraint::of_file(&text).unwrap_or_else(|error| {
        let help = "mend the build constraint, until then the file counts as unconstrained";
        let problem = notice(folder.path_of(name), None, format!("//go:build: {error}"), help);
        loaded.problems.extend(is_wanted.then_some(problem));
        FileConstraint::default()
    });
    is_excluded |= constraint.constraint.as_ref().is_some_and(|expr| !options.build.admits(expr));
    if is_excluded && !is_named {
        loaded.excluded += 1;
        return None;
    }
    let source = SourceFile::new(text);
    let outline = source.outline();
    is_excluded |= !options.build.cgo && outline.imports.iter().any(|import| import.path == "C");
    let Some((package, _)) = outline.package else {
        let help = "begin it with a package clause, until then it is left out";
        let problem = notice(folder.path_of(name), None, "no package clause", help);
        loaded.problems.extend(is_wanted.then_some(problem));
        return None;
    };
    // The go command ignores files of this package.
    is_excluded |= package == "documentation";
    if is_excluded && !is_named {
        loaded.excluded += 1;
        return None;
    }
    let is_reported = is_wanted && (options.generated || !outline.is_generated);
    if is_reported {
        loaded.problems.extend(text_problem(folder, name, &source));
    }
    loaded.opaque += opaque_decls(&source).count();
    let module = folder.module.as_ref().map_or(LangVersion::NEWEST, |module| module.lang);
    let lang = constraint.lang(options.lang.unwrap_or(module));
    Some(Read {
        name: name.into(),
        package,
        file: PackageFile { source, lang, is_test, is_reported },
        is_excluded,
    })
}

/// The bytes of a regular file; nothing for a link to a folder, which is no source file.
pub(super) fn read_text(path: &Path, shown: &str) -> Result<Option<Vec<u8>>, Problem> {
    let unreadable = |error: &std::io::Error| {
        let is_link = path.is_symlink() && error.kind() == std::io::ErrorKind::NotFound;
        let why = if is_link { "the link leads nowhere".into() } else { io_text(error) };
        failure(shown, format!("can't be read: {why}"), "make it readable, or remove it")
    };
    // Asked before it is opened: opening a named pipe waits for a writer.
    let meta = path.metadata().map_err(|error| unreadable(&error))?;
    if meta.is_dir() {
        return Ok(None);
    }
    if !meta.is_file() {
        return Err(failure(
            shown,
            "not a regular file",
            "remove it, or give its text with - and --stdin-filename",
        ));
    }
    if MAX_FILE_LEN < meta.len() {
        let message =
            format!("{} MB are too many, at most {} are read", meta.len() >> 20, MAX_FILE_LEN >> 20);
        return Err(failure(shown, message, "split the file"));
    }
    std::fs::read(path).map(Some).map_err(|error| unreadable(&error))
}

/// The first thing that makes what is said of a file incomplete.
fn text_problem(folder: &Folder, name: &str, source: &SourceFile) -> Option<Problem> {
    let at = |offset: u32, message: String, help: &str| {
        notice(folder.path_of(name), Some(source.lines().line(offset)), message, help)
    };
    let help = "save it as UTF-8, until then findings may be wrong";
    let of_text = |problem: &TextProblem| match *problem {
        TextProblem::Nul(offset) => Some(at(offset, "a NUL byte".into(), help)),
        TextProblem::InvalidUtf8(offset) => Some(at(offset, "not UTF-8".into(), help)),
        TextProblem::Unclosed(_) => None,
    };
    let unclosed = |problem: &TextProblem| match *problem {
        TextProblem::Unclosed(offset) => {
            let message = "nothing closes the bracket, string or comment opened here";
            Some(at(offset, message.into(), "close it, until then what follows may be misread"))
        }
        _ => None,
    };
    let too_deep = || {
        let decl = opaque_decls(source).next()?;
        let message = if MAX_NESTING < decl.depth {
            format!("brackets nest deeper than {MAX_NESTING}")
        } else {
            format!("longer than {} MB", MAX_DECL_LEN >> 20)
        };
        Some(at(decl.span.start, message, "simplify this declaration, until then it is left out"))
    };
    let problems = &source.outline().problems;
    problems.iter().find_map(of_text).or_else(|| problems.iter().find_map(unclosed)).or_else(too_deep)
}

/// The declarations that are too much to be parsed.
fn opaque_decls(source: &SourceFile) -> impl Iterator<Item = &golint_conc_syntax::OutlineDecl> {
    let decls = source.outline().decls.iter();
    decls.filter(|decl| MAX_NESTING < decl.depth || MAX_DECL_LEN < decl.span.len())
}

/// Go builds no folder with two packages; here each is analysed, with a word about it.
fn note_two_packages(folder: &Folder, files: &[Read], problems: &mut Vec<Problem>) {
    if !folder.is_whole {
        return;
    }
    let kept = || files.iter().filter(|read| !read.is_excluded);
    let mut names: BTreeSet<&str> =
        kept().filter(|read| !read.file.is_test).map(|read| read.package.as_str()).collect();
    let tests = kept().filter(|read| read.file.is_test).map(|read| read.package.as_str());
    for name in tests.collect::<Vec<_>>() {
        if !names.contains(name) {
            names.insert(name.strip_suffix("_test").unwrap_or(name));
        }
    }
    if 1 < names.len() {
        let names: Vec<_> = names.into_iter().collect();
        let message = format!("{} packages in one folder: {}", names.len(), names.join(", "));
        let help = "give each a folder of its own, until then each is analysed by itself";
        problems.push(notice(folder.title(), None, message, help));
    }
}
