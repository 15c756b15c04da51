//! What the analysis of a folder leaves behind: diagnostics with the texts of the files they speak of.

use golint_conc_rules::Diagnostic;
use golint_conc_syntax::{LineIndex, Position, Span};

/// A file that some diagnostic speaks of.
#[derive(Debug)]
pub struct ReportFile {
    /// The path to print: as the user would write it from the working directory, with `/`.
    pub path: String,
    /// The bytes.
    pub text: Vec<u8>,
    /// Where the lines begin.
    pub lines: LineIndex,
}

impl ReportFile {
    /// First and last position of a span; the last is just behind it.
    pub fn range(&self, span: Span) -> (Position, Position) {
        (self.lines.position(&self.text, span.start), self.lines.position(&self.text, span.end))
    }
}

/// The diagnostics of one package. [`golint_conc_rules::FileId`]s are positions in `files`.
#[derive(Debug, Default)]
pub struct PackageReport {
    /// Only files that a diagnostic speaks of.
    pub files: Vec<ReportFile>,
    /// The diagnostics.
    pub diagnostics: Vec<Diagnostic>,
}
