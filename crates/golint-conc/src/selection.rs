//! Which rules run.

use golint_conc_rules::{Confidence, Page, catalogue};

/// How alike a name must be to be offered instead, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The confidences that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MinConfidence {
    /// Everything, guesses included
    Low,
    /// What needs assumptions that nearly always hold
    Medium,
    /// Only what needs no assumption
    High,
}

impl From<MinConfidence> for Confidence {
    fn from(min: MinConfidence) -> Self {
        match min {
            MinConfidence::Low => Self::Low,
            MinConfidence::Medium => Self::Medium,
            MinConfidence::High => Self::High,
        }
    }
}

/// A list of rules, and what messages call it: ids, former ids, globs over ids, and `all`, separated by commas.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The flag or key.
    pub title: &'a str,
    /// The list.
    pub names: &'a [String],
}

/// The rules that are selected and not ignored; without any that is selected, those that are on by default.
///
/// # Errors
/// What to tell the user, where a name or glob matches no rule.
pub fn select(select: Listed<'_>, ignore: Listed<'_>) -> Result<Vec<&'static Page>, String> {
    let ignored = matching(ignore)?;
    let pages = if select.names.is_empty() {
        catalogue().pages.iter().filter(|page| page.head.default).collect()
    } else {
        matching(select)?
    };
    Ok(pages.into_iter().filter(|page| !ignored.iter().any(|other| other.id == page.id)).collect())
}

/// The pages that a list matches, in the order of the catalogue.
fn matching(Listed { title: flag, names }: Listed<'_>) -> Result<Vec<&'static Page>, String> {
    let mut chosen: Vec<&'static Page> = Vec::new();
    for name in names.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        let before = chosen.len();
        if name.contains(['*', '?', '[', '{']) {
            let glob =
                globset::Glob::new(name).map_err(|error| format!("{flag}: {error}"))?.compile_matcher();
            chosen.extend(catalogue().pages.iter().filter(|page| glob.is_match(page.id)));
        } else if name == "all" {
            chosen.extend(&catalogue().pages);
        } else {
            chosen.extend(catalogue().find(name));
        }
        if chosen.len() == before {
            return Err(format!("{flag}: no rule is called `{name}`{}", hint(name)));
        }
    }
    chosen.sort_by_key(|page| page.id);
    chosen.dedup_by_key(|page| page.id);
    Ok(chosen)
}

/// What to say of a name that is no rule's.
pub(crate) fn hint(name: &str) -> String {
    match nearest(name, catalogue().pages.iter().map(|page| page.id)) {
        Some(id) => format!("; did you mean `{id}`?"),
        None => "; `golint-conc rules` lists them".into(),
    }
}

/// The name most like `name`, if one is.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = name.trim_matches(['*', '?']);
    let scored = names.map(|other| (strsim::jaro_winkler(plain, other), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    (ALIKE <= best.0).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(selected: &[&str], ignored: &[&str]) -> Result<Vec<&'static str>, String> {
        let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let (selected, ignored) = (owned(selected), owned(ignored));
        let selected = Listed { title: "--select", names: &selected };
        let ignored = Listed { title: "--ignore", names: &ignored };
        select(selected, ignored).map(|pages| pages.iter().map(|page| page.id).collect())
    }

    #[test]
    fn lists_globs_and_all_select_and_ignore_wins() {
        let all: Vec<_> = catalogue().pages.iter().map(|page| page.id).collect();
        assert_eq!(ids(&["all"], &[]), Ok(all));
        let http = ids(&["http-*"], &[]).expect("there are some");
        assert!(http.iter().all(|id| id.starts_with("http-")) && http.contains(&"http-default-client"));
        assert_eq!(
            ids(&["signal-notify-unbuffered, http-default-client"], &["http-*"]),
            Ok(vec!["signal-notify-unbuffered"])
        );
    }

    #[test]
    fn what_matches_nothing_is_refused_with_a_proposal() {
        assert_eq!(
            ids(&["signal-notify-unbufferd"], &[]),
            Err("--select: no rule is called `signal-notify-unbufferd`; did you mean `signal-notify-unbuffered`?".into())
        );
        assert!(ids(&[], &["zzz*"]).expect_err("matches nothing").contains("golint-conc rules"));
        assert!(ids(&["a[b"], &[]).is_err());
    }
}
