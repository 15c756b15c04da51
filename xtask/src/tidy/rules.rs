//! Laws about the rules: a page, a file and testdata, and what stands in them.

use std::collections::BTreeSet;

use anyhow::Result;
use toml::Value;

use super::{Findings, is_kebab_case};
use crate::pages::{self, FAMILIES, Page};
use crate::workspace::{Workspace, has_extension};

const RULES: &str = "crates/golint-conc-rules/src/rules/";
/// Lines that a rule's file should not pass: beyond, something in it belongs in the model.
const MAX_RULE_LINES: usize = 150;
/// Folders of testdata that belong to no rule.
const SHARED_TESTDATA: [&str; 1] = ["showcase"];
/// How testdata says that today's result is wrong.
const FALSE_POSITIVE: &str = "// FIXME false positive: ";
const FALSE_NEGATIVE: &str = "// FIXME false negative: ";
/// Per cent of true reports below which a rule is off.
const MIN_PRECISION: i64 = 95;

/// The keys of a head, whether they must be there, and their values where these are few.
const KEYS: [(&str, bool, &[&str]); 13] = [
    ("summary", true, &[]),
    ("family", true, &[]),
    ("effect", true, &["race", "deadlock", "leak", "panic", "hang", "misuse"]),
    ("severity", true, &["error", "warning", "note"]),
    ("default", true, &[]),
    ("since", true, &[]),
    ("go", true, &[]),
    ("tests", true, &["same", "lower", "off"]),
    ("cwe", true, &[]),
    ("aliases", true, &[]),
    ("related", true, &[]),
    ("precision", false, &[]),
    ("options", false, &[]),
];
const SECTIONS: [&str; 4] = ["What it finds", "Why it matters", "Known limits", "Example"];

pub(super) fn check(workspace: &Workspace, files: &[String], found: &mut Findings) -> Result<()> {
    let ids = pages::ids(workspace)?;
    let known: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    places(&known, files, found);
    let mut names = known.clone().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    for id in &ids {
        match pages::page(workspace, id) {
            Ok(page) => {
                head(&page, found);
                body(&page, found);
                for alias in strings(&page, "aliases") {
                    let is_new = names.insert(alias.to_owned());
                    found
                        .demand(is_new, format!("rules/{id}.md: the alias `{alias}` names another rule too"));
                }
            }
            Err(error) => found.complain(format!("{error:#}")),
        }
        let name = format!("{RULES}{}.rs", id.replace('-', "_"));
        if let Ok(text) = workspace.read(&name) {
            rule_file(&name, id, &text, found);
        }
    }
    testdata_debt(workspace, files, found)
}

/// Each id names a page, a file and a folder with cases, and nothing else has such a name.
fn places(ids: &BTreeSet<&str>, files: &[String], found: &mut Findings) {
    for id in ids {
        let (rule, cases) = (format!("{RULES}{}.rs", id.replace('-', "_")), format!("testdata/{id}/"));
        found.demand(files.contains(&rule), format!("{rule}: missing, though rules/{id}.md is there"));
        let has_case = files.iter().any(|name| {
            name.strip_prefix(&cases).is_some_and(|rest| rest.contains('/') && has_extension(rest, "go"))
        });
        found.demand(has_case, format!("{cases}: no case, though rules/{id}.md is there"));
    }
    for name in files {
        if let Some(rule) = name.strip_prefix(RULES).filter(|rule| *rule != "mod.rs") {
            let id = rule.trim_end_matches(".rs").replace('_', "-");
            found.demand(ids.contains(id.as_str()), format!("{name}: no page rules/{id}.md"));
        }
        if let Some((folder, _)) = name.strip_prefix("testdata/").and_then(|name| name.split_once('/')) {
            let is_known = ids.contains(folder) || SHARED_TESTDATA.contains(&folder);
            found.demand(is_known, format!("{name}: no page rules/{folder}.md"));
        }
        if let Some(page) = name.strip_prefix("rules/") {
            let is_page = page.strip_suffix(".md").is_some_and(|id| ids.contains(id));
            found.demand(is_page, format!("{name}: only pages of rules are kept here"));
        }
    }
}

