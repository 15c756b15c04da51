//! What an import is called in the file that imports it.

use golint_conc_syntax::{SourceFile, Symbol};
use rustc_hash::FxHashMap;

use crate::foreign;

/// What the imports of one file say.
#[derive(Debug, Default)]
pub(crate) struct FileScope {
    /// Import paths by the name in the import declaration, or the one that the path suggests.
    names: FxHashMap<Symbol, Symbol>,
    /// Import paths of those without a name, whose package clause decides.
    unnamed: Vec<Symbol>,
    /// Import paths of those with the name `.`.
    pub(crate) dots: Vec<Symbol>,
    /// All import paths.
    pub(crate) paths: Vec<Symbol>,
}

impl FileScope {
    pub(crate) fn new(source: &SourceFile) -> Self {
        let mut scope = Self::default();
        for import in &source.outline().imports {
            let path = import.path;
            scope.paths.push(path);
            match import.name {
                Some(name) if name == "." => scope.dots.push(path),
                Some(name) if name.is_blank() => {}
                Some(name) => {
                    scope.names.insert(name, path);
                }
                None => {
                    let known = foreign::embedded_name(path);
                    let name = known.unwrap_or_else(|| Symbol::new(guess_name(path.as_str())));
                    scope.names.insert(name, path);
                    if known.is_none() {
                        scope.unnamed.push(path);
                    }
                }
            }
        }
        scope
    }

    /// The import path that `name` stands for; `clause` gives the name in the package clause of an import path, where
    /// that is at hand.
    pub(crate) fn find(&self, name: Symbol, clause: impl Fn(Symbol) -> Option<Symbol>) -> Option<Symbol> {
        let found = self.names.get(&name).copied();
        match found {
            Some(path) if !self.unnamed.contains(&path) => return found,
            Some(path) if clause(path).is_none_or(|real| real == name) => return found,
            _ => {}
        }
        self.unnamed.iter().copied().find(|&path| clause(path) == Some(name))
    }

    /// The import whose package may be called `name`, where none is known to be.
    pub(crate) fn guess(&self, name: Symbol, clause: impl Fn(Symbol) -> Option<Symbol>) -> Option<Symbol> {
        let mut unknown = self.paths.iter().copied().filter(|&path| clause(path).is_none());
        unknown.find(|path| may_be_called(path.as_str(), name.as_str()))
    }
}

/// The name of the package at an import path, as the path suggests it: the last element without a major version
/// suffix (`/v2`, `.v3`), and without the customary `go-` before or `-go`, `.go` behind it.
pub fn guess_name(path: &str) -> &str {
    let mut elements = path.rsplit('/');
    let mut last = elements.next().unwrap_or_default();
    if is_major_version(last) {
        last = elements.next().unwrap_or(last);
    }
    if let Some((name, version)) = last.rsplit_once('.')
        && is_major_version(version)
    {
        last = name;
    }
    let last = last.strip_prefix("go-").unwrap_or(last);
    let last = last.strip_suffix("-go").or_else(|| last.strip_suffix(".go")).unwrap_or(last);
    last.rsplit_once('-').map_or(last, |(_, tail)| tail)
}

/// Whether a file that uses `name` without declaring it may mean the import at `path`, whose package clause is not at
/// hand and may differ from the path.
fn may_be_called(path: &str, name: &str) -> bool {
    path.rsplit('/')
        .take(3)
        .any(|element| element.replace(['-', '.', '_'], "").contains(name) || element.contains(name))
}

fn is_major_version(text: &str) -> bool {
    text.strip_prefix('v')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_customs_of_import_paths() {
        for (path, name) in [
            ("net/http", "http"),
            ("math/rand/v2", "rand"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/hashicorp/go-memdb", "memdb"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("github.com/nats-io/nats.go", "nats"),
            ("k8s.io/client-go", "client"),
        ] {
            assert_eq!(guess_name(path), name, "{path}");
        }
        assert!(may_be_called("github.com/mattn/go-sqlite3", "sqlite3"));
        assert!(!may_be_called("github.com/mattn/go-sqlite3", "yaml"));
    }
}
