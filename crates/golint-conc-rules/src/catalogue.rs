//! The pages of the rules: `rules/<id>.md`, the one source of what is said of a rule.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::engine::{LangRange, Selected};
use crate::rule::{Rule, TestPolicy};
use crate::rules;

/// The sections that a page has, in order.
pub const SECTIONS: [&str; 4] = ["What it finds", "Why it matters", "Known limits", "Example"];

/// What the bug does to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Two goroutines reach the same memory unordered.
    Race,
    /// Goroutines wait for each other.
    Deadlock,
    /// Goroutines, connections or memory pile up.
    Leak,
    /// The program ends.
    Panic,
    /// A caller waits for ever.
    Hang,
    /// The code does not do what it says.
    Misuse,
}

impl Effect {
    /// The lower-case word used in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Race => "race",
            Self::Deadlock => "deadlock",
            Self::Leak => "leak",
            Self::Panic => "panic",
            Self::Hang => "hang",
            Self::Misuse => "misuse",
        }
    }
}

/// An option of a rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleOption {
    /// `integer`, `boolean`, `string` or `array`.
    #[serde(rename = "type")]
    pub ty: String,
    /// The default value, of that type.
    pub default: toml::Value,
    /// What it does.
    pub doc: String,
}

/// The head of a page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Head {
    /// What the bug is, in one line without period.
    pub summary: String,
    /// The family in the catalogue.
    pub family: String,
    /// What the bug does.
    pub effect: Effect,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it runs when nothing else is said.
    pub default: bool,
    /// The release that brought it.
    pub since: String,
    /// The language versions it applies to, as [`LangRange::parse`] reads them.
    pub go: String,
    /// What it does in test files.
    pub tests: TestPolicy,
    /// Numbers in the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
    /// Former ids.
    pub aliases: Vec<String>,
    /// Checks of other tools that look for the same, as `tool:check`.
    pub related: Vec<String>,
    /// Measured share of true reports, in per cent; absent until it is measured.
    #[serde(default)]
    pub precision: Option<u8>,
    /// Options by name.
    #[serde(default)]
    pub options: BTreeMap<String, RuleOption>,
}

/// Whether an example shows the bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// It is reported.
    Bad,
    /// It is silent.
    Good,
}

/// A block of Go in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Whether it shows the bug.
    pub kind: ExampleKind,
    /// A whole Go file.
    pub code: &'static str,
}

/// A rule with its page.
#[derive(Clone)]
pub struct Page {
    /// The rule.
    pub rule: &'static dyn Rule,
    /// The id.
    pub id: &'static str,
    /// The head.
    pub head: Head,
    /// The text behind the head, from the title on.
    pub body: &'static str,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Page {
    fn parse(rule: &'static dyn Rule, text: &'static str) -> Result<Self, String> {
        let rest = text.strip_prefix("```toml\n").ok_or("the page does not begin with a ```toml block")?;
        let (head, body) = rest.split_once("\n```\n").ok_or("nothing closes the ```toml block")?;
        let head: Head = toml::from_str(head).map_err(|error| error.to_string())?;
        if LangRange::parse(&head.go).is_none() {
            return Err(format!("`go = {:?}` is no language version range", head.go));
        }
        Ok(Self { rule, id: rule.id(), head, body: body.trim_start() })
    }

    /// The text of a section, without its heading.
    pub fn section(&self, title: &str) -> Option<&'static str> {
        let start = self.body.find(&format!("\n## {title}\n"))? + title.len() + 5;
        let rest = &self.body[start..];
        Some(rest[..rest.find("\n## ").unwrap_or(rest.len())].trim())
    }

    /// The examples, in order.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        for (kind, fence) in [(ExampleKind::Bad, "```go bad\n"), (ExampleKind::Good, "```go good\n")] {
            let mut rest = self.body;
            while let Some((_, after)) = rest.split_once(fence) {
                let (code, next) = after.split_once("```").unwrap_or((after, ""));
                examples.push(Example { kind, code });
                rest = next;
            }
        }
        examples
    }

    /// What the engine needs to run the rule.
    pub fn selected(&self) -> Selected {
        Selected {
            rule: self.rule,
            severity: self.head.severity,
            tests: self.head.tests,
            go: LangRange::parse(&self.head.go).unwrap_or_default(),
        }
    }
}

/// All rules with their pages.
#[derive(Debug)]
pub struct Catalogue {
    /// Sorted by id.
    pub pages: Vec<Page>,
}

impl Catalogue {
    /// The page of a rule, by id or by a former id.
    pub fn find(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id || page.head.aliases.iter().any(|alias| alias == id))
    }
}

/// The catalogue. Pages are read at the first call; one that can't be read is left out, which a test refuses.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let pages = rules::ALL.iter().filter_map(|&(rule, text)| Page::parse(rule, text).ok());
        Catalogue { pages: pages.collect() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_reads_and_has_its_sections() {
        for &(rule, text) in rules::ALL {
            let page =
                Page::parse(rule, text).unwrap_or_else(|error| panic!("rules/{}.md: {error}", rule.id()));
            assert!(page.body.starts_with(&format!("# {}\n", rule.id())), "rules/{}.md: title", rule.id());
            for section in SECTIONS {
                assert!(
                    page.section(section).is_some_and(|text| !text.is_empty()),
                    "rules/{}.md: {section}",
                    rule.id()
                );
            }
            for kind in [ExampleKind::Bad, ExampleKind::Good] {
                assert!(
                    page.examples().iter().any(|example| example.kind == kind),
                    "rules/{}.md: {kind:?}",
                    rule.id()
                );
            }
            assert!(!page.head.summary.ends_with('.'), "rules/{}.md: summary", rule.id());
            assert!(!text.contains("FIXME"), "rules/{}.md is not written yet", rule.id());
            assert!(
                page.head.precision.is_none_or(|p| 95 <= p || !page.head.default),
                "rules/{}.md: default",
                rule.id()
            );
        }
    }
}
