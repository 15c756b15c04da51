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
        .name(id)
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
