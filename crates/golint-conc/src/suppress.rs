//! Comments in the source that suppress findings.
//!
//! | comment | suppresses |
//! |---|---|
//! | `//golintconc:ignore id[,id] reason`, `//lint:ignore id[,id] reason` | these rules, here |
//! | `//golintconc:file-ignore id[,id] reason`, `//lint:file-ignore id[,id] reason` | these rules, in the file |
//! | `//nolint:golint-conc`, `//nolint:all`, `//nolint` | all rules, here |
//! | `//nolint:bodyclose`, `//lint:ignore SA2002 reason`, `//#nosec G114` | the rules whose pages name that check, here |
//!
//! *Here* is, behind code on its line, that line and the rest of a statement that begins there, up to its block; on a
//! line of its own, the whole node that begins on the next line in the same column (golangci-lint's rule), else that
//! line as before; above the package clause, the file. Ids may be former ids or globs. What is wrong with one of our own
//! directives is reported, and such a directive suppresses nothing.

use std::ops::RangeInclusive;

use globset::Glob;
use golint_conc_rules::{
    Applicability, Confidence, Diagnostic, Edit, FileId, Place, Replacement, Selected, Severity, TestPolicy,
    catalogue,
};
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::ast::{Ast, Decl, Expr, ExprId, List, Spec, SpecId, Stmt, StmtId};
use golint_conc_syntax::{Directive, DirectiveKind, SourceFile, Span};

use crate::selection::nearest;

/// The id under which a directive that can't be followed is reported.
pub const INVALID: &str = "invalid-suppression";

/// The id under which a directive that suppresses nothing is reported.
pub const UNUSED: &str = "unused-suppression";

/// What is reported about directives: id and summary. These ids are no rules; docs/suppressions.md explains them.
pub const OWN_IDS: [(&str, &str); 2] = [
    (INVALID, "A comment that should suppress findings can't be followed"),
    (UNUSED, "A comment suppresses findings that are not there"),
];

/// What users read about it.
pub const GUIDE: &str = include_str!("../../../docs/suppressions.md");

/// The names by which `//nolint` means us.
const NAMES: [&str; 2] = ["golint-conc", "golintconc"];

/// Every line of a file.
const WHOLE_FILE: RangeInclusive<u32> = 0..=u32::MAX;

/// A directive with where it holds.
struct Suppression {
    directive: Span,
    is_own_line: bool,
    origin: Origin,
    lines: RangeInclusive<u32>,
    targets: Vec<Target>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// `//golintconc:`
    Native,
    /// `//nolint` with our name.
    NoLint,
    /// `//nolint` without, `//lint:` and `//#nosec`, which speak to other tools too.
    Foreign,
}

/// What one id of a directive names.
struct Target {
    text: String,
    span: Span,
    /// The rules, by their present ids.
    rules: Vec<&'static str>,
    /// Whether it is the id of one rule.
    is_exact: bool,
    is_used: bool,
}

/// Takes out what comments in the package suppress, and adds what is wrong with the comments; with `report_unused` also
/// those of ours that suppress nothing although the rules ran that they name. Gives the confidence of what it took out.
pub fn apply(
    pkg: &Package,
    found: Vec<Diagnostic>,
    ran: &[Selected],
    report_unused: bool,
) -> (Vec<Diagnostic>, Vec<Confidence>) {
    let mut own = Vec::new();
    let mut by_file: Vec<Vec<Suppression>> = Vec::with_capacity(pkg.files.len());
    for (index, file) in pkg.files.iter().enumerate() {
        let id = FileId(index as u32);
        let is_needed = report_unused || found.iter().any(|diagnostic| diagnostic.place.file == id);
        let mut suppressions = Vec::new();
        for directive in file.source.outline().directives.iter().filter(|_| file.is_reported) {
            let parsed = parse(file.source.text(), directive);
            own.extend(parsed.errors.into_iter().map(|error| error.diagnostic(id)));
            let Some((origin, whole_file, targets)) = parsed.suppression.filter(|_| is_needed) else {
                continue;
            };
            let lines = if whole_file { WHOLE_FILE } else { lines_of(&file.source, directive) };
            let Directive { span, is_own_line, .. } = *directive;
            suppressions.push(Suppression { directive: span, is_own_line, origin, lines, targets });
        }
        by_file.push(suppressions);
    }
    let (mut kept, mut suppressed) = (Vec::with_capacity(found.len()), Vec::new());
    for diagnostic in found {
        let index = diagnostic.place.file.0 as usize;
        let line = pkg.files[index].source.lines().line(diagnostic.place.span.start);
        let mut is_suppressed = false;
        for suppression in by_file[index].iter_mut().filter(|suppression| suppression.lines.contains(&line)) {
            let targets =
                suppression.targets.iter_mut().filter(|target| target.rules.contains(&diagnostic.rule));
            for target in targets {
                target.is_used = true;
                is_suppressed = true;
            }
        }
        if is_suppressed {
            suppressed.push(diagnostic.confidence);
        } else {
            kept.push(diagnostic);
        }
    }
    kept.append(&mut own);
    if report_unused {
        for (index, (file, suppressions)) in pkg.files.iter().zip(&by_file).enumerate() {
            let id = FileId(index as u32);
            kept.extend(suppressions.iter().flat_map(|suppression| unused(file, id, suppression, ran)));
        }
    }
    (kept, suppressed)
}

