//! SARIF 2.1.0, within what GitHub code scanning asks for and allows.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/> and GitHub's page "SARIF support for code scanning".

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use golint_conc_rules::{Diagnostic, Edit, Lane, Page, Place, Severity, catalogue};
use golint_conc_syntax::Span;
use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, CodeFlow, Fix, Invocation, Location, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement,
    ReportingConfiguration, ReportingDescriptor, Result as Finding, ResultLevel, Run as SarifRun, Sarif,
    ThreadFlow, ThreadFlowLocation, Tool, ToolComponent,
};

use super::line_hash::LineHashes;
use super::{TOOL, VERSION, docs_url, fingerprints, goroutine};
use crate::report::{Found, Problem, ReportFile, Run};
use crate::suppress;

/// The schema that the file follows.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the folder that relative URIs are relative to.
const ROOT: &str = "%SRCROOT%";

/// More results in a run make GitHub reject the file. It shows the first 5,000.
const MAX_RESULTS: usize = 25_000;

/// How many locations beside its own a result has; GitHub shows no more.
const MAX_RELATED: usize = 99;

/// How many locations the code flow of a result has; GitHub shows no more.
const MAX_FLOW: usize = 1_000;

/// The longest description of a rule that GitHub takes, in characters.
const MAX_DESCRIPTION: usize = 1_024;

/// From this measured share of true reports on, in per cent, a rule has the precision.
const PRECISIONS: [(u8, &str); 4] = [(98, "very-high"), (90, "high"), (75, "medium"), (0, "low")];

/// Writes the log with its one run.
pub(super) fn write(run: &Run<'_>, mut out: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &log(run))?;
    writeln!(out)
}

fn log(run: &Run<'_>) -> Sarif {
    let findings = run.findings();
    let mut numbered: Vec<_> = findings.iter().zip(fingerprints(&findings)).collect();
    // Stable, so that paths stay in order within a severity.
    numbered.sort_by_key(|(found, _)| std::cmp::Reverse(found.diagnostic.severity));
    let left_out = numbered.len().saturating_sub(MAX_RESULTS);
    numbered.truncate(MAX_RESULTS);

    let mut ids: Vec<_> = run.rules.iter().map(|selected| selected.rule.id()).collect();
    ids.extend(numbered.iter().map(|(found, _)| found.diagnostic.rule));
    ids.sort_unstable();
    ids.dedup();
    let mut hashes = BTreeMap::new();
    let results = numbered.iter().map(|(found, fingerprint)| {
        let file = found.primary();
        let lines = hashes.entry(&*file.path).or_insert_with(|| LineHashes::new(&file.text));
        let line = file.lines.line(found.diagnostic.place.span.start);
        result(found, &ids, lines.line(line), fingerprint)
    });
    let results = results.collect::<Vec<_>>();
    let rules = ids.iter().map(|id| descriptor(id, run)).collect::<Vec<_>>();
    let driver = ToolComponent::builder()
        .name(TOOL)
        .version(VERSION)
        .semantic_version(VERSION)
        .information_uri("https://github.com/golint-conc/golint-conc")
        .rules(rules)
        .build();
    let root = ArtifactLocation::builder().description(message("The folder in which the tool ran")).build();
    let run = SarifRun::builder()
        .tool(Tool::builder().driver(driver).build())
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .column_kind("utf16CodeUnits")
        .invocations(vec![invocation(run, left_out)])
        .results(results)
        .build();
    Sarif::builder().schema(SCHEMA).version("2.1.0").runs(vec![run]).build()
}

fn message(text: impl Into<String>) -> Message {
    Message::builder().text(text).build()
}

fn words(text: impl Into<String>) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// Message and help as sentences, the first of which GitHub takes for the title. Brackets that would read as a link to
/// a related location are escaped (SARIF 2.1.0, 3.11.6).
fn sentences(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        let mut chars = help.chars();
        let first = chars.next().map(char::to_uppercase).into_iter().flatten();
        text += ". ";
        text.extend(first);
        text += chars.as_str();
    }
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

