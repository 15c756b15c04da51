//! The commands `rules` and `explain`.

use std::fmt::Write as _;

use golint_conc_rules::{Page, catalogue};
use serde_json::json;

/// The rules as a table for people.
pub(crate) fn rules_text() -> String {
    let pages = &catalogue().pages;
    let width = pages.iter().map(|page| page.id.len()).max().unwrap_or_default();
    let mut text = format!("{:width$}  {:8}  {:7}  summary\n", "rule", "severity", "default");
    for page in pages {
        let (severity, default) = (page.head.severity.as_str(), on_off(page));
        let summary = page.head.summary.replace('`', "");
        let _ = writeln!(text, "{:width$}  {severity:8}  {default:7}  {summary}", page.id);
    }
    text
}

/// The rules as JSON.
pub(crate) fn rules_json() -> String {
    let rules: Vec<_> = catalogue()
        .pages
        .iter()
        .map(|page| {
            let head = &page.head;
            json!({
                "id": page.id,
                "summary": head.summary,
                "family": head.family,
                "effect": head.effect.as_str(),
                "severity": head.severity.as_str(),
                "default": head.default,
                "since": head.since,
                "go": head.go,
                "precision": head.precision,
                "cwe": head.cwe,
                "aliases": head.aliases,
                "related": head.related,
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&json!({ "rules": rules })).unwrap_or_default();
    text.push('\n');
    text
}

/// The page of a rule, with its head as a table.
pub(crate) fn page_text(page: &Page) -> String {
    let head = &page.head;
    let mut text = String::new();
    let (title, rest) = page.body.split_once('\n').unwrap_or((page.body, ""));
    let _ = writeln!(text, "{title}\n\n{}.\n", head.summary);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<10}{value}");
        }
    };
    row("severity", head.severity.as_str());
    row("effect", head.effect.as_str());
    row("default", on_off(page));
    row("go", &head.go);
    row("precision", &head.precision.map(|share| format!("{share} %")).unwrap_or_default());
    row("related", &head.related.join(", "));
    row("since", &head.since);
    format!("{text}\n{}\n", rest.trim())
}

fn on_off(page: &Page) -> &'static str {
    if page.head.default { "on" } else { "off" }
}