fn strings<'p>(page: &'p Page, key: &str) -> impl Iterator<Item = &'p str> {
    page.head.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn head(page: &Page, found: &mut Findings) {
    let name = format!("rules/{}.md", page.id);
    found.demand(is_kebab_case(&page.id), format!("{name}: the id is not kebab case"));
    for key in page.head.keys() {
        let is_known = KEYS.iter().any(|(known, ..)| known == key);
        found.demand(is_known, format!("{name}: unknown key `{key}`"));
    }
    for (key, is_needed, values) in KEYS {
        let is_there = page.head.contains_key(key);
        found.demand(is_there || !is_needed, format!("{name}: no `{key}`"));
        let value = page.text(key);
        if is_there && !values.is_empty() {
            found
                .demand(values.contains(&value), format!("{name}: `{key}` is none of {}", values.join(", ")));
        }
    }
    let family = page.text("family");
    match FAMILIES.iter().find(|(known, ..)| *known == family) {
        Some((.., words)) => {
            let word = page.id.split('-').next().unwrap_or_default();
            found.demand(
                words.contains(&word),
                format!("{name}: ids of `{family}` begin with {}", words.join(", ")),
            );
        }
        None => found.complain(format!("{name}: unknown family `{family}`")),
    }
    let summary = page.text("summary");
    found.demand(
        is_plain_sentence(summary),
        format!("{name}: the summary must begin in lower case and end without period"),
    );
    for related in strings(page, "related") {
        let is_check =
            related.split(':').count() <= 2 && related.split(':').all(|part| !part.trim().is_empty());
        found.demand(
            is_check,
            format!("{name}: `{related}` is neither `tool:check` nor a tool with one check"),
        );
    }
    let is_precise = page.precision().is_none_or(|share| MIN_PRECISION <= share);
    found.demand(is_precise || !page.is_default(), format!("{name}: on by default below {MIN_PRECISION} %"));
    let options = page.head.get("options").and_then(Value::as_table);
    for option in options.into_iter().flat_map(toml::Table::keys) {
        found.demand(is_kebab_case(option), format!("{name}: the option `{option}` is not kebab case"));
    }
}

/// The form of messages and summaries: lower case at the start but for names in back-ticks and abbreviations, no
/// final period.
fn is_plain_sentence(text: &str) -> bool {
    let is_word = text.chars().take(2).filter(|c| c.is_uppercase()).count() == 1
        && text.starts_with(char::is_uppercase);
    !text.is_empty() && !is_word && !text.ends_with('.') && !text.contains('\n')
}

fn body(page: &Page, found: &mut Findings) {
    let name = format!("rules/{}.md", page.id);
    found.demand(
        page.body.starts_with(&format!("# {}\n", page.id)),
        format!("{name}: the title is not the id"),
    );
    let titles: Vec<&str> = page.sections().map(|(title, _)| title).collect();
    found.demand(titles == SECTIONS, format!("{name}: the sections are not {}", SECTIONS.join(", ")));
    for (title, text) in page.sections() {
        found.demand(!text.trim().is_empty(), format!("{name}: nothing under `{title}`"));
    }
    for kind in ["bad", "good"] {
        let fence = format!("\n```go {kind}\n");
        found.demand(page.body.contains(&fence), format!("{name}: no ```go {kind} example"));
    }
}

fn rule_file(name: &str, id: &str, text: &str, found: &mut Findings) {
    let header = format!("//! See `rules/{id}.md`.");
    found.demand(text.starts_with(&header), format!("{name}: does not begin with `{header}`"));
    found.demand(text.contains(&format!("\"{id}\"")), format!("{name}: does not name `{id}`"));
    let imports_rule = text.contains("\nuse super::") || text.contains("crate::rules::");
    found.demand(!imports_rule, format!("{name}: a rule imports another"));
    let lines = text.lines().count();
    if MAX_RULE_LINES < lines {
        found.owe(format!("long rule: {name} has {lines} lines, {MAX_RULE_LINES} are the aim"));
    }
}

