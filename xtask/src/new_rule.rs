//! Starts a rule.

use anyhow::{Context, Result, bail, ensure};
use toml::Table;

use crate::pages::{self, FAMILIES};
use crate::workspace::Workspace;
use crate::{codegen, tidy};

const PAGE: &str = include_str!("../templates/page.md");
const RULE: &str = include_str!("../templates/rule.rs.txt");
const CASE: &str = include_str!("../templates/basic.go.txt");

/// Writes the three places of a rule with text that the tests refuse, then the generated files.
pub(crate) fn run(workspace: &Workspace, id: &str) -> Result<()> {
    check_id(workspace, id)?;
    let snake = id.replace('-', "_");
    let files = [
        (format!("rules/{id}.md"), PAGE),
        (format!("crates/golint-conc-rules/src/rules/{snake}.rs"), RULE),
        (format!("testdata/{id}/basic/basic.go"), CASE),
    ];
    if let Some((name, _)) = files.iter().find(|(name, _)| workspace.path(name).exists()) {
        bail!("{name} is there already");
    }
    let family = family(id);
    let (type_name, version) = (pascal(id), version(workspace)?);
    for (name, template) in &files {
        let text = template
            .replace("{{id}}", id)
            .replace("{{type}}", &type_name)
            .replace("{{family}}", family.unwrap_or("FIXME"))
            .replace("{{version}}", &version);
        workspace.write(name, &text)?;
        println!("wrote {name}");
    }
    if family.is_none() {
        println!(
            "no family has rules that begin so: add the word to one in xtask/src/pages.rs and name it in the page"
        );
    }
    codegen::run(workspace, false)?;
    println!("next: replace every FIXME, then run `cargo test -p golint-conc --test rules {id}::`");
    Ok(())
}

fn check_id(workspace: &Workspace, id: &str) -> Result<()> {
    ensure!(tidy::is_kebab_case(id), "`{id}` is not kebab case: lower-case words with one `-` between them");
    ensure!(id.contains('-'), "`{id}` is one word: name what the bug is about, then the bug");
    for other in pages::ids(workspace)? {
        ensure!(other != id, "there is a rule `{id}` already");
        let is_alias = pages::page(workspace, &other).is_ok_and(|page| {
            let aliases = page.head.get("aliases").and_then(toml::Value::as_array);
            aliases.is_some_and(|aliases| aliases.iter().any(|alias| alias.as_str() == Some(id)))
        });
        ensure!(!is_alias, "`{id}` is a former id of `{other}`");
    }
    Ok(())
}

/// The family whose ids begin like `id`.
fn family(id: &str) -> Option<&'static str> {
    let word = id.split('-').next()?;
    FAMILIES.iter().find(|(_, _, words)| words.contains(&word)).map(|(family, ..)| *family)
}

fn pascal(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let (first, rest) = word.split_at(1);
            [first.to_ascii_uppercase(), rest.to_owned()]
        })
        .collect()
}

/// The version that the workspace has now, without which a page can't say since when its rule is there.
fn version(workspace: &Workspace) -> Result<String> {
    let manifest: Table = workspace.read("Cargo.toml")?.parse().context("Cargo.toml is not TOML")?;
    let version = manifest.get("workspace").and_then(|table| table.get("package")?.get("version")?.as_str());
    version.map(str::to_owned).context("Cargo.toml: no workspace.package.version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_the_family() {
        assert_eq!(family("select-no-exit"), Some("channel"));
        assert_eq!(family("rwmutex-recursive-rlock"), Some("lock"));
        assert_eq!(family("demo-rule"), None);
    }

    #[test]
    fn types_are_named_after_ids() {
        assert_eq!(pascal("chan-double-close"), "ChanDoubleClose");
    }
}
