//! What an import is called in the file that imports it.

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
pub(crate) fn may_be_called(path: &str, name: &str) -> bool {
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