fn result(found: &Found<'_>, ids: &[&str], line_hash: Option<&str>, fingerprint: &str) -> Finding {
    let diagnostic = found.diagnostic;
    let mut prints = BTreeMap::from([("golintConc/v1".to_owned(), fingerprint.to_owned())]);
    prints.extend(line_hash.map(|hash| ("primaryLocationLineHash".to_owned(), hash.to_owned())));
    let mut result = Finding::builder()
        .rule_id(diagnostic.rule)
        .level(match diagnostic.severity {
            Severity::Error => ResultLevel::Error,
            Severity::Warning => ResultLevel::Warning,
            Severity::Note => ResultLevel::Note,
        })
        .message(message(sentences(diagnostic)))
        .locations(vec![location(found, diagnostic.place, None, &diagnostic.label)])
        .partial_fingerprints(prints)
        .properties(bag([("confidence", diagnostic.confidence.as_str().into())]))
        .build();
    result.rule_index = ids.binary_search(&diagnostic.rule).ok().and_then(|index| index.try_into().ok());
    if !diagnostic.steps.is_empty() {
        let related = (1..).zip(diagnostic.steps.iter().take(MAX_RELATED));
        let related = related.map(|(id, step)| location(found, step.place, Some(id), &step.text));
        result.related_locations = Some(related.collect());
        result.code_flows = Some(vec![code_flow(found)]);
    }
    let fixes: Vec<_> = diagnostic.edits.iter().filter_map(|edit| fix(found, edit)).collect();
    result.fixes = Some(fixes).filter(|fixes| !fixes.is_empty());
    result
}

/// The steps, one thread flow a goroutine; their order between threads is the execution order.
fn code_flow(found: &Found<'_>) -> CodeFlow {
    let mut lanes = BTreeMap::<Lane, Vec<ThreadFlowLocation>>::new();
    for (order, step) in (1..).zip(found.diagnostic.steps.iter().take(MAX_FLOW)) {
        let entry = ThreadFlowLocation::builder()
            .location(location(found, step.place, None, &step.text))
            .execution_order(order)
            .importance("essential")
            .build();
        lanes.entry(step.lane).or_default().push(entry);
    }
    let flows = lanes.into_iter().map(|(lane, locations)| {
        let name = format!("goroutine {}", goroutine(lane));
        ThreadFlow::builder().message(message(&*name)).id(name).locations(locations).build()
    });
    CodeFlow::builder().thread_flows(flows.collect::<Vec<_>>()).build()
}

fn location(found: &Found<'_>, place: Place, id: Option<i64>, text: &str) -> Location {
    let file = found.file(place);
    let physical = PhysicalLocation::builder()
        .artifact_location(artifact(&file.path))
        .region(region(file, file.first_line(place.span)))
        .build();
    let mut location = Location::builder().physical_location(physical).build();
    location.id = id;
    location.message = Some(text).filter(|text| !text.is_empty()).map(message);
    location
}

fn region(file: &ReportFile, span: Span) -> Region {
    let (start, end) = file.range(span);
    Region::builder()
        .start_line(i64::from(start.line))
        .start_column(i64::from(start.utf16_column))
        .end_line(i64::from(end.line))
        .end_column(i64::from(end.utf16_column))
        .build()
}

fn artifact(path: &str) -> ArtifactLocation {
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    if is_absolute {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return ArtifactLocation::builder().uri(format!("file://{slash}{}", encode(path))).build();
    }
    ArtifactLocation::builder().uri(encode(path)).uri_base_id(ROOT).build()
}

/// Percent-encodes what may not stand in the path of a URI, and colons, which would read as a scheme (RFC 3986, 3.3 and
/// 4.2).
fn encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'/'
            | b'+'
            | b'@'
            | b'=' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

fn fix(found: &Found<'_>, edit: &Edit) -> Option<Fix> {
    let mut files = BTreeMap::<&str, Vec<Replacement>>::new();
    for replacement in &edit.replacements {
        let file = found.file(replacement.place);
        let content = ArtifactContent::builder().text(&*replacement.text).build();
        let change = Replacement::builder()
            .deleted_region(region(file, replacement.place.span))
            .inserted_content(content)
            .build();
        files.entry(&file.path).or_default().push(change);
    }
    let changes = files.into_iter().map(|(path, replacements)| {
        ArtifactChange::builder().artifact_location(artifact(path)).replacements(replacements).build()
    });
    let changes: Vec<_> = changes.collect();
    (!changes.is_empty())
        .then(|| Fix::builder().description(message(&*edit.title)).artifact_changes(changes).build())
}

