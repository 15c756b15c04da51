//! Code frames for people, drawn by codespan-reporting.
//!
//! A frame is drawn from an [`Excerpt`]: only the lines that have labels and their neighbours, each made fit for a
//! terminal. So a minified file costs no more than another, and nothing in the source can move the cursor.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Frame, Label, LabelStyle, Severity as Level};
use codespan_reporting::files::{Error, Files, Location};
use codespan_reporting::term::termcolor::WriteColor;
use codespan_reporting::term::{self, Config};
use golint_conc_rules::{Applicability, Confidence, Place, Severity, Step};
use golint_conc_syntax::Span;

use super::{Counts, goroutine, plural};
use crate::report::{Found, ReportFile, Run};

/// Lines longer than this many bytes are cut around their labels.
const MAX_LINE: usize = 160;

/// How much of a cut line stays on each side of a label, in bytes.
const CONTEXT: usize = 40;

/// How much of what a label marks stays in a cut line, in bytes.
const MAX_MARK: usize = 60;

/// How many steps a frame shows; the other formats have them all.
const MAX_STEPS: usize = 20;

/// How many bytes of a message, a label or a help are shown.
const MAX_TEXT: usize = 600;

/// Writes all frames and the summary.
pub(super) fn write(run: &Run<'_>, quiet: bool, out: &mut dyn WriteColor) -> io::Result<()> {
    let findings = run.findings();
    let config = Config::default();
    for found in &findings {
        let (frame, excerpts) = frame(found);
        term::emit_to_write_style(out, &config, &excerpts, &frame).map_err(|error| match error {
            Error::Io(error) => error,
            other => io::Error::other(other),
        })?;
    }
    if quiet {
        return Ok(());
    }
    for line in [summary(&findings, run.suppressed()), mendable(&findings)].into_iter().flatten() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// How many findings come with an edit.
fn mendable(findings: &[Found<'_>]) -> Option<String> {
    let boldness = |found: &Found<'_>| {
        let edits = found.diagnostic.edits.iter().filter(|edit| !edit.replacements.is_empty());
        edits.map(|edit| edit.applicability).min()
    };
    let of = |wanted| findings.iter().filter(|found| boldness(found) == Some(wanted)).count();
    match (of(Applicability::Safe), of(Applicability::Suggested)) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} can be mended with --fix")),
        (0, bold) => Some(format!("{bold} can be mended with --fix --unsafe-fixes")),
        (safe, bold) => Some(format!("{safe} can be mended with --fix, and {bold} more with --unsafe-fixes")),
    }
}

/// `3 findings in 2 files (2 errors, 1 warning), 1 suppressed`; nothing when there is no finding.
fn summary(findings: &[Found<'_>], suppressed: usize) -> Option<String> {
    let counts = Counts::new(findings);
    if counts.total() == 0 {
        return None;
    }
    let kinds = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note")];
    let kinds: Vec<_> =
        kinds.into_iter().filter(|(count, _)| 0 < *count).map(|(count, word)| plural(count, word)).collect();
    let suppressed = if suppressed == 0 { String::new() } else { format!(", {suppressed} suppressed") };
    Some(format!(
        "{} in {} ({}){suppressed}",
        plural(counts.total(), "finding"),
        plural(counts.files, "file"),
        kinds.join(", ")
    ))
}

fn frame<'a>(found: &Found<'a>) -> (Frame<usize>, Excerpts<'a>) {
    let diagnostic = found.diagnostic;
    let shown = &diagnostic.steps[..diagnostic.steps.len().min(MAX_STEPS)];
    let has_lanes = diagnostic.steps.iter().any(|step| step.lane != diagnostic.steps[0].lane);
    let step_text = |index: usize, step: &Step| {
        let number = if diagnostic.steps.len() == 1 { String::new() } else { format!("{}. ", index + 1) };
        let lane = if has_lanes { format!("goroutine {}: ", goroutine(step.lane)) } else { String::new() };
        clean(&format!("{number}{lane}{}", step.text))
    };
    // A step at the reported place would be underlined twice: the mark below says it all.
    let at_primary = |step: &Step| {
        let (a, b) = (step.place, diagnostic.place);
        a.file == b.file && found.file(a).first_line(a.span) == found.file(b).first_line(b.span)
    };
    let own = shown.iter().position(at_primary).filter(|_| diagnostic.label.is_empty());
    let label = match own {
        Some(index) => step_text(index, &shown[index]),
        None => clean(&diagnostic.label),
    };
    let mut labels = vec![(LabelStyle::Primary, diagnostic.place, label)];
    let others = shown.iter().enumerate().filter(|(index, _)| Some(*index) != own);
    labels.extend(others.map(|(index, step)| (LabelStyle::Secondary, step.place, step_text(index, step))));

    let mut notes = Vec::new();
    if shown.len() < diagnostic.steps.len() {
        notes.push(plural(diagnostic.steps.len() - shown.len(), "more step"));
    }
    notes.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", clean(help))));
    if diagnostic.confidence == Confidence::Low {
        notes.push("confidence: low".into());
    }
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    };
    let (excerpts, ranges) =
        Excerpts::new(found, &labels.iter().map(|&(_, place, _)| place).collect::<Vec<_>>());
    let labels = labels
        .into_iter()
        .zip(ranges)
        .map(|((style, _, text), (file, range))| Label::new(style, file, range).with_message(text));
    let frame = Frame::new(level)
        .with_code(diagnostic.rule)
        .with_message(clean(&diagnostic.message))
        .with_labels(labels.collect())
        .with_notes(notes);
    (frame, excerpts)
}

