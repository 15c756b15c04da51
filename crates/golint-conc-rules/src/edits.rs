//! Pieces of edits that keep the layout of the source.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Span;

use crate::diagnostic::Replacement;
use crate::rule::Cx;

/// Takes a statement out, with its line where nothing else stands on it.
pub(crate) fn delete(cx: &Cx<'_>, body: BodyCx<'_>, span: Span) -> Replacement {
    let text = body.source();
    let lines = cx.pkg.files[body.file].source.lines();
    let first = lines.line_span(text, lines.line(span.start));
    let last = lines.line_span(text, lines.line(span.end));
    let is_alone = is_blank(Span::new(first.start, span.start).slice(text))
        && is_blank(Span::new(span.end, last.end).slice(text));
    let next = lines.line_span(text, lines.line(span.end) + 1);
    let span = if is_alone && last.end < next.start { Span::new(first.start, next.start) } else { span };
    Replacement { place: cx.place(body.id, span), text: String::new() }
}

/// Puts a statement on a line of its own before the one at `span`.
pub(crate) fn insert_before(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, stmt: &str) -> Replacement {
    let at = Span::new(span.start, span.start);
    let text = format!("{stmt}\n{}", indent(cx, body, span.start));
    Replacement { place: cx.place(body.id, at), text }
}

/// Puts a statement on a line of its own behind the one at `span`.
pub(crate) fn insert_after(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, stmt: &str) -> Replacement {
    let at = Span::new(span.end, span.end);
    let text = format!("\n{}{stmt}", indent(cx, body, span.start));
    Replacement { place: cx.place(body.id, at), text }
}

/// The white space that the line of `offset` begins with.
fn indent(cx: &Cx<'_>, body: BodyCx<'_>, offset: u32) -> String {
    let text = body.source();
    let lines = cx.pkg.files[body.file].source.lines();
    let line = lines.line_span(text, lines.line(offset)).slice(text);
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|&byte| char::from(byte)).collect()
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}
