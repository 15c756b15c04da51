//! Chooses edits that go together, and makes the text with them.

use std::collections::{BTreeMap, BTreeSet};

use golint_conc_rules::{Applicability, Edit, unused_imports};
use golint_conc_syntax::{SourceFile, Span, tokens};

use super::align::align;
use crate::report::{Found, ReportFile, Run};

/// What may be applied.
#[derive(Clone, Copy)]
pub struct Policy<'a> {
    /// The boldest edits.
    pub level: Applicability,
    /// Which files may change.
    pub may_change: &'a (dyn Fn(&ReportFile) -> bool + Sync),
    /// Which findings may be mended.
    pub may_fix: &'a (dyn Fn(&Found<'_>) -> bool + Sync),
}

impl std::fmt::Debug for Policy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("level", &self.level).finish_non_exhaustive()
    }
}

/// What one pass over the findings made.
#[derive(Debug, Default)]
pub struct Pass {
    /// The new texts, by path.
    pub texts: BTreeMap<String, Vec<u8>>,
    /// How many findings of each rule are mended.
    pub fixed: BTreeMap<&'static str, usize>,
    /// Edits whose result is not Go: the rule and the path.
    pub refused: BTreeSet<(&'static str, String)>,
}

/// A file with the replacements chosen for it.
struct Target<'a> {
    source: SourceFile,
    /// Sorted; no two overlap.
    chosen: Vec<(Span, &'a str)>,
}

/// Chooses, in the order of the findings, the first edit of each that is not too bold, leaves out those that overlap
/// what is chosen already, and makes the texts. Those left out have their turn in the next pass.
pub fn pass(run: &Run<'_>, policy: &Policy<'_>) -> Pass {
    let mut pass = Pass::default();
    let mut targets = BTreeMap::<&str, Option<Target<'_>>>::new();
    let findings = run.findings();
    for found in findings.iter().filter(|found| (policy.may_fix)(found)) {
        let mut edits = found.diagnostic.edits.iter();
        let Some(edit) = edits.find(|edit| edit.applicability <= policy.level) else { continue };
        let Some(parts) = parts(found, edit, policy, &mut targets) else { continue };
        match add(&parts, &mut targets) {
            Added::Yes => *pass.fixed.entry(found.diagnostic.rule).or_default() += 1,
            Added::Overlaps => {}
            Added::BreaksCode => {
                pass.refused.insert((found.diagnostic.rule, found.primary().path.clone()));
            }
        }
    }
    for (path, target) in targets {
        let Some(target) = target.filter(|target| !target.chosen.is_empty()) else { continue };
        pass.texts.insert(path.to_owned(), finished(&target));
    }
    pass
}

/// The new text of a file, without imports that all its edits together leave without use, and laid out.
fn finished(target: &Target<'_>) -> Vec<u8> {
    let before = &target.source;
    let after = SourceFile::new(replaced(before.text(), &target.chosen).0);
    let unused: Vec<_> = unused_imports(before, &after).into_iter().map(|span| (span, "")).collect();
    align(before.text(), &replaced(after.text(), &unused).0)
}

/// The replacements of an edit by file, if all of these files may change.
fn parts<'a>(
    found: &Found<'a>,
    edit: &'a Edit,
    policy: &Policy<'_>,
    targets: &mut BTreeMap<&'a str, Option<Target<'a>>>,
) -> Option<BTreeMap<&'a str, Vec<(Span, &'a str)>>> {
    let mut parts = BTreeMap::<&str, Vec<_>>::new();
    for replacement in &edit.replacements {
        let file = found.file(replacement.place);
        let target = targets.entry(&file.path).or_insert_with(|| {
            let source = (policy.may_change)(file).then(|| SourceFile::new(file.text.clone()))?;
            Some(Target { source, chosen: Vec::new() })
        });
        // The file was read twice, with different texts.
        if target.as_ref().is_none_or(|target| target.source.text() != file.text) {
            return None;
        }
        parts.entry(&file.path).or_default().push((replacement.place.span, &*replacement.text));
    }
    (!parts.is_empty()).then_some(parts)
}

enum Added {
    Yes,
    Overlaps,
    BreaksCode,
}

fn add<'a>(
    parts: &BTreeMap<&'a str, Vec<(Span, &'a str)>>,
    targets: &mut BTreeMap<&'a str, Option<Target<'a>>>,
) -> Added {
    let mut merged = Vec::new();
    for (&path, replacements) in parts {
        let Some(Some(target)) = targets.get(path) else { return Added::Overlaps };
        let Some(chosen) = with(&target.chosen, replacements) else { return Added::Overlaps };
        if !is_sound(&target.source, &chosen, replacements) {
            let alone = with(&[], replacements);
            let is_sound = alone.is_some_and(|alone| is_sound(&target.source, &alone, replacements));
            return if is_sound { Added::Overlaps } else { Added::BreaksCode };
        }
        merged.push((path, chosen));
    }
    for (path, chosen) in merged {
        if let Some(Some(target)) = targets.get_mut(path) {
            target.chosen = chosen;
        }
    }
    Added::Yes
}

