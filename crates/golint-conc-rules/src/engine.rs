//! Runs rules over a package.

use golint_conc_concurrency::Model;
use golint_conc_flow::{Kind, Protocols};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyId, Package, PackageFile};
use golint_conc_syntax::{Signals, Symbol};
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use crate::diagnostic::{Confidence, Diagnostic, Place, Severity};
use crate::edits::complete;
use crate::rule::{Cx, Report, Rule, TestPolicy};

/// The language versions that a rule applies to; a bound that is absent does not bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LangRange {
    /// The first version.
    pub from: Option<LangVersion>,
    /// The first version that is too new.
    pub before: Option<LangVersion>,
}

impl LangRange {
    /// Reads `""`, `"<1.22"` or `">=1.25"`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::default());
        }
        if let Some(version) = text.strip_prefix(">=") {
            return Some(Self { from: Some(LangVersion::parse(version.trim())?), before: None });
        }
        let version = LangVersion::parse(text.strip_prefix('<')?.trim())?;
        Some(Self { from: None, before: Some(version) })
    }

    /// Whether a version is in the range.
    pub fn contains(self, version: LangVersion) -> bool {
        self.from.is_none_or(|from| from <= version) && self.before.is_none_or(|before| version < before)
    }
}

/// A rule that was asked for, with what its page says of it.
#[derive(Clone, Copy)]
pub struct Selected {
    /// The rule.
    pub rule: &'static dyn Rule,
    /// How bad its findings are.
    pub severity: Severity,
    /// What it does in test files.
    pub tests: TestPolicy,
    /// The language versions it applies to.
    pub go: LangRange,
}

impl Selected {
    /// The rule as it need be run where findings of less confidence are not shown.
    #[must_use]
    pub fn for_confidence(self, min: Confidence) -> Self {
        let is_hidden = self.tests == TestPolicy::Lower && self.rule.highest_confidence().lower() < min;
        Self { tests: if is_hidden { TestPolicy::Off } else { self.tests }, ..self }
    }
}

impl std::fmt::Debug for Selected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.rule.id())
    }
}

/// What the analysis of a package found.
pub fn analyze(pkg: &Package, rules: &[Selected], resources: &Protocols) -> Vec<Diagnostic> {
    let cx = Cx { pkg, model: Model::new(pkg), resources };
    let mut found = Vec::new();
    let mut unused = Unused::default();
    for selected in rules.iter().filter(|selected| may_find(pkg, selected)) {
        let mut own = Vec::new();
        let mut report = Report { rule: selected.rule.id(), severity: selected.severity, out: &mut own };
        for id in bodies_for(&cx, selected) {
            let body = cx.body(id);
            if body.ast.is_opaque {
                continue;
            }
            selected.rule.body(&cx, body, &mut report);
            if wants_goroutines(selected.rule) {
                for spawn in cx.model.spawns(id).iter() {
                    selected.rule.goroutine(&cx, spawn, &mut report);
                }
            }
        }
        if selected.rule.wants_channels() {
            for channel in cx.model.channels().iter() {
                selected.rule.channel(&cx, channel, &mut report);
            }
        }
        selected.rule.package(&cx, &mut report);
        debug_assert!(own.iter().all(|found| found.confidence <= selected.rule.highest_confidence()));
        let mut admitted: Vec<_> =
            own.into_iter().filter_map(|diagnostic| admit(pkg, selected, &mut unused, diagnostic)).collect();
        admitted.iter_mut().flat_map(|diagnostic| &mut diagnostic.edits).for_each(|edit| complete(pkg, edit));
        found.extend(admitted);
    }
    found
}

fn wants_goroutines(rule: &dyn Rule) -> bool {
    rule.gates().iter().any(|gate| gate.intersects(Signals::GO.union(Signals::SPAWN)))
}

/// Whether some file in which findings are admitted has a word that the rule wants.
fn may_find(pkg: &Package, selected: &Selected) -> bool {
    let words = selected.rule.package_words();
    words.is_empty()
        || words.iter().map(Finder::new).any(|word| {
            let mut files = pkg.files.iter().filter(|file| is_admitted(file, selected));
            files.any(|file| word.find(file.source.text()).is_some())
        })
}