fn bag<const N: usize>(properties: [(&str, Value); N]) -> PropertyBag {
    let properties = properties.into_iter().map(|(key, value)| (key.to_owned(), value));
    PropertyBag::builder().additional_properties(properties.collect::<BTreeMap<_, _>>()).build()
}

fn descriptor(id: &str, run: &Run<'_>) -> ReportingDescriptor {
    let selected = run.rules.iter().find(|selected| selected.rule.id() == id);
    let page = catalogue().find(id);
    let severity = selected.map(|selected| selected.severity).or_else(|| page.map(|page| page.head.severity));
    let severity = severity.unwrap_or(Severity::Warning);
    let level = ReportingConfiguration::builder().level(severity.as_str()).build();
    let problem = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "recommendation",
    };
    let mut properties = bag([("problem.severity", problem.into())]);
    properties.tags = Some(page.map(tags).unwrap_or_default());
    if let Some(page) = page {
        properties.additional_properties.insert("precision".into(), precision(page).into());
    }
    let (summary, full, text, markdown) = descriptions(id, page);
    let help = MultiformatMessageString::builder().text(text).markdown(markdown).build();
    ReportingDescriptor::builder()
        .id(id)
        .short_description(words(summary))
        .full_description(words(shorten(&full)))
        .help(help)
        .help_uri(docs_url(id))
        .default_configuration(level)
        .properties(properties)
        .build()
}

fn tags(page: &Page) -> Vec<String> {
    let mut tags = vec![page.head.family.clone(), page.head.effect.as_str().to_owned()];
    tags.extend(page.head.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    tags.dedup();
    tags
}

fn precision(page: &Page) -> &'static str {
    let measured = page.head.precision.unwrap_or(if page.head.default { 90 } else { 75 });
    PRECISIONS.iter().find(|(from, _)| *from <= measured).map_or("low", |(_, name)| name)
}

/// Summary, description, help as text and as Markdown.
fn descriptions(id: &str, page: Option<&Page>) -> (String, String, String, String) {
    let Some(page) = page else {
        let summary = suppress::OWN_IDS.iter().find(|(own, _)| *own == id).map_or(id, |(_, text)| text);
        let text = format!("See {}", docs_url(id));
        return (summary.to_owned(), summary.to_owned(), text.clone(), text);
    };
    let section = |title| page.section(title).unwrap_or_default();
    let full = format!("{}\n\n{}", section("What it finds"), section("Why it matters"));
    let text = format!("{full}\n\n{}", docs_url(id));
    let markdown = page.body.split_once('\n').map_or(page.body, |(_, rest)| rest.trim_start());
    (page.head.summary.clone(), full, text, markdown.to_owned())
}

/// `text`, cut behind its last sentence that fits.
fn shorten(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(MAX_DESCRIPTION) else { return text };
    let text = &text[..end];
    let sentence = [". ", ".\n"].iter().filter_map(|stop| text.rfind(stop)).max();
    sentence.map_or(text, |dot| &text[..=dot])
}

fn invocation(run: &Run<'_>, left_out: usize) -> Invocation {
    let problems = run.sorted_problems();
    let mut notes: Vec<_> = problems.iter().map(|problem| notification(problem)).collect();
    if 0 < left_out {
        let text = format!("{left_out} results are left out: a run has at most {MAX_RESULTS}");
        notes.push(Notification::builder().level("warning").message(message(text)).build());
    }
    let is_successful = problems.iter().all(|problem| problem.severity < Severity::Error);
    let mut invocation = Invocation::builder().execution_successful(is_successful).build();
    invocation.tool_execution_notifications = Some(notes).filter(|notes| !notes.is_empty());
    invocation
}

fn notification(problem: &Problem) -> Notification {
    let mut text = problem.message.clone();
    if let Some(help) = &problem.help {
        text = format!("{text}; {help}");
    }
    let mut notification =
        Notification::builder().level(problem.severity.as_str()).message(message(text)).build();
    notification.locations = problem.path.as_ref().map(|path| {
        let mut physical = PhysicalLocation::builder().artifact_location(artifact(path)).build();
        physical.region = problem.line.map(|line| Region::builder().start_line(i64::from(line)).build());
        vec![Location::builder().physical_location(physical).build()]
    });
    notification
}

