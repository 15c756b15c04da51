//! The configuration file: what it may say, where it is looked for, and what is wrong with it.

mod resource;

use std::ops::Range;
use std::path::{Path, PathBuf};

use golint_conc_flow::Protocols;
use serde::Deserialize;
use toml::Spanned;

use crate::load;
use crate::report::Problem;
use crate::selection::MinConfidence;

/// The name that is looked for.
pub const FILE_NAME: &str = "golint-conc.toml";

/// What marks the root of a repository, above which nobody looks.
const ROOT_MARK: &str = ".git";

/// What a configuration file says.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file, as messages name it; none where there is none.
    pub path: Option<String>,
    /// As `--select`.
    pub select: Vec<String>,
    /// As `--ignore`.
    pub ignore: Vec<String>,
    /// As `--min-confidence`.
    pub min_confidence: Option<MinConfidence>,
    /// Whether test files are read.
    pub tests: Option<bool>,
    /// The table of resources with the rows of the file.
    pub resources: Protocols,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: None,
            select: Vec::new(),
            ignore: Vec::new(),
            min_confidence: None,
            tests: None,
            resources: Protocols::standard(),
        }
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    select: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    min_confidence: Option<MinConfidence>,
    tests: Option<bool>,
    #[serde(default)]
    resource: Vec<Spanned<resource::Row>>,
}

/// What is wrong, and where in the text.
#[derive(Debug)]
struct Fault {
    at: Option<Range<usize>>,
    message: String,
    help: &'static str,
}

/// The file for a working directory: the nearest on the way up to the root of the repository.
pub fn find(cwd: &Path) -> Option<PathBuf> {
    for folder in cwd.ancestors() {
        let path = folder.join(FILE_NAME);
        if path.is_file() {
            return Some(path);
        }
        if folder.join(ROOT_MARK).exists() {
            return None;
        }
    }
    None
}

/// Reads a file; `title` is what messages call it.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn read(path: &Path, title: &str) -> Result<Config, Problem> {
    let text = std::fs::read(path).map_err(|error| {
        load::failure(
            title,
            format!("can't be read: {}", load::io_text(&error)),
            "name another with --config, or use --no-config",
        )
    })?;
    let text =
        String::from_utf8(text).map_err(|_| load::failure(title, "is not UTF-8", "save it as UTF-8"))?;
    parse(&text, title).map_err(|fault| {
        let line = fault.at.map(|at| 1 + text[..at.start.min(text.len())].matches('\n').count() as u32);
        Problem { line, ..load::failure(title, fault.message, fault.help) }
    })
}

fn parse(text: &str, title: &str) -> Result<Config, Fault> {
    let file: File = toml::from_str(text).map_err(|error| Fault {
        at: error.span(),
        message: error.message().lines().collect::<Vec<_>>().join(" "),
        help: "docs/configuration.md has the keys",
    })?;
    let mut resources = Protocols::standard();
    for row in file.resource {
        resource::add(&mut resources, row)?;
    }
    Ok(Config {
        path: Some(title.to_owned()),
        select: file.select,
        ignore: file.ignore,
        min_confidence: file.min_confidence,
        tests: file.tests,
        resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        match parse(text, "x") {
            Ok(_) => panic!("accepted: {text}"),
            Err(fault) => format!("{}; {}", fault.message, fault.help),
        }
    }

    const ROW: &str = "[[resource]]\nname = \"lease\"\nrule = \"rows-not-closed\"\n";

    #[test]
    fn rows_with_errors_say_which_key() {
        for (rest, wanted) in [
            ("acquire = [\"a.b/c.Open\"]", "resource `lease`: `release` names no method"),
            ("acquire = []\nrelease = [\"Close\"]", "resource `lease`: `acquire` names no function"),
            (
                "acquire = [\"Open\"]\nrelease = [\"Close\"]",
                "`acquire`: `Open` is no function with its package",
            ),
            (
                "acquire = [\"a/b.\"]\nrelease = [\"Close\"]",
                "`acquire`: `a/b.` is no function with its package",
            ),
            ("acquire = [\"a/b.T.M.N\"]\nrelease = [\"Close\"]", "`acquire`: `a/b.T.M.N` is no function"),
            ("acquire = [\"a/b.F\"]\nrelease = [\"x.Close\"]", "`release`: `x.Close` is no name of a method"),
            (
                "acquire = [\"a/b.F\"]\nrelease = [\"Close\"]\ntype = \"T\"",
                "`type`: `T` is no type with its package",
            ),
            (
                "acquire = [\"a/b.F\"]\nrelease = [\"Close\"]\nresult = 1\nerror = 1",
                "`error` and `result` are the same",
            ),
            ("acquire = [\"a/b.F\"]\nclose = 1", "unknown field `close`"),
        ] {
            let said = fault(&format!("{ROW}{rest}\n"));
            assert!(said.contains(wanted), "{rest}: {said}");
        }
        let said = fault(
            "[[resource]]\nname = \"x\"\nrule = \"race-map-write\"\nacquire = [\"a/b.F\"]\nrelease = [\"C\"]",
        );
        assert!(said.contains("`rule`: `race-map-write` looks for no resource"), "{said}");
        let said = fault(
            "[[resource]]\nname = \"rows\"\nrule = \"rows-not-closed\"\nacquire = [\"a/b.F\"]\nrelease = [\"C\"]",
        );
        assert!(said.contains("another resource has this `name`"), "{said}");
        assert!(fault("min-confidence = \"sure\"").contains("sure"));
        assert!(fault("tests = ").contains("docs/configuration.md"));
    }

    #[test]
    fn the_guide_is_understood() {
        let guide = include_str!("../../../../docs/configuration.md");
        let blocks: Vec<_> =
            guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks.len(), 3);
        for block in blocks {
            parse(block, "x").unwrap_or_else(|fault| panic!("{}: {block}", fault.message));
        }
    }

    #[test]
    fn the_nearest_file_below_the_root_of_the_repository_is_taken() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let deep = dir.path().join("repo/a/b");
        std::fs::create_dir_all(&deep).expect("folders");
        std::fs::create_dir(dir.path().join("repo/.git")).expect("a folder");
        std::fs::write(dir.path().join(FILE_NAME), "").expect("a file");
        assert_eq!(find(&deep), None);
        let own = dir.path().join("repo").join(FILE_NAME);
        std::fs::write(&own, "").expect("a file");
        assert_eq!(find(&deep), Some(own));
    }
}
