//! Everything that is known of each finding, as docs/json.md describes it.

use std::io;

use golint_conc_rules::{Applicability, Edit, Place};
use golint_conc_syntax::Position;
use serde::Serialize;

use super::{Counts, TOOL, VERSION, docs_url, fingerprints, goroutine};
use crate::report::{Found, Problem, Run};

/// The version of the schema: new members may come, none changes or goes.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    findings: Vec<FindingJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    message: &'a str,
    path: &'a str,
    range: RangeJson,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    steps: Vec<StepJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    edits: Vec<EditJson<'a>>,
    fingerprint: String,
    docs_url: String,
}

#[derive(Serialize)]
struct RangeJson {
    start: PositionJson,
    end: PositionJson,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionJson {
    offset: u32,
    line: u32,
    column: u32,
    utf16_column: u32,
}

#[derive(Serialize)]
struct StepJson<'a> {
    path: &'a str,
    range: RangeJson,
    goroutine: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct EditJson<'a> {
    title: &'a str,
    applicability: &'static str,
    replacements: Vec<ReplacementJson<'a>>,
}

#[derive(Serialize)]
struct ReplacementJson<'a> {
    path: &'a str,
    range: RangeJson,
    text: &'a str,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    findings: usize,
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
}

/// Writes the document.
pub(super) fn write(run: &Run<'_>, mut out: impl io::Write) -> io::Result<()> {
    let findings = run.findings();
    let counts = Counts::new(&findings);
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: TOOL, version: VERSION },
        findings: findings.iter().zip(fingerprints(&findings)).map(|(f, print)| finding(f, print)).collect(),
        problems: run.sorted_problems().into_iter().map(problem).collect(),
        summary: Summary {
            findings: counts.total(),
            files: counts.files,
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            suppressed: run.suppressed(),
        },
    };
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)
}

fn finding<'a>(found: &Found<'a>, fingerprint: String) -> FindingJson<'a> {
    let diagnostic = found.diagnostic;
    let steps = diagnostic.steps.iter().map(|step| StepJson {
        path: &found.file(step.place).path,
        range: range(found, step.place),
        goroutine: goroutine(step.lane),
        text: &step.text,
    });
    FindingJson {
        rule: diagnostic.rule,
        severity: diagnostic.severity.as_str(),
        confidence: diagnostic.confidence.as_str(),
        message: &diagnostic.message,
        path: &found.primary().path,
        range: range(found, diagnostic.place),
        label: &diagnostic.label,
        steps: steps.collect(),
        help: diagnostic.help.as_deref(),
        edits: diagnostic.edits.iter().map(|one| edit(found, one)).collect(),
        fingerprint,
        docs_url: docs_url(diagnostic.rule),
    }
}

fn edit<'a>(found: &Found<'a>, edit: &'a Edit) -> EditJson<'a> {
    let replacements = edit.replacements.iter().map(|replacement| ReplacementJson {
        path: &found.file(replacement.place).path,
        range: range(found, replacement.place),
        text: &replacement.text,
    });
    EditJson {
        title: &edit.title,
        applicability: match edit.applicability {
            Applicability::Safe => "safe",
            Applicability::Suggested => "suggested",
        },
        replacements: replacements.collect(),
    }
}

fn range(found: &Found<'_>, place: Place) -> RangeJson {
    let (start, end) = found.file(place).range(place.span);
    RangeJson { start: position(place.span.start, start), end: position(place.span.end, end) }
}

const fn position(offset: u32, position: Position) -> PositionJson {
    PositionJson { offset, line: position.line, column: position.column, utf16_column: position.utf16_column }
}

fn problem(problem: &Problem) -> ProblemJson<'_> {
    ProblemJson {
        severity: problem.severity.as_str(),
        path: problem.path.as_deref(),
        line: problem.line,
        message: &problem.message,
        help: problem.help.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::Format;
    use super::super::tests::{problems, render, rich};

    fn validator() -> jsonschema::Validator {
        let schema = include_str!("../../../../docs/schema/golint-conc-report.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is one")
    }

    fn document(text: &str) -> Value {
        let document = serde_json::from_str(text).expect("the output is JSON");
        let errors: Vec<_> = validator().iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0]);
        document
    }

    #[test]
    fn outputs_follow_the_published_schema() {
        document(&render(Format::Json, &[], &[]));
        let full = document(&render(Format::Json, &rich(), &problems()));
        assert_eq!(full["findings"].as_array().map(Vec::len), Some(3));
        assert_eq!(full["summary"]["suppressed"], 2);
        assert_eq!(full["problems"][0]["path"], "go.mod");
        assert_eq!(full["problems"][1]["severity"], "error");
    }

    #[test]
    fn the_schema_refuses_what_it_does_not_know() {
        let mut full = document(&render(Format::Json, &rich(), &[]));
        full["findings"][0]["extra"] = 1.into();
        assert!(!validator().is_valid(&full));
    }

    #[test]
    fn positions_count_bytes_and_utf16_units() {
        let full = document(&render(Format::Json, &rich(), &[]));
        let start = &full["findings"][1]["range"]["start"];
        assert_eq!(full["findings"][1]["path"], "a b/größe.go");
        assert_eq!(start, &serde_json::json!({ "offset": 41, "line": 4, "column": 17, "utf16Column": 14 }));
    }
}