#[cfg(test)]
mod tests {
    use golint_conc_rules::FileId;

    use super::super::Format;
    use super::super::tests::{at, diagnostic, file, problems, render, rich};
    use super::*;
    use crate::report::PackageReport;

    /// The schema has a pattern with a stray bracket, twice, which no validator accepts.
    fn validator() -> jsonschema::Validator {
        let schema = include_str!("../../tests/data/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
        let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is one")
    }

    fn log_of(packages: &[PackageReport], problems: &[Problem]) -> Value {
        let log =
            serde_json::from_str(&render(Format::Sarif, packages, problems)).expect("the output is JSON");
        let errors: Vec<_> = validator().iter_errors(&log).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0]);
        assert_github_takes(&log);
        log
    }

    fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
        let text = value.pointer(pointer).and_then(Value::as_str);
        text.filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("{pointer} is missing in {value:#}"))
    }

    fn items<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
        value.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer} is missing"))
    }

    /// What GitHub requires and what it limits ("SARIF support for code scanning").
    fn assert_github_takes(log: &Value) {
        text(log, "/$schema");
        assert_eq!(text(log, "/version"), "2.1.0");
        assert_eq!(items(log, "/runs").len(), 1);
        let run = &log["runs"][0];
        text(run, "/tool/driver/name");
        let rules = items(run, "/tool/driver/rules");
        let ids: Vec<_> = rules.iter().map(|rule| text(rule, "/id")).collect();
        assert!(ids.is_sorted() && ids.len() <= 25_000);
        for rule in rules {
            assert!(text(rule, "/shortDescription/text").chars().count() <= 1024);
            assert!(text(rule, "/fullDescription/text").chars().count() <= 1024);
            text(rule, "/help/text");
            assert!(["note", "warning", "error"].contains(&text(rule, "/defaultConfiguration/level")));
            assert!(items(rule, "/properties/tags").len() <= 10);
            let severity = rule["properties"]["problem.severity"].as_str().unwrap_or_default();
            assert!(["error", "warning", "recommendation"].contains(&severity));
        }
        let results = items(run, "/results");
        assert!(results.len() <= 25_000);
        for result in results {
            text(result, "/message/text");
            let index = result["ruleIndex"].as_u64().expect("ruleIndex") as usize;
            assert_eq!(ids[index], text(result, "/ruleId"));
            assert_eq!(items(result, "/locations").len(), 1);
            text(result, "/partialFingerprints/primaryLocationLineHash");
            text(result, "/partialFingerprints/golintConc~1v1");
            let related = result.pointer("/relatedLocations").and_then(Value::as_array);
            let related = related.map(Vec::as_slice).unwrap_or_default();
            assert!(related.len() < 100);
            let flows = result.pointer("/codeFlows/0/threadFlows").and_then(Value::as_array);
            let flows = flows.map(Vec::as_slice).unwrap_or_default();
            let flow = flows.iter().flat_map(|flow| items(flow, "/locations"));
            assert!(flow.clone().count() <= 1_000);
            for location in
                items(result, "/locations").iter().chain(related).chain(flow.map(|step| &step["location"]))
            {
                let uri = text(location, "/physicalLocation/artifactLocation/uri");
                assert!(!uri.starts_with('/') && uri.is_ascii() && !uri.contains([' ', '\\', ':']), "{uri}");
                assert_eq!(text(location, "/physicalLocation/artifactLocation/uriBaseId"), ROOT);
                let region = &location["physicalLocation"]["region"];
                for member in ["startLine", "startColumn", "endLine", "endColumn"] {
                    assert!(region[member].as_u64().is_some_and(|number| 0 < number), "{member}");
                }
                assert_eq!(region["startLine"], region["endLine"]);
            }
        }
    }

    #[test]
    fn a_clean_run_has_empty_results() {
        let log = log_of(&[], &[]);
        assert_eq!(items(&log, "/runs/0/results").len(), 0);
        assert_eq!(items(&log, "/runs/0/tool/driver/rules").len(), catalogue().pages.len());
        assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
    }

    #[test]
    fn results_have_paths_and_steps_in_a_flow_a_goroutine() {
        let log = log_of(&rich(), &[]);
        let results = items(&log, "/runs/0/results");
        let levels: Vec<_> = results.iter().map(|result| text(result, "/level")).collect();
        assert_eq!(levels, ["error", "warning", "note"]);
        assert_eq!(
            text(&results[0], "/message/text"),
            "nobody receives from `ch`: see `m\\[K\\](1)`. Receive from `ch`, or close it"
        );
        let orders = |lane: &Value| -> Vec<_> {
            items(lane, "/locations").iter().filter_map(|step| step["executionOrder"].as_u64()).collect()
        };
        let lanes = items(&results[0], "/codeFlows/0/threadFlows");
        assert_eq!(
            lanes.iter().map(|lane| (text(lane, "/id"), orders(lane))).collect::<Vec<_>>(),
            [("goroutine 1", vec![1, 3]), ("goroutine 2", vec![2])]
        );
        assert_eq!(
            text(&results[0], "/relatedLocations/0/physicalLocation/artifactLocation/uri"),
            "a%20b/gr%C3%B6%C3%9Fe.go"
        );
        let region = &results[2]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            region,
            &serde_json::json!({ "startLine": 4, "startColumn": 14, "endLine": 4, "endColumn": 17 })
        );
        assert_eq!(items(&results[0], "/fixes").len(), 1);
        assert_eq!(results[1].get("fixes"), None);
    }

    #[test]
    fn problems_are_notifications() {
        let log = log_of(&[], &problems());
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let notes = items(invocation, "/toolExecutionNotifications");
        assert_eq!(text(&notes[1], "/message/text"), "no such folder; give a folder of this repository");
        assert_eq!(text(&notes[1], "/locations/0/physicalLocation/artifactLocation/uri"), "no%20such/dir");
        assert_eq!(notes[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    }

    #[test]
    fn limits_hold_and_keep_the_most_severe() {
        let files = vec![file("a.go", "package p\n")];
        let place = Place { file: FileId(0), span: Span::new(0, 1) };
        let step = golint_conc_rules::Step { place, lane: Lane(0), text: "here".into() };
        let mut diagnostics: Vec<_> = (0..MAX_RESULTS + 10)
            .map(|number| Diagnostic { message: format!("number {number}"), ..diagnostic(place) })
            .collect();
        diagnostics[20_000].severity = Severity::Error;
        diagnostics[20_000].steps = vec![step; 2_000];
        let report = PackageReport { files, diagnostics, suppressed: Vec::new(), ..PackageReport::default() };
        let log =
            serde_json::to_value(log(&Run { packages: &[report], problems: &[], rules: &[] })).expect("JSON");
        assert_github_takes(&log);
        let results = items(&log, "/runs/0/results");
        assert_eq!(results.len(), MAX_RESULTS);
        assert_eq!(text(&results[0], "/level"), "error");
        let note = &items(&log, "/runs/0/invocations/0/toolExecutionNotifications")[0];
        assert_eq!(text(note, "/message/text"), "10 results are left out: a run has at most 25000");
    }

    #[test]
    fn what_is_no_rule_is_described_too() {
        let files = vec![file("a.go", "package p\n")];
        let own = Diagnostic { rule: suppress::INVALID, ..diagnostic(at(&files, 0, "p")) };
        let log = log_of(
            &[PackageReport {
                files,
                diagnostics: vec![own],
                suppressed: Vec::new(),
                ..PackageReport::default()
            }],
            &[],
        );
        let rules = items(&log, "/runs/0/tool/driver/rules");
        let rule = rules.iter().find(|rule| rule["id"] == suppress::INVALID).expect("a descriptor");
        assert_eq!(text(rule, "/shortDescription/text"), suppress::OWN_IDS[0].1);
        assert!(text(rule, "/helpUri").ends_with("/docs/suppressions.md"));
    }

    #[test]
    fn absolute_paths_become_file_uris() {
        assert_eq!(artifact("/src/a b.go").uri.as_deref(), Some("file:///src/a%20b.go"));
        assert_eq!(artifact("C:/a.go").uri.as_deref(), Some("file:///C%3A/a.go"));
        assert_eq!(artifact("../a:b.go").uri.as_deref(), Some("../a%3Ab.go"));
    }

    #[test]
    fn descriptions_end_with_a_sentence() {
        let long = format!("{}. {}", "a".repeat(1000), "b".repeat(100));
        assert_eq!(shorten(&long).len(), 1001);
        assert_eq!(shorten("short"), "short");
    }
}