/// The ids of a directive that suppress nothing.
fn unused(file: &PackageFile, id: FileId, suppression: &Suppression, ran: &[Selected]) -> Vec<Diagnostic> {
    if suppression.origin == Origin::Foreign {
        return Vec::new();
    }
    let is_unused = |target: &&Target| !target.is_used && all_ran(file, target, ran);
    let idle: Vec<_> = suppression.targets.iter().filter(is_unused).collect();
    let names_others = suppression.origin == Origin::NoLint
        && suppression.directive.slice(file.source.text()).contains(&b',');
    let is_whole = idle.len() == suppression.targets.len() && !names_others;
    let report = |target: &Target| Diagnostic {
        rule: UNUSED,
        severity: Severity::Warning,
        confidence: Confidence::High,
        message: format!("the suppression of {} is not needed: nothing is found here", target.text),
        place: Place { file: id, span: target.span },
        label: String::new(),
        steps: Vec::new(),
        help: Some("remove it".into()),
        edits: if is_whole { vec![removal(&file.source, id, suppression)] } else { Vec::new() },
    };
    idle.into_iter().map(report).collect()
}

/// Whether the rules that a target names were looked for in this file: of a glob some, and none that runs by default
/// was left out.
fn all_ran(file: &PackageFile, target: &Target, ran: &[Selected]) -> bool {
    let selected = |rule: &str| ran.iter().find(|selected| selected.rule.id() == rule);
    let applies = |rule: &&str| {
        selected(rule).is_some_and(|selected| {
            let is_off = file.is_test && selected.tests == TestPolicy::Off;
            selected.go.contains(file.lang) && !is_off
        })
    };
    let was_left_out = |rule: &&str| {
        selected(rule).is_none() && catalogue().find(rule).is_some_and(|page| page.head.default)
    };
    target.rules.iter().any(applies) && (target.is_exact || !target.rules.iter().any(was_left_out))
}

/// Deletes the comment with the blanks before it, and its line if nothing else stands there.
fn removal(source: &SourceFile, file: FileId, suppression: &Suppression) -> Edit {
    let text = source.text();
    let Span { start, mut end } = suppression.directive;
    let before = text.get(..start as usize).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count() as u32;
    if suppression.is_own_line {
        let rest = text.get(end as usize..).unwrap_or_default();
        end += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1) as u32;
    }
    let place = Place { file, span: Span::new(start - blanks, end) };
    Edit {
        title: "remove the comment".into(),
        applicability: Applicability::Safe,
        replacements: vec![Replacement { place, text: String::new() }],
    }
}

/// What is wrong with a directive.
struct DirectiveError {
    span: Span,
    message: String,
    help: String,
}