/// The bodies in which a rule may find something that is admitted.
fn bodies_for(cx: &Cx<'_>, selected: &Selected) -> Vec<BodyId> {
    let (pkg, rule) = (cx.pkg, selected.rule);
    let imports = rule.imports();
    let admitted: Vec<bool> = pkg.files.iter().map(|file| is_admitted(file, selected)).collect();
    let importing: Vec<bool> = (0..pkg.files.len())
        .map(|file| imports.is_empty() || imports.iter().any(|path| pkg.imports(file, path)))
        .collect();
    let is_imported_anywhere = rule.resource().is_some() && importing.contains(&true);
    let words: Vec<_> = rule.words().iter().map(Finder::new).collect();
    let sources = rule.resource().map(|kind| bodies_naming_sources(cx, kind)).unwrap_or_default();
    pkg.bodies()
        .filter(|(_, decl)| admitted[decl.file])
        .filter(|&(id, decl)| {
            let (signals, text) = (pkg.body_outline(id).signals, pkg.body_text(id));
            let is_wanted = (importing[decl.file] || is_imported_anywhere)
                && rule.gates().iter().any(|&gate| signals.contains(gate))
                && (words.is_empty() || words.iter().any(|word| word.find(text).is_some()))
                && rule.may_find_in(cx, id);
            is_wanted || sources.binary_search(&id).is_ok()
        })
        .map(|(id, _)| id)
        .collect()
}

/// The bodies that name what hands out a resource, beside what the words of its rule tell, in source order.
fn bodies_naming_sources(cx: &Cx<'_>, kind: Kind) -> Vec<BodyId> {
    let mut names: Vec<Symbol> = cx
        .resources
        .added(kind)
        .flat_map(|row| &row.sources)
        .flat_map(|source| source.who.names().iter().copied())
        .collect();
    names.extend(cx.resources.of(kind).flat_map(|row| cx.model.flow.returning(row)));
    cx.pkg.bodies_naming_one_of(names)
}

/// Whether functions that have been asked for are unused.
type Unused = FxHashMap<BodyId, bool>;

/// Applies what the rule's page says of tests and language versions, and hides what stands in a function that never runs.
fn admit(
    pkg: &Package,
    selected: &Selected,
    unused: &mut Unused,
    mut diagnostic: Diagnostic,
) -> Option<Diagnostic> {
    let file = &pkg.files[diagnostic.place.file.0 as usize];
    if !is_admitted(file, selected) {
        return None;
    }
    let is_for_tests = pkg.is_for_tests(diagnostic.place.file.0 as usize);
    match selected.tests {
        TestPolicy::Off if is_for_tests => return None,
        TestPolicy::Lower if is_for_tests => {
            diagnostic.confidence = diagnostic.confidence.lower();
        }
        TestPolicy::Off | TestPolicy::Lower | TestPolicy::Same => {}
    }
    if diagnostic.confidence != Confidence::Low && never_runs(pkg, unused, diagnostic.place) {
        diagnostic.confidence = Confidence::Low;
    }
    Some(diagnostic)
}

/// Whether a place is in a function that nothing names.
fn never_runs(pkg: &Package, unused: &mut Unused, place: Place) -> bool {
    let is_around = |id: BodyId| {
        pkg.body_decl(id).file == place.file.0 as usize && pkg.body_outline(id).span.contains(place.span)
    };
    let around = pkg.bodies().map(|(id, _)| id).find(|&id| is_around(id));
    around.is_some_and(|body| *unused.entry(body).or_insert_with(|| pkg.is_unused(body)))
}

/// Whether findings of a rule in this file are wanted.
fn is_admitted(file: &PackageFile, selected: &Selected) -> bool {
    file.is_reported
        && selected.go.contains(file.lang)
        && !(file.is_test && selected.tests == TestPolicy::Off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_ranges_bound_on_one_side() {
        let before = LangRange::parse("<1.22").expect("valid");
        assert!(before.contains(LangVersion::new(1, 21)) && !before.contains(LangVersion::new(1, 22)));
        let from = LangRange::parse(">=1.25").expect("valid");
        assert!(from.contains(LangVersion::new(1, 25)) && !from.contains(LangVersion::new(1, 24)));
        assert!(LangRange::parse("").expect("valid").contains(LangVersion::new(1, 1)));
        assert_eq!(LangRange::parse("1.22"), None);
    }
}