/// Text of one line, fit for a terminal and of bounded length.
fn clean(text: &str) -> String {
    let end = (0..=MAX_TEXT.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let mut out: String =
        text[..end].chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { visible(c) }).collect();
    if end < text.len() {
        out.push('…');
    }
    out
}

/// A character that can't move the cursor, end the line, ring a bell or turn the writing direction of what follows.
fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// What of the files is drawn for one finding.
struct Excerpts<'a>(Vec<Excerpt<'a>>);

/// What of one file is drawn. Offsets in it are those of `text`; lines are those of the file, from 0.
struct Excerpt<'a> {
    file: &'a ReportFile,
    text: String,
    /// Where the lines stand in `text`, in order.
    lines: BTreeMap<usize, Range<usize>>,
    /// Where marks begin in the text, and what line and byte column of the file that is.
    starts: BTreeMap<usize, Location>,
}

impl<'a> Excerpts<'a> {
    /// The excerpts, and for each place the number of its excerpt and its range in it.
    fn new(found: &Found<'a>, places: &[Place]) -> (Self, Vec<(usize, Range<usize>)>) {
        let mut excerpts = Vec::new();
        let mut ranges = vec![(0, 0..0); places.len()];
        for (first, &place) in places.iter().enumerate() {
            if places[..first].iter().any(|before| before.file == place.file) {
                continue;
            }
            let number = excerpts.len();
            let of_file = places.iter().enumerate().filter(|(_, other)| other.file == place.file);
            let marks: Vec<_> = of_file.map(|(index, place)| (index, place.span)).collect();
            excerpts.push(Excerpt::new(found.file(place), &marks, |index, range| {
                ranges[index] = (number, range);
            }));
        }
        (Self(excerpts), ranges)
    }

    fn get(&self, id: usize) -> Result<&Excerpt<'a>, Error> {
        self.0.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Excerpt<'a> {
    fn new(
        file: &'a ReportFile,
        marks: &[(usize, Span)],
        mut place: impl FnMut(usize, Range<usize>),
    ) -> Self {
        let mut excerpt = Self { file, text: String::new(), lines: BTreeMap::new(), starts: BTreeMap::new() };
        let mut by_line = BTreeMap::<u32, Vec<(usize, Span)>>::new();
        for &(index, span) in marks {
            let line = file.lines.line(span.start);
            by_line.entry(line).or_default().push((index, file.first_line(span)));
            // The frame shows a single line between two others rather than a break.
            by_line.entry(line + 1).or_default();
        }
        for (line, marks) in by_line {
            if file.lines.line_count() < line {
                continue;
            }
            let begin = excerpt.text.len();
            for (index, range) in excerpt.line(line, &marks) {
                let (start, _) =
                    file.range(marks.iter().find(|m| m.0 == index).map_or(Span::default(), |m| m.1));
                let location =
                    Location { line_number: start.line as usize, column_number: start.column as usize };
                excerpt.starts.insert(range.start, location);
                place(index, range);
            }
            excerpt.text.push('\n');
            excerpt.lines.insert(line as usize - 1, begin..excerpt.text.len());
        }
        excerpt
    }

