//! The formats. Each writes the whole of a [`Run`], sorted, free of clock, host and absolute paths.

mod json;
mod line_hash;
mod sarif;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write as _;
use std::io;

use codespan_reporting::term::termcolor::WriteColor;
use golint_conc_rules::{Lane, Severity};

use crate::report::{Found, Run};
use crate::suppress;

/// The name of the tool in every output.
pub const TOOL: &str = "golint-conc";

/// The version of the tool in every output.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the documentation is on the web.
pub const DOCS_URL: &str = "https://github.com/golint-conc/golint-conc/blob/main";

/// The shape of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Code frames for people
    #[default]
    Text,
    /// Everything that is known of each finding (docs/json.md)
    Json,
    /// SARIF 2.1.0, for code scanning (docs/github.md)
    Sarif,
}

/// Writes a run. `quiet` leaves out the summary of the text format.
///
/// # Errors
/// Those of `out`.
pub fn write(format: Format, run: &Run<'_>, quiet: bool, out: &mut dyn WriteColor) -> io::Result<()> {
    match format {
        Format::Text => text::write(run, quiet, out),
        Format::Json => json::write(run, out),
        Format::Sarif => sarif::write(run, out),
    }
}

/// The page of a rule on the web.
pub fn docs_url(rule: &str) -> String {
    if suppress::OWN_IDS.iter().any(|(id, _)| *id == rule) {
        return format!("{DOCS_URL}/docs/suppressions.md");
    }
    format!("{DOCS_URL}/rules/{rule}.md")
}

/// The number by which a goroutine is called: 1 runs the function under report.
const fn goroutine(lane: Lane) -> u32 {
    lane.0 + 1
}

/// `1 file`, `2 files`.
pub(crate) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
}

impl Counts {
    fn new(findings: &[Found<'_>]) -> Self {
        let of = |severity| findings.iter().filter(|found| found.diagnostic.severity == severity).count();
        let mut paths: Vec<_> = findings.iter().map(|found| &found.primary().path).collect();
        paths.dedup();
        Self {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            files: paths.len(),
        }
    }

    const fn total(self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

/// What stays the same when code around a finding changes: the rule, the path, the text of the line without its white
/// space, and how many findings alike stand before it. Goes with the order of [`Run::findings`].
fn fingerprints(findings: &[Found<'_>]) -> Vec<String> {
    let mut seen = rustc_hash::FxHashMap::<blake3::Hash, u32>::default();
    findings
        .iter()
        .map(|found| {
            let file = found.primary();
            let line = file.lines.line(found.diagnostic.place.span.start);
            let text = file.lines.line_span(&file.text, line).slice(&file.text);
            let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let mut hasher = blake3::Hasher::new();
            for part in [found.diagnostic.rule.as_bytes(), file.path.as_bytes(), &text] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            let count = seen.entry(hasher.finalize()).or_default();
            *count += 1;
            hasher.update(&count.to_le_bytes());
            hasher.finalize().as_bytes()[..FINGERPRINT_BYTES].iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
        })
        .collect()
}

/// How much of a hash is a fingerprint.
const FINGERPRINT_BYTES: usize = 16;