impl DirectiveError {
    fn diagnostic(self, file: FileId) -> Diagnostic {
        Diagnostic {
            rule: INVALID,
            severity: Severity::Warning,
            confidence: Confidence::High,
            message: self.message,
            place: Place { file, span: self.span },
            label: String::new(),
            steps: Vec::new(),
            help: Some(self.help),
            edits: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Parsed {
    /// From whom, whether for the whole file, and what.
    suppression: Option<(Origin, bool, Vec<Target>)>,
    errors: Vec<DirectiveError>,
}

const USAGE: &str = "write `//golintconc:ignore rule-id reason` or `//golintconc:file-ignore rule-id reason`";

fn parse(text: &[u8], directive: &Directive) -> Parsed {
    let comment = String::from_utf8_lossy(directive.span.slice(text));
    let start = directive.span.start;
    match directive.kind {
        DirectiveKind::GoBuild | DirectiveKind::PlusBuild => Parsed::default(),
        DirectiveKind::NoLint => {
            Parsed { suppression: parse_nolint(&comment, directive), errors: Vec::new() }
        }
        DirectiveKind::Lint => parse_rules(&comment, "//lint:", start, Origin::Foreign),
        DirectiveKind::NoSec => Parsed { suppression: parse_nosec(&comment, directive), errors: Vec::new() },
        DirectiveKind::GolintConc => parse_rules(&comment, "//golintconc:", start, Origin::Native),
    }
}

/// `nolint`, `nolint:all`, `nolint:a,b`, as golangci-lint reads them (`processors/nolint_filter.go`).
fn parse_nolint(comment: &str, directive: &Directive) -> Option<(Origin, bool, Vec<Target>)> {
    let rest = comment.trim_start_matches(['/', ' ']).strip_prefix("nolint")?;
    let names = match rest.strip_prefix(':') {
        Some(names) => names,
        None if rest.is_empty() || rest.starts_with(' ') => "all",
        None => return None,
    };
    let names = names.split("//").next().unwrap_or_default();
    // A reason without `//` before it is forgiven.
    let names = names.split(',').filter_map(|name| name.split_whitespace().next());
    let names: Vec<_> = names.map(str::to_lowercase).collect();
    let is_us = |name: &str| NAMES.contains(&name);
    let Some(name) = names.iter().find(|name| is_us(name) || *name == "all") else {
        return suppress_related(directive, &names);
    };
    let origin = if is_us(name) { Origin::NoLint } else { Origin::Foreign };
    let rules = catalogue().pages.iter().map(|page| page.id).collect();
    Some((origin, false, vec![whole_target(format!("`{name}`"), directive, rules)]))
}

/// `#nosec [G101 G102] [-- reason]`, as gosec reads it; without ids it is all of gosec.
fn parse_nosec(comment: &str, directive: &Directive) -> Option<(Origin, bool, Vec<Target>)> {
    let (_, rest) = comment.split_once("#nosec").or_else(|| comment.split_once("gosec:disable"))?;
    let ids = rest.split("--").next().unwrap_or_default();
    let is_id = |word: &&str| word.starts_with('G') && word[1..].bytes().all(|byte| byte.is_ascii_digit());
    let mut names: Vec<_> =
        ids.split([' ', '\t', ',']).filter(is_id).map(|id| format!("gosec:{id}").to_lowercase()).collect();
    if names.is_empty() {
        names.push("gosec".into());
    }
    suppress_related(directive, &names)
}

fn suppress_related(directive: &Directive, names: &[String]) -> Option<(Origin, bool, Vec<Target>)> {
    let rules: Vec<_> = names.iter().flat_map(|name| rules_related_to(name)).collect();
    let target = whole_target(names.join(","), directive, rules);
    (!target.rules.is_empty()).then(|| (Origin::Foreign, false, vec![target]))
}

/// A target that is not one id in the comment.
fn whole_target(text: String, directive: &Directive, rules: Vec<&'static str>) -> Target {
    Target { text, span: directive.span, rules, is_exact: false, is_used: false }
}

/// The rules that look for the same as a check of another tool, named in lower case as `tool:check` or by one of both,
/// as the pages tell.
fn rules_related_to(name: &str) -> Vec<&'static str> {
    // golangci-lint's name for it.
    let name = if name == "govet" { "vet" } else { name };
    let is_it = |related: &String| {
        let related = related.to_lowercase();
        related == name || related.split(':').any(|part| part == name)
    };
    let pages = catalogue().pages.iter().filter(|page| page.head.related.iter().any(is_it));
    pages.map(|page| page.id).collect()
}

/// `ignore ids reason` or `file-ignore ids reason` behind the prefix.
fn parse_rules(comment: &str, prefix: &str, start: u32, origin: Origin) -> Parsed {
    let mut parsed = Parsed::default();
    let is_native = origin == Origin::Native;
    let whole = Span::new(start, start + comment.len() as u32);
    let Some(rest) = comment.strip_prefix(prefix) else {
        let message = format!("a blank before `{}` makes it no directive", &prefix[2..]);
        parsed.errors.push(DirectiveError { span: whole, message, help: "remove the blank".into() });
        return parsed;
    };
    let (verb, rest) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let whole_file = match verb {
        "ignore" => false,
        "file-ignore" => true,
        _ => {
            if is_native {
                let message = format!("`{prefix}{verb}` is no directive");
                parsed.errors.push(DirectiveError { span: whole, message, help: USAGE.into() });
            }
            return parsed;
        }
    };
    let (ids, reason) = split_ids(rest);
    let mut targets = Vec::new();
    for id in ids {
        let at = start + (id.as_ptr() as usize - comment.as_ptr() as usize) as u32;
        let span = Span::new(at, at + id.len() as u32);
        let mut rules = rules_named(id);
        let is_exact = !rules.is_empty() && !is_glob(id);
        if rules.is_empty() && !is_native {
            rules = rules_related_to(&id.to_lowercase());
        }
        match rules {
            rules if !rules.is_empty() => {
                targets.push(Target { text: format!("`{id}`"), span, rules, is_exact, is_used: false });
            }
            _ if is_native => {
                let message = format!("`{id}` in `{prefix}{verb}` is no rule");
                let near = nearest(id, catalogue().pages.iter().map(|page| page.id));
                let help = near.map_or("`golint-conc rules` lists the rules".into(), |near| {
                    format!("did you mean `{near}`?")
                });
                parsed.errors.push(DirectiveError { span, message, help });
            }
            _ => {}
        }
    }
    let names_us = is_native || targets.iter().any(|target| target.is_exact);
    if reason.is_empty() && names_us {
        let what = if targets.is_empty() && parsed.errors.is_empty() { "rule" } else { "reason" };
        let message = format!("`{prefix}{verb}` gives no {what}, so it suppresses nothing");
        let help = if is_native { USAGE } else { "write `//lint:ignore rule-id reason`" }.to_owned();
        parsed.errors.push(DirectiveError { span: whole, message, help });
    }
    parsed.suppression = (!reason.is_empty() && !targets.is_empty()).then_some((origin, whole_file, targets));
    parsed
}

/// The ids, which commas part, and what follows them. A blank behind a comma is forgiven.
fn split_ids(text: &str) -> (Vec<&str>, &str) {
    let mut ids = Vec::new();
    let mut rest = text.trim();
    loop {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
        ids.extend(word.split(',').filter(|id| !id.is_empty()));
        if !word.ends_with(',') {
            return (ids, rest);
        }
    }
}

fn is_glob(id: &str) -> bool {
    id.contains(['*', '?', '[', '{'])
}

/// The present ids of the rules that an id, a former id or a glob names.
fn rules_named(id: &str) -> Vec<&'static str> {
    let id = id.to_lowercase();
    if !is_glob(&id) {
        return catalogue().find(&id).map(|page| page.id).into_iter().collect();
    }
    let Ok(glob) = Glob::new(&id) else { return Vec::new() };
    let glob = glob.compile_matcher();
    let pages = catalogue().pages.iter();
    let named = pages
        .filter(|page| glob.is_match(page.id) || page.head.aliases.iter().any(|alias| glob.is_match(alias)));
    named.map(|page| page.id).collect()
}

/// The lines on which a directive holds.
fn lines_of(source: &SourceFile, directive: &Directive) -> RangeInclusive<u32> {
    let lines = source.lines();
    let line = lines.line(directive.span.start);
    if !directive.is_own_line {
        return line..=header_end(source, line);
    }
    let target = line_behind_comments(source, line);
    let span = lines.line_span(source.text(), target);
    let text = span.slice(source.text());
    let indent = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if text[indent..].is_empty() {
        return line..=line;
    }
    let at = span.start + indent as u32;
    let own_span = lines.line_span(source.text(), line);
    if own_span.start + indent as u32 != directive.span.start {
        return line..=header_end(source, target);
    }
    let outline = source.outline();
    if outline.package.is_some_and(|(_, name)| lines.line(name.start) == target) {
        return WHOLE_FILE;
    }
    let Some(index) = decl_at(source, span) else { return line..=target };
    let decl = &outline.decls[index];
    let end = if decl.span.start == at {
        decl.span.end
    } else {
        let nodes = Nodes::new(source.body(index));
        nodes.all.iter().filter(|node| node.start == at).map(|node| node.end).max().unwrap_or(at)
    };
    line..=lines.line(end.saturating_sub(1)).max(header_end(source, target))
}

/// The first line behind `line` that is not a comment alone.
fn line_behind_comments(source: &SourceFile, line: u32) -> u32 {
    let text = |line| source.lines().line_span(source.text(), line).slice(source.text()).trim_ascii();
    let mut next = line + 1;
    while next <= source.lines().line_count() {
        let trimmed = text(next);
        if trimmed.starts_with(b"/*") {
            let is_end = |line: &u32| memchr::memmem::find(text(*line), b"*/").is_some();
            let Some(end) = (next..=source.lines().line_count()).find(is_end) else { break };
            if !text(end).ends_with(b"*/") {
                break;
            }
            next = end;
        } else if !trimmed.starts_with(b"//") {
            break;
        }
        next += 1;
    }
    next
}

/// The declaration that has part of a line.
fn decl_at(source: &SourceFile, line: Span) -> Option<usize> {
    source.outline().decls.iter().position(|decl| decl.span.start < line.end && line.start < decl.span.end)
}

/// The last line of what begins on a line, up to where a block or a type's members begin.
fn header_end(source: &SourceFile, line: u32) -> u32 {
    let lines = source.lines();
    let span = lines.line_span(source.text(), line);
    let Some(index) = decl_at(source, span) else { return line };
    let decl = &source.outline().decls[index];
    if let Some(body) = decl.body
        && span.contains_offset(decl.span.start)
    {
        return lines.line(body.start);
    }
    let nodes = Nodes::new(source.body(index));
    let begun = nodes.all.iter().filter(|node| span.contains_offset(node.start));
    let ends = begun.map(|node| {
        let cut = nodes.cuts.iter().find(|&&cut| node.start <= cut && cut < node.end);
        lines.line(cut.copied().unwrap_or(node.end.saturating_sub(1)))
    });
    ends.max().unwrap_or(line).max(line)
}

/// Where the nodes of a tree stand.
struct Nodes {
    all: Vec<Span>,
    /// Where blocks, clauses and the types that have members begin, in order.
    cuts: Vec<u32>,
}

impl Nodes {
    fn new(ast: &Ast) -> Self {
        let (mut all, mut cuts) = (Vec::new(), Vec::new());
        if let Decl::Gen { specs, .. } = ast.root {
            all.extend(ast.list(specs).map(|spec| spec_span(ast, spec)));
        }
        for id in (0..ast.expr_count() as u32).map(ExprId::new) {
            let span = ast.expr_span(id);
            all.push(span);
            if let Expr::Struct { fields: members } | Expr::Interface { elems: members } = ast.expr(id) {
                cuts.push(span.start);
                all.extend(ast.list(members).map(|field| ast.field(field).span));
            }
        }
        for id in (0..ast.stmt_count() as u32).map(StmtId::new) {
            let span = ast.stmt_span(id);
            all.push(span);
            let end = |expr: ExprId| ast.expr_span(expr).end;
            let end_of = |stmt: Option<StmtId>| stmt.map(|stmt| ast.stmt_span(stmt).end);
            let (clauses, header) = match ast.stmt(id) {
                Stmt::Block(_) => (List::EMPTY, Some(span.start)),
                Stmt::Switch { init, tag, clauses } => (clauses, tag.map(end).max(end_of(init))),
                Stmt::TypeSwitch { subject, clauses, .. } => (clauses, Some(end(subject))),
                Stmt::Select { clauses } => (clauses, None),
                Stmt::Decl { specs, .. } => {
                    all.extend(ast.list(specs).map(|spec| spec_span(ast, spec)));
                    continue;
                }
                _ => continue,
            };
            cuts.push(header.unwrap_or(span.start));
            for clause in ast.list(clauses).map(|clause| ast.clause(clause)) {
                all.push(clause.span);
                let last = ast.list(clause.exprs).next_back().map(end);
                cuts.push(last.max(end_of(clause.comm)).unwrap_or(clause.span.start));
            }
        }
        cuts.sort_unstable();
        Self { all, cuts }
    }
}

fn spec_span(ast: &Ast, spec: SpecId) -> Span {
    let (names, last) = match ast.spec(spec) {
        Spec::Value { names, ty, values, .. } => (names, ast.list(values).next_back().or(ty)),
        Spec::Type { name, ty, .. } => return Span::new(ast.expr_span(name).start, ast.expr_span(ty).end),
    };
    let ends = |list: List<ExprId>| ast.list(list).map(|name| ast.expr_span(name));
    let first = ends(names).next().unwrap_or_default();
    let last = last.map(|expr| ast.expr_span(expr)).or_else(|| ends(names).next_back()).unwrap_or(first);
    Span::new(first.start, last.end)
}

#[cfg(test)]
mod tests {
    use golint_conc_semantic::build::LangVersion;
    use golint_conc_syntax::Symbol;