    /// Appends a line, without its end; gives the ranges of the marks in the text.
    fn line(&mut self, line: u32, marks: &[(usize, Span)]) -> Vec<(usize, Range<usize>)> {
        let span = self.file.lines.line_span(&self.file.text, line);
        let mut out: Vec<_> = marks.iter().map(|&(index, _)| (index, usize::MAX..usize::MAX)).collect();
        let mut at = span.start as usize;
        for window in self.windows(span, marks) {
            if at < window.start {
                self.text.push('…');
            }
            at = window.end;
            let mut offset = window.start;
            for chunk in self.file.text[window].utf8_chunks() {
                let invalid = (!chunk.invalid().is_empty())
                    .then_some((char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
                let chars = chunk.valid().chars().map(|c| (c, c.len_utf8()));
                for (c, len) in chars.chain(invalid) {
                    self.mark(offset, marks, &mut out);
                    self.text.push(visible(c));
                    offset += len;
                }
            }
            self.mark(offset, marks, &mut out);
        }
        if at < span.end as usize {
            self.text.push('…');
        }
        let end = self.text.len();
        for (_, range) in &mut out {
            *range = range.start.min(end)..range.end.min(end);
        }
        out
    }

    /// Notes that what follows in the text stands at `offset` in the file.
    fn mark(&self, offset: usize, marks: &[(usize, Span)], out: &mut [(usize, Range<usize>)]) {
        for (&(_, span), (_, range)) in marks.iter().zip(out) {
            if span.start as usize <= offset && range.start == usize::MAX {
                range.start = self.text.len();
            }
            if span.end as usize <= offset && range.end == usize::MAX {
                range.end = self.text.len();
            }
        }
    }

    /// What of a line is shown: all, or what is near its marks.
    fn windows(&self, line: Span, marks: &[(usize, Span)]) -> Vec<Range<usize>> {
        let whole = Range::<usize>::from(line);
        if whole.len() <= MAX_LINE {
            return vec![whole];
        }
        let mut near: Vec<_> = marks
            .iter()
            .map(|&(_, span)| Range::<usize>::from(span))
            .map(|mark| {
                let end = mark.end.min(mark.start + MAX_MARK) + CONTEXT;
                let start = mark.start.saturating_sub(CONTEXT).max(whole.start);
                self.boundary(start, whole.start)..self.boundary(end.min(whole.end), whole.start)
            })
            .collect();
        if near.is_empty() {
            near.push(whole.start..self.boundary(whole.start + MAX_LINE / 2, whole.start));
        }
        near.sort_by_key(|range| range.start);
        near.dedup_by(|next, kept| {
            let touches = next.start <= kept.end + 1;
            if touches {
                kept.end = kept.end.max(next.end);
            }
            touches
        });
        near
    }

    /// `at`, or the beginning of the character that it would cut.
    fn boundary(&self, at: usize, first: usize) -> usize {
        let is_inside = |at: usize| self.file.text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        (first..=at).rev().take(4).find(|&at| !is_inside(at)).unwrap_or(at)
    }
}

impl<'a> Files<'a> for Excerpts<'_> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        Ok(self.get(id)?.file.path.chars().map(visible).collect())
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'a self, id: usize, at: usize) -> Result<usize, Error> {
        let lines = &self.get(id)?.lines;
        let line = lines.iter().rev().find(|(_, range)| range.start <= at);
        line.map(|(&line, _)| line).ok_or(Error::FileMissing)
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        let excerpt = self.get(id)?;
        excerpt
            .lines
            .get(&line)
            .cloned()
            .ok_or(Error::LineTooLarge { given: line, max: excerpt.file.lines.line_count() as usize })
    }

    fn location(&'a self, id: usize, at: usize) -> Result<Location, Error> {
        let starts = &self.get(id)?.starts;
        starts.get(&at).copied().ok_or(Error::IndexTooLarge { given: at, max: 0 })
    }
}

#[cfg(test)]
mod tests {
    use golint_conc_rules::Lane;

    use super::super::Format;
    use super::super::tests::{at, diagnostic, frame, render, rich};
    use super::*;

