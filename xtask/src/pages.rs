//! The pages of the rules, `rules/<id>.md`, read without the crate that compiles them in.

use anyhow::{Context, Result};
use toml::Table;

use crate::workspace::Workspace;

/// The families of the catalogue with their titles and the first words of their rules' ids, in the order of docs/rules.md.
pub(crate) const FAMILIES: [(&str, &str, &[&str]); 10] = [
    ("goroutine", "Goroutines", &["goroutine"]),
    ("channel", "Channels", &["chan", "select", "signal"]),
    ("race", "Data races", &["race", "atomic", "unsafe"]),
    ("waitgroup", "Wait groups", &["waitgroup"]),
    ("lock", "Locks", &["mutex", "rwmutex", "once", "cond"]),
    ("context", "Contexts", &["context"]),
    ("http", "HTTP", &["http"]),
    ("time", "Timers", &["timer", "ticker"]),
    ("sql", "Databases", &["rows"]),
    ("test", "Tests", &["test"]),
];

/// A page that could be read.
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) head: Table,
    /// From the title on.
    pub(crate) body: String,
}

impl Page {
    /// A string of the head; empty where there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.head.get(key).and_then(toml::Value::as_str).unwrap_or_default()
    }

    pub(crate) fn is_default(&self) -> bool {
        self.head.get("default").and_then(toml::Value::as_bool).unwrap_or_default()
    }

    /// Measured share of true reports, in per cent.
    pub(crate) fn precision(&self) -> Option<i64> {
        self.head.get("precision").and_then(toml::Value::as_integer)
    }

    /// Titles and texts of the sections.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.body.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap_or((section, "")))
    }
}

/// The ids of the pages, sorted.
pub(crate) fn ids(workspace: &Workspace) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(workspace.path("rules")).context("can't read rules/")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "md") {
            ids.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    ids.sort();
    Ok(ids)
}

/// The page of a rule.
///
/// # Errors
/// When there is none, or its head can't be read.
pub(crate) fn page(workspace: &Workspace, id: &str) -> Result<Page> {
    let name = format!("rules/{id}.md");
    let text = workspace.read(&name)?;
    let rest =
        text.strip_prefix("```toml\n").with_context(|| format!("{name}: no ```toml block on line 1"))?;
    let (head, body) =
        rest.split_once("\n```\n").with_context(|| format!("{name}: nothing ends the ```toml block"))?;
    let head = head.parse::<Table>().with_context(|| format!("{name}: the head is not TOML"))?;
    Ok(Page { id: id.to_owned(), head, body: body.trim_start().to_owned() })
}
