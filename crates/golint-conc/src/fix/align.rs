//! Keeps comments at the ends of lines aligned as gofmt aligns them.
//!
//! gofmt writes lines through a table (text/tabwriter): comments behind code in lines that follow each other stand in
//! one column, which ends at a line without a comment and where a block or a statement of several lines begins or ends
//! (go/printer, `stmtList` and `writeCommentPrefix`).

use std::collections::BTreeSet;
use std::ops::Range;

use golint_conc_syntax::tokens;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The text `after`, with the comments beside lines that differ from `before` aligned, where those beside the old lines
/// were.
pub(super) fn align(before: &[u8], after: &[u8]) -> Vec<u8> {
    let (old, new) = (lines(before), lines(after));
    let texts = |lines: &[Line], text: &'_ [u8]| -> Vec<Vec<u8>> {
        lines.iter().map(|line| text[line.all.clone()].to_vec()).collect()
    };
    let ops = capture_diff_slices(Algorithm::Myers, &texts(&old, before), &texts(&new, after));
    let mut moved = BTreeSet::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let was_aligned = runs_at(&old, before, op.old_range()).into_iter().all(|run| {
            old[run.clone()].iter().all(|line| line.gap() == gap_in(&old[run.clone()], before, line))
        });
        if was_aligned {
            moved.extend(runs_at(&new, after, op.new_range()).into_iter().map(|run| (run.start, run.end)));
        }
    }
    let mut out = Vec::with_capacity(after.len());
    let mut done = 0;
    for (start, end) in moved {
        let run = &new[start..end];
        for line in run {
            out.extend_from_slice(&after[done..line.code.end]);
            out.resize(out.len() + gap_in(run, after, line), b' ');
            done = line.code.end + line.gap();
        }
    }
    out.extend_from_slice(&after[done..]);
    out
}

#[derive(Clone, Debug)]
struct Line {
    all: Range<usize>,
    /// From the first token to the end of the last.
    code: Range<usize>,
    /// Where the comment behind the code starts.
    comment: Option<usize>,
}

impl Line {
    /// How many bytes stand between code and comment.
    fn gap(&self) -> usize {
        self.comment.map_or(0, |comment| comment - self.code.end)
    }
}

/// The lines of a text. One in which a token of several lines begins, goes on or ends has no comment.
fn lines(text: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end = start + line.len();
        lines.push(Line { all: start..end, code: start..start, comment: None });
        start = end;
    }
    let mut at = 0;
    let mut split = Vec::new();
    for token in tokens(text) {
        let (start, end) = (token.start as usize, token.end as usize);
        while lines.get(at).is_some_and(|line| line.all.end <= start) {
            at += 1;
        }
        let Some(line) = lines.get_mut(at) else { break };
        let first = if line.code.is_empty() { start } else { line.code.start };
        line.code = first..end.min(line.all.end);
        if line.all.end < end {
            let last = lines[at..].iter().take_while(|line| line.all.start < end).count();
            split.push(at..at + last);
        }
    }
    for line in &mut lines {
        let rest = &text[line.code.end..line.all.end];
        let gap = rest.iter().take_while(|&&byte| byte == b' ').count();
        if !line.code.is_empty() && rest[gap..].starts_with(b"//") {
            line.comment = Some(line.code.end + gap);
        }
    }
    for line in split.into_iter().flatten() {
        lines[line].comment = None;
    }
    lines
}

/// The runs of lines with aligned comments that touch a range of lines or stand beside it.
fn runs_at(lines: &[Line], text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut runs = Vec::<Range<usize>>::new();
    for at in range.start.saturating_sub(1)..(range.end + 1).min(lines.len()) {
        if lines[at].comment.is_none() || runs.last().is_some_and(|run| run.contains(&at)) {
            continue;
        }
        let mut run = at..at + 1;
        while run.start.checked_sub(1).is_some_and(|above| goes_on(&lines[above], &lines[run.start], text)) {
            run.start -= 1;
        }
        while lines.get(run.end).is_some_and(|below| goes_on(&lines[run.end - 1], below, text)) {
            run.end += 1;
        }
        runs.push(run);
    }
    runs
}

/// Whether the comments of two lines that follow each other share a column.
fn goes_on(above: &Line, below: &Line, text: &[u8]) -> bool {
    let code = |line: &Line| &text[line.code.clone()];
    let indent = |line: &Line| line.code.start - line.all.start;
    let ends_block = matches!(code(above).first(), Some(b'}' | b')' | b']'));
    let is_case = code(below).starts_with(b"case ") || code(below).starts_with(b"default:");
    above.comment.is_some()
        && below.comment.is_some()
        && indent(above) == indent(below)
        && !ends_block
        && !is_case
}

/// How many blanks belong between code and comment of a line of a run.
fn gap_in(run: &[Line], text: &[u8], line: &Line) -> usize {
    let width = |line: &Line| String::from_utf8_lossy(&text[line.code.clone()]).chars().count();
    run.iter().map(width).max().unwrap_or_default() + 1 - width(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_beside_changes_are_aligned_and_others_left() {
        let before = "func f() {\n\ta()   // x\n\tbbb() // y\n\tc()\n\td()      // far\n\te() // off\n}\n";
        for (change, after) in [
            (("a()  ", "aaaa()  "), "func f() {\n\taaaa() // x\n\tbbb()  // y\n"),
            (("\tbbb() // y\n", ""), "func f() {\n\ta() // x\n\tc()\n"),
            (("\tbbb", "\tz()\n\tbbb"), "func f() {\n\ta() // x\n\tz()\n\tbbb() // y\n"),
            (
                ("d()", "ddd()"),
                "func f() {\n\ta()   // x\n\tbbb() // y\n\tc()\n\tddd()      // far\n\te() // off\n",
            ),
        ] {
            let changed = before.replacen(change.0, change.1, 1);
            let aligned = String::from_utf8(align(before.as_bytes(), changed.as_bytes())).expect("UTF-8");
            assert!(aligned.starts_with(after), "{aligned}");
        }
    }

    #[test]
    fn strings_of_several_lines_and_blocks_have_columns_of_their_own() {
        let before = "\ta := `x // no\n\t` // x\n\tif b { // y\n\t\tc() // z\n\t} // w\n\td() // v\n";
        let after = before.replace("c()", "ccc()").replace("d()", "ddddd()");
        let aligned = align(before.as_bytes(), after.as_bytes());
        assert_eq!(String::from_utf8(aligned).expect("UTF-8"), after);
    }
}