    #[test]
    fn a_frame_shows_steps_in_their_goroutines_and_files() {
        insta::assert_snapshot!(render(Format::Text, &rich(), &[]), @r#"
        warning[http-default-client]: it hangs
          ┌─ a b/größe.go:3:6
          │
        3 │ func f() {
          │      ^^^

        note[http-default-client]: it hangs
          ┌─ a b/größe.go:4:17
          │
        4 │     go g("𝄞é", ch)
          │                ^^^

        error[http-default-client]: nobody receives from `ch`: see `m[K](1)`
          ┌─ p/b.go:4:2
          │
        4 │     ch <- len(s)
          │     ^^^^^^^^^^^^
          │     │
          │     waits for ever
          │     2. goroutine 2: it sends
          │
          ┌─ a b/größe.go:4:2
          │
        4 │     go g("𝄞é", ch)
          │     ----- 1. goroutine 1: the goroutine starts
        5 │     return
          │     ------ 3. goroutine 1: the receiver leaves
          │
          = help: receive from `ch`, or close it

        3 findings in 2 files (1 error, 1 warning, 1 note), 2 suppressed
        1 can be mended with --fix --unsafe-fixes
        "#);
    }

    #[test]
    fn marks_stand_under_wide_and_multi_byte_text() {
        let text = "package p\n\nfunc f() {\n\tf(\"世界\", \"é𝄞\", bad()) // ok\n}\n";
        insta::assert_snapshot!(frame(text, |files| diagnostic(at(files, 0, "bad()"))), @r#"
        warning[http-default-client]: it hangs
          ┌─ p/a.go:4:24
          │
        4 │     f("世界", "é𝄞", bad()) // ok
          │                     ^^^^^

        1 finding in 1 file (1 warning)
        "#);
    }

    #[test]
    fn bytes_that_are_not_utf8_and_control_characters_are_replaced() {
        let text = b"package p\n\nvar s = \"\xff\xfe\x1b[31m\xe2\x80\xae\" + bad()\r\n";
        insta::assert_snapshot!(frame(text, |files| diagnostic(at(files, 0, "bad()"))), @r#"
        warning[http-default-client]: it hangs
          ┌─ p/a.go:3:24
          │
        3 │ var s = "���[31m�" + bad()
          │                      ^^^^^

        1 finding in 1 file (1 warning)
        "#);
    }

    #[test]
    fn a_long_line_is_cut_around_its_marks() {
        let filler = "x = 2;".repeat(20_000);
        let text = format!("package p;func f() {{ {filler} first() {filler} bad() {filler} third() }}\n");
        let text = frame(text, |files| {
            let mut one = diagnostic(at(files, 0, "bad()"));
            one.steps = ["first()", "third()", &*filler]
                .map(|needle| Step { place: at(files, 0, needle), lane: Lane(0), text: "here".into() })
                .into();
            one
        });
        assert!(text.contains("p/a.go:1:240032\n"));
        assert!(text.contains("first()") && text.contains("third() }\n"));
        assert!(text.len() < 2_500, "{}", text.len());
        let column = |needle| {
            let line = text.lines().find(|line| line.contains(needle)).expect(needle);
            line.split(needle).next().map(|before| before.chars().count())
        };
        assert_eq!(column("bad()"), column("^^^^^"));
    }

    #[test]
    fn a_mark_over_several_lines_shows_the_first() {
        let text = "package p\n\nfunc f() {\n\tgo func() {\n\t\tbad()\n\t}()\n}\n";
        insta::assert_snapshot!(
            frame(text, |files| diagnostic(at(files, 0, "go func() {\n\t\tbad()\n\t}()"))), @r#"
        warning[http-default-client]: it hangs
          ┌─ p/a.go:4:2
          │
        4 │     go func() {
          │     ^^^^^^^^^^^

        1 finding in 1 file (1 warning)
        "#);
    }

    #[test]
    fn many_steps_and_long_messages_are_cut() {
        let text = "package p\n\nfunc f() {\n\tbad()\n}\n";
        let text = frame(text, |files| {
            let mut one = diagnostic(at(files, 0, "bad()"));
            let step = Step { place: at(files, 0, "f()"), lane: Lane(0), text: "here".into() };
            one.steps = vec![step; 50];
            one.message = "é".repeat(10_000);
            one
        });
        assert!(text.contains("= 30 more steps\n"));
        assert!(text.contains("20. here\n") && !text.contains("21. here"));
        assert!(text.len() < 4_000);
    }

    #[test]
    fn low_confidence_is_said() {
        let text = frame("package p\n", |files| golint_conc_rules::Diagnostic {
            confidence: Confidence::Low,
            ..diagnostic(at(files, 0, "p"))
        });
        assert!(text.contains("= confidence: low\n"));
    }

    #[test]
    fn the_summary_counts() {
        let text = render(Format::Text, &rich(), &[]);
        let (_, summary) = text.split_once("\n3 findings in 2 files ").expect("a summary");
        let mendable = "1 can be mended with --fix --unsafe-fixes";
        assert_eq!(summary, format!("(1 error, 1 warning, 1 note), 2 suppressed\n{mendable}\n"));
    }
}
