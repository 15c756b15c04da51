//! What a run leaves behind: diagnostics with the texts of the files they speak of, and what could not be read.

use std::collections::BTreeMap;

use golint_conc_rules::{Confidence, Diagnostic, Place, Selected, Severity};
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

    /// The part of a span that stands on its first line, without a comment at its end: a tight place to point at.
    pub fn first_line(&self, span: Span) -> Span {
        let line = self.lines.line_span(&self.text, self.lines.line(span.start));
        if span.end <= line.end {
            return span;
        }
        let first = Span::new(span.start, line.end.max(span.start));
        Span::new(span.start, span.start + code_len(first.slice(&self.text)) as u32)
    }
}

/// How much of a line is code: what is before a comment that runs to its end, without blanks. A string or comment that
/// goes on behind the line counts as code.
fn code_len(line: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let rest = &line[at + 1..];
        at += 1 + match byte {
            b'/' if rest.first() == Some(&b'/') => return line[..at].trim_ascii_end().len(),
            b'/' if rest.first() == Some(&b'*') => {
                memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)
            }
            b'`' => memchr::memchr(b'`', rest).map_or(rest.len(), |end| end + 1),
            b'"' | b'\'' => quoted_len(rest, byte),
            _ => 0,
        };
    }
    line.trim_ascii_end().len()
}

/// How long the rest of a string or rune is, with its closing quote.
fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        at += 1 + usize::from(byte == b'\\');
        if byte == quote {
            break;
        }
    }
    at.min(rest.len())
}

/// The diagnostics of one package. [`golint_conc_rules::FileId`]s are positions in `files`.
#[derive(Debug, Default)]
pub struct PackageReport {
    /// Only files that a diagnostic speaks of.
    pub files: Vec<ReportFile>,
    /// The diagnostics.
    pub diagnostics: Vec<Diagnostic>,
    /// The confidence of each diagnostic that a comment in the source suppresses.
    pub suppressed: Vec<Confidence>,
    /// How often a bound ended a search, by what was bounded.
    pub bounds: BTreeMap<&'static str, usize>,
}

/// An input that could not be read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// [`Severity::Error`] when nothing can be said of the input, so that the run has failed; [`Severity::Warning`] when
    /// what is said of it may be incomplete.
    pub severity: Severity,
    /// The path to print, if it is a file's or a folder's.
    pub path: Option<String>,
    /// The 1-based line, if it is one's.
    pub line: Option<u32>,
    /// What is wrong; lower case, no final period, without the path.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl std::fmt::Display for Problem {
    /// One line: `path:line: message; help`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(path) = &self.path {
            f.write_str(path)?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// All that a run has to say.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The packages; their order does not matter.
    pub packages: &'a [PackageReport],
    /// The inputs that failed; their order does not matter.
    pub problems: &'a [Problem],
    /// The rules that ran.
    pub rules: &'a [Selected],
}

/// A diagnostic with the files that its places speak of.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The diagnostic.
    pub diagnostic: &'a Diagnostic,
    files: &'a [ReportFile],
}

impl<'a> Found<'a> {
    /// The file of a place of this diagnostic.
    pub fn file(&self, place: Place) -> &'a ReportFile {
        &self.files[place.file.0 as usize]
    }

    /// The file that is reported.
    pub fn primary(&self) -> &'a ReportFile {
        self.file(self.diagnostic.place)
    }
}

impl<'a> Run<'a> {
    /// The diagnostics by path, place, rule and message; what two packages have in common (a file with two names, a
    /// package with its tests) counts once.
    pub fn findings(&self) -> Vec<Found<'a>> {
        let mut found: Vec<_> = self
            .packages
            .iter()
            .flat_map(|package| package.diagnostics.iter().map(|diagnostic| (diagnostic, &*package.files)))
            .map(|(diagnostic, files)| Found { diagnostic, files })
            .collect();
        let key = |found: &Found<'a>| {
            let Diagnostic { rule, place, message, .. } = found.diagnostic;
            (&*found.primary().path, place.span, *rule, &**message)
        };
        found.sort_by(|a, b| key(a).cmp(&key(b)));
        found.dedup_by(|a, b| key(a) == key(b));
        found
    }

    /// The problems by path, line and message.
    pub fn sorted_problems(&self) -> Vec<&'a Problem> {
        let mut problems: Vec<_> = self.problems.iter().collect();
        problems.sort_by_key(|problem| (&problem.path, problem.line, &problem.message));
        problems.dedup();
        problems
    }

    /// How many diagnostics a comment in the source suppresses.
    pub fn suppressed(&self) -> usize {
        self.packages.iter().map(|package| package.suppressed.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_line_ends_before_its_comment() {
        for (line, code) in [
            ("go func() { // why", "go func() {"),
            ("f(`//`, \"//\\\"//\", '\"', //", "f(`//`, \"//\\\"//\", '\"',"),
            ("f( /* a // b */ x, // c", "f( /* a // b */ x,"),
            ("s := `// not", "s := `// not"),
            ("f( /* on", "f( /* on"),
            ("a / b +  ", "a / b +"),
            ("\"\\", "\"\\"),
            ("// all", ""),
        ] {
            assert_eq!(code_len(line.as_bytes()), code.len(), "{line}");
        }
    }

    #[test]
    fn only_what_is_cut_loses_its_comment() {
        let text = b"f() // a\ng( // b\n)\n".to_vec();
        let file = ReportFile { path: "a.go".into(), lines: LineIndex::new(&text), text };
        assert_eq!(file.first_line(Span::new(0, 8)), Span::new(0, 8));
        assert_eq!(file.first_line(Span::new(9, 18)), Span::new(9, 11));
        assert_eq!(file.first_line(Span::new(8, 18)), Span::new(8, 8));
        assert_eq!(file.first_line(Span::new(99, 120)), Span::new(99, 99));
    }
}