/// Both lists in one, sorted; nothing where two overlap. What stands in both counts once: two findings may need the same
/// import, or be mended by the same change.
fn with<'a>(chosen: &[(Span, &'a str)], more: &[(Span, &'a str)]) -> Option<Vec<(Span, &'a str)>> {
    let mut all = [chosen, more].concat();
    all.sort_unstable();
    all.dedup();
    let apart = all.windows(2).all(|pair| match pair {
        [(a, _), (b, _)] => a.end <= b.start && a != b,
        _ => true,
    });
    apart.then_some(all)
}

/// The text with the replacements, which are sorted and don't overlap, and where the new texts stand in it.
pub(super) fn replaced(text: &[u8], replacements: &[(Span, &str)]) -> (Vec<u8>, Vec<Span>) {
    let mut out = Vec::with_capacity(text.len());
    let mut places = Vec::new();
    let mut done = 0;
    for (span, new) in replacements {
        out.extend_from_slice(Span::new(done, span.start).slice(text));
        let start = out.len() as u32;
        out.extend_from_slice(new.as_bytes());
        places.push(Span::new(start, out.len() as u32));
        done = span.end;
    }
    out.extend_from_slice(Span::new(done, text.len() as u32).slice(text));
    (out, places)
}

/// Whether the declarations that the last replacements touch are still Go with all that are chosen. Each is looked at by
/// itself: files may be long, and have many findings.
fn is_sound(before: &SourceFile, chosen: &[(Span, &str)], last: &[(Span, &str)]) -> bool {
    let outline = before.outline();
    let mut decls: Vec<_> = last
        .iter()
        .filter_map(|(span, _)| outline.decls.iter().position(|decl| decl.span.contains(*span)))
        .collect();
    decls.sort_unstable();
    decls.dedup();
    decls.into_iter().all(|index| {
        let span = outline.decls[index].span;
        let own: Vec<_> = chosen
            .iter()
            .filter(|(place, _)| span.contains(*place))
            .map(|&(place, text)| (Span::new(place.start - span.start, place.end - span.start), text))
            .collect();
        is_declaration(&replaced(span.slice(before.text()), &own).0) || before.body(index).is_opaque
    })
}

/// Whether a text is one declaration, no more and no less.
fn is_declaration(text: &[u8]) -> bool {
    let file = SourceFile::new([b"package p\n\n", text, b"\n"].concat());
    let outline = file.outline();
    let [decl] = outline.decls.as_slice() else { return false };
    outline.problems.is_empty()
        && open_brackets(text) == [0; 3]
        && decl.span.len() as usize == text.trim_ascii_end().len()
        && !file.body(0).is_opaque
}

/// How many more braces, parentheses and brackets open than close. One too many behind a declaration stands in none.
fn open_brackets(text: &[u8]) -> [i64; 3] {
    let mut open = [0; 3];
    for token in tokens(text) {
        match token.slice(text) {
            b"{" => open[0] += 1,
            b"}" => open[0] -= 1,
            b"(" => open[1] += 1,
            b")" => open[1] -= 1,
            b"[" => open[2] += 1,
            b"]" => open[2] -= 1,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Applies one replacement, and says where the others are then.
    fn one_by_one(text: &[u8], mut left: Vec<(Span, &str)>, order: &[usize]) -> Vec<u8> {
        let mut text = text.to_vec();
        for &index in order {
            let (span, new) = left[index];
            text.splice(std::ops::Range::<usize>::from(span), new.bytes());
            for (other, _) in left.iter_mut().filter(|(other, _)| span.end <= other.start && *other != span) {
                let shift = |at: u32| at - span.len() + new.len() as u32;
                *other = Span::new(shift(other.start), shift(other.end));
            }
        }
        text
    }

    proptest! {
        #[test]
        fn a_subset_at_once_is_the_same_as_one_by_one(
            text in "[a-z\n]{0,40}",
            raw in prop::collection::vec((0u32..40, 0u32..6, "[A-Z]{0,4}"), 0..12),
            picks in prop::collection::vec(any::<bool>(), 12),
            seed in any::<u64>(),
        ) {
            let mut chosen: Vec<(Span, &str)> = Vec::new();
            for ((start, len, new), picked) in raw.iter().zip(picks) {
                let end = (start + len).min(text.len() as u32);
                let one = [(Span::new((*start).min(end), end), new.as_str())];
                let before = chosen.len();
                if let Some(more) = with(&chosen, &one).filter(|_| picked) {
                    prop_assert!(before <= more.len() && more.len() <= before + 1);
                    chosen = more;
                }
            }
            let mut order: Vec<usize> = (0..chosen.len()).collect();
            let mut state = seed;
            for at in (1..order.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(at, (state >> 33) as usize % (at + 1));
            }
            let at_once = replaced(text.as_bytes(), &chosen).0;
            prop_assert_eq!(at_once, one_by_one(text.as_bytes(), chosen.clone(), &order));
        }
    }

    #[test]
    fn what_overlaps_is_left_out_and_what_is_the_same_counts_once() {
        let at = |start, end| Span::new(start, end);
        let chosen = [(at(2, 2), "x"), (at(4, 6), "y")];
        assert!(with(&chosen, &[(at(2, 2), "z")]).is_none(), "which comes first is not known");
        assert!(with(&chosen, &[(at(5, 5), "z")]).is_none());
        assert!(with(&chosen, &[(at(3, 5), "z")]).is_none());
        assert_eq!(with(&chosen, &[(at(2, 2), "x")]).map(|all| all.len()), Some(2));
        assert_eq!(with(&chosen, &[(at(6, 6), "z"), (at(2, 4), "")]).map(|all| all.len()), Some(4));
    }

    #[test]
    fn what_breaks_code_is_seen() {
        let before = SourceFile::new(b"package p\n\nfunc f() {\n\tg()\n}\n\nfunc h() {}\n".to_vec());
        let at = Span::new(23, 26);
        assert_eq!(at.slice(before.text()), b"g()");
        for (new, sound) in [("g(1)", true), ("g(", false), ("}", false), ("defer g(); x := 1", true)] {
            assert_eq!(is_sound(&before, &[(at, new)], &[(at, new)]), sound, "{new}");
        }
    }
}