/// Counts what testdata knows to be wrong.
fn testdata_debt(workspace: &Workspace, files: &[String], found: &mut Findings) -> Result<()> {
    let (mut positives, mut negatives) = (0, 0);
    for name in files.iter().filter(|name| name.starts_with("testdata/") && has_extension(name, "go")) {
        let text = String::from_utf8_lossy(&std::fs::read(workspace.path(name))?).into_owned();
        positives += text.matches(FALSE_POSITIVE).count();
        negatives += text.matches(FALSE_NEGATIVE).count();
    }
    found.owe(format!("known false positives in testdata: {positives}, known false negatives: {negatives}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<String> {
        let (head_text, body_text) = text.split_once("---\n").expect("a head and a body");
        let head_table = head_text.parse().expect("TOML");
        let page = Page { id: "chan-nil-op".into(), head: head_table, body: body_text.into() };
        let mut found = Findings::default();
        head(&page, &mut found);
        body(&page, &mut found);
        found.complaints
    }

    const GOOD: &str = "summary = \"a nil channel is used\"\nfamily = \"channel\"\neffect = \"hang\"\n\
        severity = \"error\"\ndefault = true\nsince = \"0.1.0\"\ngo = \"\"\ntests = \"same\"\ncwe = []\n\
        aliases = []\nrelated = [\"vet:x\"]\nprecision = 95\n---\n# chan-nil-op\n\n## What it finds\na\n\n\
        ## Why it matters\nb\n\n## Known limits\nc\n\n## Example\n\n```go bad\n```\n\n```go good\n```\n";

    #[test]
    fn a_page_has_its_head_and_sections() {
        assert_eq!(complaints(GOOD), Vec::<String>::new());
        for (old, new) in [
            ("a nil", "A nil"),
            ("is used", "is used."),
            ("\"channel\"", "\"chanel\""),
            ("\"channel\"", "\"race\""),
            ("since", "sinse"),
            ("\"error\"", "\"fatal\""),
            ("= 95", "= 94"),
            ("vet:x", "vet:"),
            ("# chan-nil-op", "# chan-nil"),
            ("Known limits", "Limits"),
            ("\nb\n", "\n\n"),
            ("go bad", "go"),
        ] {
            assert_ne!(complaints(&GOOD.replacen(old, new, 1)), Vec::<String>::new(), "{old} -> {new}");
        }
    }

    #[test]
    fn abbreviations_may_begin_a_sentence() {
        assert!(
            is_plain_sentence("HTTP client without a timeout") && is_plain_sentence("`wg.Add` comes late")
        );
        assert!(
            !is_plain_sentence("The client") && !is_plain_sentence("a client.") && !is_plain_sentence("")
        );
    }

    #[test]
    fn every_place_has_its_page() {
        let files: Vec<String> = [
            "crates/golint-conc-rules/src/rules/chan_nil_op.rs",
            "crates/golint-conc-rules/src/rules/mod.rs",
            "crates/golint-conc-rules/src/rules/orphan.rs",
            "rules/chan-nil-op.md",
            "rules/notes.txt",
            "testdata/chan-nil-op/basic/main.go",
            "testdata/lost/basic/main.go",
            "testdata/showcase/main.go",
        ]
        .map(str::to_owned)
        .into();
        let mut found = Findings::default();
        places(&BTreeSet::from(["chan-nil-op", "mutex-copy"]), &files, &mut found);
        let paths: Vec<_> = found.complaints.iter().filter_map(|text| text.split(':').next()).collect();
        assert_eq!(
            paths,
            [
                "crates/golint-conc-rules/src/rules/mutex_copy.rs",
                "testdata/mutex-copy/",
                "crates/golint-conc-rules/src/rules/orphan.rs",
                "rules/notes.txt",
                "testdata/lost/basic/main.go",
            ]
        );
    }
}
