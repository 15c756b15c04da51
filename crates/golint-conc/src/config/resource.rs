//! A `[[resource]]` of the configuration file: a row for the table of what must be given back.

use golint_conc_flow::{Evidence, Kind, Name, Protocol, Protocols, Source, Who};
use golint_conc_rules::catalogue;
use golint_conc_syntax::Symbol;
use serde::Deserialize;
use toml::Spanned;

use super::Fault;

const FUNCTIONS: &str = "write it as `example.com/pkg.Func` or `example.com/pkg.Type.Method`";

/// The row as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Row {
    name: String,
    rule: Spanned<String>,
    acquire: Vec<Spanned<String>>,
    #[serde(default)]
    result: usize,
    error: Option<usize>,
    #[serde(default)]
    release: Vec<Spanned<String>>,
    #[serde(default)]
    ends: Vec<Spanned<String>>,
    #[serde(default)]
    by_call: bool,
    part: Option<String>,
    #[serde(rename = "type")]
    ty: Option<Spanned<String>>,
    done: Option<String>,
    why: Option<String>,
}

/// Adds a row to the table.
pub(super) fn add(table: &mut Protocols, row: Spanned<Row>) -> Result<(), Fault> {
    let span = row.span();
    let row = row.into_inner();
    let name = row.name.trim().to_owned();
    let fault = |at: Option<std::ops::Range<usize>>, what: String, help: &'static str| Fault {
        at: at.or_else(|| Some(span.clone())),
        message: format!("resource `{name}`: {what}"),
        help,
    };
    if name.is_empty() || name.contains(['\n', '`']) {
        return Err(fault(
            None,
            "`name` is no word".into(),
            "say in a word or two what it is, as in `lease`",
        ));
    }
    if table.has(&name) {
        return Err(fault(None, "another resource has this `name`".into(), "choose another"));
    }
    let rule = row.rule.get_ref();
    let Some(kind) = kind_of(rule) else {
        let what = format!("`rule`: `{rule}` looks for no resource");
        return Err(fault(Some(row.rule.span()), what, RULES));
    };
    if row.acquire.is_empty() {
        return Err(fault(None, "`acquire` names no function".into(), FUNCTIONS));
    }
    if row.release.is_empty() && !row.by_call {
        return Err(fault(None, "`release` names no method".into(), "name one, or set `by-call = true`"));
    }
    if row.error == Some(row.result) {
        return Err(fault(None, "`error` and `result` are the same".into(), "results are counted from 0"));
    }
    let methods = |key: &str, names: &[Spanned<String>]| {
        let checked = names.iter().map(|method| {
            let text = method.get_ref();
            if is_name(text) {
                return Ok(Symbol::new(text));
            }
            let what = format!("`{key}`: `{text}` is no name of a method");
            Err(fault(Some(method.span()), what, "write only its name, as in `Close`"))
        });
        checked.collect::<Result<Vec<_>, _>>()
    };
    let sources = row.acquire.iter().map(|text| match who(text.get_ref()) {
        // A call with fewer results has no error.
        Some(who) => Ok(Source {
            who,
            result: row.result,
            error: Some(row.error.unwrap_or(row.result + 1)),
            evidence: Evidence::Table,
            from: None,
        }),
        None => {
            let what = format!("`acquire`: `{}` is no function with its package", text.get_ref());
            Err(fault(Some(text.span()), what, FUNCTIONS))
        }
    });
    let types = match &row.ty {
        None => Vec::new(),
        Some(text) => match split(text.get_ref()) {
            Some((pkg, names)) if names.len() == 1 => vec![(Symbol::new(pkg), Symbol::new(names[0])) as Name],
            _ => {
                let what = format!("`type`: `{}` is no type with its package", text.get_ref());
                return Err(fault(Some(text.span()), what, "write it as `example.com/pkg.Type`"));
            }
        },
    };
    let done = row.done.as_deref().unwrap_or(if row.by_call { "called" } else { "released" });
    let why = row.why.unwrap_or_else(|| format!("whoever acquires it must see that it is {done}"));
    table.add(
        kind,
        Protocol {
            types,
            sources: sources.collect::<Result<_, _>>()?,
            part: row.part.as_deref().map(Symbol::new),
            releases: methods("release", &row.release)?,
            ends: methods("ends", &row.ends)?,
            by_call: row.by_call,
            ..Protocol::new(&name, &usual(&name), done, &why)
        },
    );
    Ok(())
}

const RULES: &str =
    "take `rows-not-closed`, `http-body-not-closed`, `context-lost-cancel` or `ticker-not-stopped`";

fn kind_of(rule: &str) -> Option<Kind> {
    catalogue().find(rule)?.selected().rule.resource()
}

/// What a variable that holds it may be called.
fn usual(name: &str) -> String {
    name.split_whitespace().next_back().unwrap_or(name).to_lowercase()
}

/// Reads `pkg/path.Func`, `pkg/path.Type.Method`, and Go's own `(*pkg/path.Type).Method`.
fn who(text: &str) -> Option<Who> {
    let (pkg, names) = split(text)?;
    match names[..] {
        [name] => Some(Who::func(pkg, &[name])),
        [ty, name] => Some(Who::method(pkg, &[ty], &[name])),
        _ => None,
    }
}

/// An import path and the names behind it. The last part of a path may have a version behind a dot, as in
/// `gopkg.in/yaml.v3`.
fn split(text: &str) -> Option<(&str, Vec<&str>)> {
    let text = text.trim();
    if let Some((inner, method)) = text.strip_prefix('(').and_then(|inner| inner.split_once(").")) {
        let (pkg, mut names) = split(inner.trim_start_matches('*'))?;
        names.push(method);
        return is_name(method).then_some((pkg, names));
    }
    let last = text.rfind('/').map_or(0, |at| at + 1);
    let mut dot = last + text[last..].find('.')?;
    let next = text[dot + 1..].split('.').next().unwrap_or_default();
    if is_version(next) && text[dot + 1..].contains('.') {
        dot += 1 + next.len();
    }
    let (pkg, rest) = (&text[..dot], &text[dot + 1..]);
    let names: Vec<_> = rest.split('.').collect();
    let is_good =
        !pkg.is_empty() && !pkg.contains(char::is_whitespace) && names.iter().all(|name| is_name(name));
    is_good.then_some((pkg, names))
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read_as_go_and_people_write_them() {
        for (text, wanted) in [
            ("example.com/db.Open", Some(("example.com/db", vec!["Open"]))),
            ("example.com/db.Pool.Get", Some(("example.com/db", vec!["Pool", "Get"]))),
            ("(*example.com/db.Pool).Get", Some(("example.com/db", vec!["Pool", "Get"]))),
            ("(example.com/db.Pool).Get", Some(("example.com/db", vec!["Pool", "Get"]))),
            ("(example.com/db).Open", None),
            ("gopkg.in/yaml.v3.Open", Some(("gopkg.in/yaml.v3", vec!["Open"]))),
            ("gopkg.in/yaml.v3.Decoder.Open", Some(("gopkg.in/yaml.v3", vec!["Decoder", "Open"]))),
            ("os.Open", Some(("os", vec!["Open"]))),
            ("os", None),
            ("os.", None),
            (".Open", None),
            ("a b.Open", None),
        ] {
            assert_eq!(split(text), wanted, "{text}");
        }
    }
}