    use super::*;

    const RULE: &str = "http-default-client";

    fn package(text: &str) -> Package {
        let source = SourceFile::new(text.as_bytes().to_vec());
        let file = PackageFile { source, lang: LangVersion::new(1, 26), is_test: false, is_reported: true };
        Package::new(Symbol::new("p"), Symbol::new("p"), vec![file])
    }

    fn diagnostic(offset: usize) -> Diagnostic {
        let span = Span::new(offset as u32, offset as u32 + 1);
        Diagnostic {
            rule: RULE,
            severity: Severity::Warning,
            confidence: Confidence::High,
            message: String::new(),
            place: Place { file: FileId(0), span },
            label: String::new(),
            steps: Vec::new(),
            help: None,
            edits: Vec::new(),
        }
    }

    /// Runs over a text with one finding on each line that holds `/*S*/` (to be suppressed) or `/*K*/` (to be kept), and
    /// gives the ids and messages of what else is said.
    fn check_with(text: &str, ran: &[Selected], report_unused: bool) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let mut expected = Vec::new();
        let mut offset = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            if line.contains("/*S*/") || line.contains("/*K*/") {
                found.push(diagnostic(offset + line.len() - line.trim_start().len()));
            }
            if line.contains("/*K*/") {
                expected.push(index as u32 + 1);
            }
            offset += line.len();
        }
        let pkg = package(text);
        let all = found.len();
        let (kept, suppressed) = apply(&pkg, found, ran, report_unused);
        let (kept, own): (Vec<_>, Vec<_>) = kept.into_iter().partition(|diagnostic| diagnostic.rule == RULE);
        let lines = pkg.files[0].source.lines();
        let kept: Vec<_> = kept.iter().map(|diagnostic| lines.line(diagnostic.place.span.start)).collect();
        assert_eq!(kept, expected, "kept lines of\n{text}");
        assert_eq!(suppressed.len(), all - kept.len());
        own.into_iter().map(|diagnostic| (diagnostic.rule, diagnostic.message)).collect()
    }

    fn check(body: &str) {
        assert_eq!(check_with(&format!("package p\n\n{body}"), &[], false), []);
    }

    fn all_rules() -> Vec<Selected> {
        catalogue().pages.iter().map(golint_conc_rules::Page::selected).collect()
    }

    #[test]
    fn behind_code_it_holds_on_its_line() {
        check("func f() {\n\ta() /*S*/ //golintconc:ignore http-default-client why not\n\tb() /*K*/\n}\n");
        check("func f() {\n\ta() /*S*/ //nolint\n\tb() /*K*/\n}\n");
        check("func f() {\n\tfor a() { /*S*/ //nolint:golint-conc // why\n\t\tb() /*K*/\n\t}\n}\n");
        check("func f() {\n\tgo func() { /*S*/ //nolint:golint-conc\n\t\tb() /*K*/\n\t}()\n}\n");
        check("func f() {\n\tswitch a() { /*S*/ //nolint\n\tcase b(): /*K*/\n\t\tc()\n\t}\n}\n");
        check("func f() {\n\tselect {\n\tcase <-b(): /*S*/ //nolint\n\t\tc() /*K*/\n\t}\n}\n");
        check("func f() { /*S*/ //nolint\n\ta() /*K*/\n}\n");
        check("type T struct { /*S*/ //nolint\n\ta int /*K*/\n\tb int /*S*/ //nolint:all\n}\n");
    }

    #[test]
    fn behind_the_first_line_of_a_statement_it_holds_on_its_other_lines() {
        let ignore = "//golintconc:ignore http-default-client long call";
        check(&format!(
            "func f() {{\n\tr, err := http.Get( {ignore}\n\t\turl, /*S*/\n\t\tother(), /*S*/\n\t)\n\tb() /*K*/\n}}\n"
        ));
        check(&format!("var x = T{{ {ignore}\n\ta: 1, /*S*/\n\tb: 2, /*S*/\n}}\n\nvar y = 1 /*K*/\n"));
        check(&format!(
            "func f(\n\ta int,\n) {{\n\tx := T{{ {ignore}\n\t\tf: func() {{ /*S*/\n\t\t\tb() /*K*/\n\t\t}},\n\t}}\n}}\n"
        ));
        check(&format!(
            "func f() {{\n\tr := http.Get(\n\t\turl, /*S*/ {ignore}\n\t\tother(), /*K*/\n\t)\n}}\n"
        ));
    }

    #[test]
    fn on_its_own_line_it_holds_on_the_node_below() {
        for ignore in
            ["//nolint:golintconc", "//lint:ignore http-default-client why", "//golintconc:ignore http-* why"]
        {
            check(&format!(
                "func f() {{\n\t{ignore}\n\tgo func() {{ /*S*/\n\t\tb() /*S*/\n\t}}()\n\tc() /*K*/\n}}\n"
            ));
            check(&format!("{ignore}\nfunc f() {{ /*S*/\n\tb() /*S*/\n}}\n\nfunc g() {{\n\tc() /*K*/\n}}\n"));
            check(&format!("{ignore}\n// f does it.\nfunc f() {{\n\tb() /*S*/\n}}\n"));
            check(&format!("{ignore}\n/* f does\nit. */\nfunc f() {{\n\tb() /*S*/\n}}\n"));
            check(&format!("// f does it.\n//\n{ignore}\nfunc (t *T) f() {{\n\tb() /*S*/\n}}\n"));
            check(&format!("{ignore}\ntype T struct {{\n\tb int /*S*/\n}}\n"));
            check(&format!(
                "type T struct {{\n\ta int /*K*/\n\t{ignore}\n\tb struct {{ /*S*/\n\t\tc int /*S*/\n\t}}\n\td int /*K*/\n}}\n"
            ));
            check(&format!("const (\n\ta = 1 /*K*/\n\t{ignore}\n\tb = 2 /*S*/\n\tc = 3 /*K*/\n)\n"));
            check(&format!("{ignore}\nvar (\n\ta = 1 /*S*/\n\tb = 2 /*S*/\n)\n"));
            check(&format!("var (\n\t{ignore}\n\ta = func() {{\n\t\tb() /*S*/\n\t}}\n\tc = 2 /*K*/\n)\n"));
            check(&format!(
                "func f() {{\n\tg(\n\t\ta(), /*K*/\n\t\t{ignore}\n\t\tb( /*S*/\n\t\t\tc, /*S*/\n\t\t),\n\t\td(), /*K*/\n\t)\n}}\n"
            ));
            check(&format!(
                "func f() {{\n\tselect {{\n\t{ignore}\n\tcase <-a(): /*S*/\n\t\tb() /*S*/\n\tcase <-c(): /*K*/\n\t}}\n}}\n"
            ));
            check(&format!(
                "func f() {{\n\tvar x = 1\n\t{ignore}\n\tvar y = g( /*S*/\n\t\th(), /*S*/\n\t)\n}}\n"
            ));
        }
    }

    #[test]
    fn in_another_column_it_holds_on_the_statement_below() {
        check("func f() {\n//nolint\n\tif a( /*S*/\n\t\tb, /*S*/\n\t) {\n\t\tc() /*K*/\n\t}\n}\n");
    }

    #[test]
    fn a_blank_line_parts_it_from_what_follows() {
        check("func f() {\n\t//nolint\n\n\ta() /*K*/\n}\n");
        check("//nolint\n");
        check("func f() {\n\ta() /*K*/\n\t//nolint\n}\n");
    }

    #[test]
    fn a_file_is_suppressed_from_anywhere_or_above_its_package_clause() {
        let code = "func f() {\n\ta() /*S*/\n}\n";
        for head in [
            "//nolint\npackage p\n\n",
            "//nolint:golint-conc // old code\n// Package p is old.\npackage p\n\n",
            "// Copyright\n\n//golintconc:file-ignore http-default-client old code\n\npackage p\n\n",
            "package p\n\n//lint:file-ignore http-default-client old code\n",
        ] {
            assert_eq!(check_with(&format!("{head}{code}"), &[], false), []);
        }
        check(&format!("{code}\n//golintconc:file-ignore http-default-client at the end\n"));
        let apart = "//nolint\n\npackage p\n\nfunc f() {\n\ta() /*K*/\n}\n";
        assert_eq!(check_with(apart, &[], false), []);
    }

    #[test]
    fn other_comments_and_other_tools_are_left_alone() {
        check(
            "func f() {\n\ta() /*K*/ /*nolint*/\n\ta(\"//nolint\") /*K*/\n\ta() /*K*/ // see //nolint\n}\n",
        );
        check("func f() {\n\ta() /*K*/ //nolint:errcheck,gosec // all of it\n\tb() /*K*/ //nolinting\n}\n");
        check("func f() {\n\ta() /*K*/ //lint:ignore SA1019 old\n\tb() /*K*/ //lint:ignore\n}\n");
        check("func f() {\n\ta() /*K*/ //nolint:govet\n\tb() /*K*/ // #nosec G402\n}\n");
        check("/*\n//nolint\n*/\nfunc f() {\n\ta() /*K*/\n}\n\nvar s = `\n//nolint\n` + a() /*K*/\n");
        check(
            "func f() {\n\ta() /*S*/ // nolint : errcheck\n\tb() /*S*/ //nolint: errcheck, GoLint-Conc\n}\n",
        );
        check(
            "func f() {\n\ta() /*S*/ //lint:ignore SA1019,http-default-client old\n\tb() /*K*/ //golintconc:ignore http-client-no-timeout x\n}\n",
        );
    }

    #[test]
    fn what_other_tools_are_told_of_the_same_check_holds_for_us() {
        let on = |rule: &'static str, comment: &str| {
            let text = format!("package p\n\nfunc f() {{\n\ta() {comment}\n}}\n");
            let pkg = package(&text);
            let offset = text.find("a()").expect("it is there");
            let (kept, _) = apply(&pkg, vec![Diagnostic { rule, ..diagnostic(offset) }], &[], false);
            kept.iter().all(|diagnostic| diagnostic.rule != rule)
        };
        for (rule, comment) in [
            ("http-default-client", "//nolint:noctx"),
            ("http-default-client", "//nolint:errcheck,NoCtx // start-up"),
            ("http-body-not-closed", "//nolint:bodyclose"),
            ("mutex-copy", "//nolint:govet"),
            ("http-server-no-timeout", "//nolint:gosec"),
            ("http-server-no-timeout", "// #nosec G114"),
            ("http-server-no-timeout", "// #nosec G402 G112 -- behind a proxy"),
            ("http-server-no-timeout", "//#nosec"),
            ("http-server-no-timeout", "//gosec:disable G114 -- behind a proxy"),
            ("test-fatal-in-goroutine", "//lint:ignore SA2002 ends the test"),
        ] {
            assert!(on(rule, comment), "{rule} {comment}");
        }
        for (rule, comment) in [
            ("http-default-client", "//nolint:bodyclose"),
            ("http-body-not-closed", "//nolint:close"),
            ("http-server-no-timeout", "// #nosec G402"),
            ("http-server-no-timeout", "// see #nosec"),
            ("test-fatal-in-goroutine", "//lint:ignore SA2002"),
            ("test-fatal-in-goroutine", "//golintconc:ignore SA2002 ends the test"),
        ] {
            assert!(!on(rule, comment), "{rule} {comment}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_directive_is_reported_and_it_suppresses_nothing() {
        let said = |directive: &str, mark: char| {
            let text = format!("package p\n\nfunc f() {{\n\ta() /*{mark}*/ {directive}\n}}\n");
            check_with(&text, &[], false)
                .into_iter()
                .map(|(rule, message)| format!("{rule}: {message}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            said("//golintconc:ignore http-default-client", 'K'),
            ["invalid-suppression: `//golintconc:ignore` gives no reason, so it suppresses nothing"]
        );
        assert_eq!(
            said("//golintconc:ignore", 'K'),
            ["invalid-suppression: `//golintconc:ignore` gives no rule, so it suppresses nothing"]
        );
        assert_eq!(
            said("//golintconc:ignore no-such-rule, http-default-client but why", 'S'),
            ["invalid-suppression: `no-such-rule` in `//golintconc:ignore` is no rule"]
        );
        assert_eq!(
            said("//golintconc:ignore http-[ why", 'K'),
            ["invalid-suppression: `http-[` in `//golintconc:ignore` is no rule"]
        );
        assert_eq!(
            said("//golintconc:disable http-default-client why", 'K'),
            ["invalid-suppression: `//golintconc:disable` is no directive"]
        );
        assert_eq!(
            said("//lint:ignore http-default-client", 'K'),
            ["invalid-suppression: `//lint:ignore` gives no reason, so it suppresses nothing"]
        );
        assert_eq!(
            said("// golintconc:ignore http-default-client why", 'K'),
            ["invalid-suppression: a blank before `golintconc:` makes it no directive"]
        );
        assert_eq!(said("//golintconc:", 'K'), ["invalid-suppression: `//golintconc:` is no directive"]);
    }

    #[test]
    fn unused_ones_of_ours_are_reported_if_their_rules_ran() {
        let rules = all_rules();
        let said = |directive: &str, ran: &[Selected]| {
            let text = format!("package p\n\nfunc f() {{\n\ta() {directive}\n}}\n");
            check_with(&text, ran, true).len()
        };
        for ours in [
            "//golintconc:ignore http-default-client why",
            "//golintconc:ignore http-* why",
            "//golintconc:file-ignore http-default-client why",
            "//nolint:golint-conc",
        ] {
            assert_eq!(said(ours, &rules), 1, "{ours}");
            assert_eq!(said(ours, &[]), 0, "{ours}");
        }
        for others in
            ["//nolint", "//nolint:all", "//nolint:errcheck", "//lint:ignore http-default-client why"]
        {
            assert_eq!(said(others, &rules), 0, "{others}");
        }
    }

    #[test]
    fn each_id_is_unused_by_itself() {
        let text = "package p\n\nfunc f() {\n\ta() /*S*/ //golintconc:ignore http-default-client,http-client-no-timeout why\n}\n";
        let said = check_with(text, &all_rules(), true);
        assert_eq!(
            said,
            [(
                UNUSED,
                "the suppression of `http-client-no-timeout` is not needed: nothing is found here".to_owned()
            )]
        );
    }

    #[test]
    fn the_edit_of_an_unused_one_removes_it_with_its_line() {
        let removed = |text: &str| {
            let (own, _) = apply(&package(text), Vec::new(), &all_rules(), true);
            let span = own[0].edits[0].replacements[0].place.span;
            let mut text = text.to_owned();
            text.replace_range(std::ops::Range::<usize>::from(span), "");
            text
        };
        let (behind, alone) =
            ("\ta() //nolint:golint-conc\n\tb()\n", "\ta()\n\t//nolint:golint-conc\n\tb()\n");
        for body in [behind, alone] {
            assert_eq!(
                removed(&format!("package p\n\nfunc f() {{\n{body}}}\n")),
                "package p\n\nfunc f() {\n\ta()\n\tb()\n}\n"
            );
        }
    }

    #[test]
    fn a_comment_that_names_other_tools_is_not_removed() {
        let text = "package p\n\nfunc f() {\n\ta() //nolint:gosec,golint-conc\n}\n";
        let (own, _) = apply(&package(text), Vec::new(), &all_rules(), true);
        assert_eq!((own.len(), own[0].edits.len()), (1, 0));
    }

    #[test]
    fn broken_files_keep_their_findings() {
        let text = "package p\n\nfunc f() {\n\tif a( { /*S*/ //nolint\n\tb() /*K*/\n\t//nolint\n\tc() /*S*/";
        assert_eq!(check_with(text, &[], false), []);
        for cut in 0..text.len() {
            let (kept, _) = apply(&package(&text[..cut]), Vec::new(), &all_rules(), true);
            assert!(kept.len() <= 2);
        }
    }
}
