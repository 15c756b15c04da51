//! Pieces of edits that keep the layout of the source: what gofmt accepts before, it accepts after.

use golint_conc_flow::{Func, Step};
use golint_conc_semantic::{BodyCx, LocalId, Package, Type};
use golint_conc_syntax::ast::{ClauseId, Expr, ExprId, List, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{SourceFile, Span, tokens};

use crate::diagnostic::{Edit, Place, Replacement};
use crate::imports;
use crate::rule::Cx;

/// Longer keys may be aligned by themselves, depending on the others (go/printer, `exprList`).
const MAX_ALIGNED_KEY: usize = 40;

/// Replaces a range.
pub(crate) fn replace(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, text: impl Into<String>) -> Replacement {
    Replacement { place: cx.place(body.id, span), text: text.into() }
}

/// Inserts text at an offset.
pub(crate) fn insert(cx: &Cx<'_>, body: BodyCx<'_>, offset: u32, text: impl Into<String>) -> Replacement {
    replace(cx, body, Span::new(offset, offset), text)
}

/// Takes a statement out, with its line where nothing else stands on it.
pub(crate) fn delete(cx: &Cx<'_>, body: BodyCx<'_>, span: Span) -> Replacement {
    replace(cx, body, deletion(&cx.pkg.files[body.file].source, span), "")
}

/// Puts a statement before the one at `span`, on a line of its own unless that one stands behind other code.
pub(crate) fn insert_before(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, stmt: &str) -> Replacement {
    let indent = indent(cx, body, span.start);
    let text = match starts_line(cx, body, span.start) {
        true => format!("{stmt}\n{indent}"),
        false => format!("{stmt}; "),
    };
    insert(cx, body, span.start, text)
}

/// Puts a statement at the beginning of a block that has others.
pub(crate) fn insert_first(cx: &Cx<'_>, body: BodyCx<'_>, block: StmtId, stmt: &str) -> Option<Replacement> {
    let source = &cx.pkg.files[body.file].source;
    let first = body.ast.stmt_span(body.ast.list(body.ast.block(block)).next()?);
    let brace = body.ast.stmt_span(block).start;
    let line = line_at(source, brace);
    if code_len(Span::new(brace, line.end).slice(source.text())) == 1 {
        return Some(insert(cx, body, line.end, format!("\n{}\t{stmt}", indent(cx, body, brace))));
    }
    Some(insert_before(cx, body, first, stmt))
}

/// Puts a statement at the beginning of a clause, nothing where its statements don't stand on lines of their own.
pub(crate) fn insert_in_clause(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    clause: ClauseId,
    stmt: &str,
) -> Option<Replacement> {
    let source = &cx.pkg.files[body.file].source;
    let node = body.ast.clause(clause);
    let head = match (node.comm, body.ast.list(node.exprs).next_back()) {
        (Some(comm), _) => body.ast.stmt_span(comm).end,
        (_, Some(expr)) => body.ast.expr_span(expr).end,
        _ => node.span.start + "default".len() as u32,
    };
    let line = line_at(source, head);
    let rest = Span::new(head, line.end).slice(source.text());
    let is_plain = rest.trim_ascii_start().first() == Some(&b':')
        && &rest[..code_len(rest)] == b":"
        && starts_line(cx, body, node.span.start);
    is_plain.then(|| {
        let indent = indent(cx, body, node.span.start);
        insert(cx, body, line.end, format!("\n{indent}\t{stmt}"))
    })
}

/// Puts a statement behind the one at `span`, on a line of its own, behind a comment at the end of the line, unless
/// other code follows there.
pub(crate) fn insert_after(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, stmt: &str) -> Replacement {
    let source = &cx.pkg.files[body.file].source;
    let end = line_at(source, span.end).end;
    let rest = Span::new(span.end, end).slice(source.text());
    if code_len(rest) == 0 {
        insert(cx, body, end, format!("\n{}{stmt}", indent(cx, body, span.start)))
    } else {
        insert(cx, body, span.end, format!("; {stmt}"))
    }
}

/// Makes the code at `span` the head of a block with one statement; nothing where other code stands on its lines.
pub(crate) fn open_block(cx: &Cx<'_>, body: BodyCx<'_>, span: Span, stmt: &str) -> Option<Vec<Replacement>> {
    let source = &cx.pkg.files[body.file].source;
    let end = line_at(source, span.end).end;
    let rest = Span::new(span.end, end).slice(source.text());
    if !starts_line(cx, body, span.start) || code_len(rest) != 0 {
        return None;
    }
    let indent = indent(cx, body, span.start);
    let block = format!("\n{indent}\t{stmt}\n{indent}}}");
    if rest.is_empty() {
        return Some(vec![insert(cx, body, end, format!(" {{{block}"))]);
    }
    Some(vec![insert(cx, body, span.end, " {"), insert(cx, body, end, block)])
}

/// Whether a call returns no more than errors, numbers and text, so that nothing of its arguments leaves with them.
pub(crate) fn returns_plain(body: BodyCx<'_>, call: ExprId) -> bool {
    let types = &body.pkg.types;
    body.signature_of_call(call).is_some_and(|signature| {
        signature
            .results
            .iter()
            .all(|&ty| matches!(types.get(ty), Type::Basic(_)) || types.display(ty) == "error")
    })
}

/// The statements among which `stmt` stands, if others can stand before and behind it.
pub(crate) fn siblings(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId) -> Option<List<StmtId>> {
    match cx.model.parents(body.id).parent(stmt)? {
        NodeRef::Stmt(block) if matches!(body.ast.stmt(block), Stmt::Block(_)) => Some(body.ast.block(block)),
        NodeRef::Clause(clause) if body.ast.clause(clause).comm != Some(stmt) => {
            Some(body.ast.clause(clause).body)
        }
        _ => None,
    }
}

/// The statement behind `stmt` in its block or clause.
pub(crate) fn next_stmt(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId) -> Option<StmtId> {
    following(cx, body, stmt).into_iter().next()
}

/// The statements behind `stmt` in its block or clause.
pub(crate) fn following(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId) -> Vec<StmtId> {
    let all = siblings(cx, body, stmt).into_iter().flat_map(|list| body.ast.list(list));
    all.skip_while(|&other| other != stmt).skip(1).collect()
}

/// The `if err != nil { … }` right behind `stmt` that leaves the function.
pub(crate) fn error_check(
    cx: &Cx<'_>,
    func: Func,
    body: BodyCx<'_>,
    stmt: StmtId,
    error: LocalId,
) -> Option<StmtId> {
    let check = next_stmt(cx, body, stmt)?;
    let Stmt::If { cond, then, els: None, init: None } = body.ast.stmt(check) else { return None };
    let is_check = body.text(cond) == format!("{} != nil", body.local_info(error).name);
    let last = body.ast.list(body.ast.block(then)).next_back()?;
    let leaves = match body.ast.stmt(last) {
        Stmt::Return(_) => cx.model.flow.graph(func)?.find(|step| step == Step::Exec(last)).is_some(),
        Stmt::Expr(call) => cx.model.never_returns(body, call),
        _ => false,
    };
    (is_check && leaves).then_some(check)
}

/// Puts `key: value` into a composite literal with these elements, which ends with the brace at `end`.
pub(crate) fn add_field(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    elems: List<ExprId>,
    end: u32,
    (key, value): (&str, &str),
) -> Vec<Replacement> {
    let source = &cx.pkg.files[body.file].source;
    let brace = end.saturating_sub(1);
    let Some(last) = body.ast.list(elems).next_back().map(|last| body.ast.expr_span(last)) else {
        let is_open = starts_line(cx, body, brace);
        // `T{` and `}` on two lines, with nothing or only comments in between.
        let text = match is_open {
            true => format!("\t{key}: {value},\n{}", indent(cx, body, brace)),
            false => format!("{key}: {value}"),
        };
        return vec![insert(cx, body, brace, text)];
    };
    let line = line_at(source, last.end);
    let rest = Span::new(last.end, line.end).slice(source.text());
    let is_own_line = rest.first() == Some(&b',') && code_len(&rest[1..]) == 0;
    if !is_own_line {
        return vec![insert(cx, body, last.end, format!(", {key}: {value}"))];
    }
    // The values of keys in lines that follow each other are aligned.
    let run = aligned_run(source, body, elems);
    let indent = indent(cx, body, last.start);
    let longest = run.iter().map(|(key, _)| key.len()).chain([key.len() as u32]).max().unwrap_or_default();
    if run.is_empty() || MAX_ALIGNED_KEY < longest as usize {
        return vec![insert(cx, body, line.end, format!("\n{indent}{key}: {value},"))];
    }
    let blanks = |key_len: u32| " ".repeat((longest - key_len) as usize + 1);
    let mut all: Vec<_> = run
        .iter()
        .map(|&(key, value)| (Span::new(key.end + 1, value.start), blanks(key.len())))
        .filter(|(gap, blanks)| gap.slice(source.text()) != blanks.as_bytes())
        .map(|(gap, blanks)| replace(cx, body, gap, blanks))
        .collect();
    all.push(insert(cx, body, line.end, format!("\n{indent}{key}:{}{value},", blanks(key.len() as u32))));
    all
}

/// Keys and values of the last elements that gofmt aligns with each other and with one behind them: each alone on its
/// line, and no other line in between.
fn aligned_run(source: &SourceFile, body: BodyCx<'_>, elems: List<ExprId>) -> Vec<(Span, Span)> {
    let mut run: Vec<(Span, Span)> = Vec::new();
    for elem in body.ast.list(elems).collect::<Vec<_>>().into_iter().rev() {
        let Expr::KeyValue { key, value } = body.ast.expr(elem) else { break };
        let (key, value) = (body.ast.expr_span(key), body.ast.expr_span(value));
        let (first, last) = (source.lines().line(key.start), source.lines().line(value.end));
        let follows = run.last().is_none_or(|(next, _)| source.lines().line(next.start) == last + 1);
        let before = Span::new(line_at(source, key.start).start, key.start).slice(source.text());
        if first != last || !follows || !before.iter().all(u8::is_ascii_whitespace) {
            break;
        }
        run.push((key, value));
    }
    run
}

/// Makes an edit complete: line ends as in the file, and no import that it leaves without use.
pub(crate) fn complete(pkg: &Package, edit: &mut Edit) {
    let mut files: Vec<_> = edit.replacements.iter().map(|replacement| replacement.place.file).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let source = &pkg.files[file.0 as usize].source;
        let own = || edit.replacements.iter().filter(|one| one.place.file == file);
        let lost = imports::lost(source, own().map(|one| (one.place.span, one.text.as_str())));
        edit.replacements.extend(
            lost.into_iter().map(|span| Replacement { place: Place { file, span }, text: String::new() }),
        );
        if source.text().get(..line_at(source, 0).end as usize + 1).is_some_and(|line| line.ends_with(b"\r"))
        {
            for one in edit.replacements.iter_mut().filter(|one| one.place.file == file) {
                one.text = one.text.replace('\n', "\r\n");
            }
        }
    }
}

/// What to take out so that the code at `span` is gone: its lines, with a comment at their end, where nothing else
/// stands on them, and a blank line where gofmt would not keep it; else the code with a semicolon.
pub(crate) fn deletion(source: &SourceFile, span: Span) -> Span {
    let (text, lines) = (source.text(), source.lines());
    let (first, last) = (line_at(source, span.start), line_at(source, span.end));
    let is_alone = is_blank(Span::new(first.start, span.start).slice(text))
        && code_len(Span::new(span.end, last.end).slice(text)) == 0;
    if !is_alone {
        return inline_deletion(text, span);
    }
    let above = line_above(source, span.start);
    let below = lines.line_span(text, lines.line(span.end) + 1);
    if below.start <= last.end {
        return Span::new(first.start, last.end);
    }
    let code = |line: Span| &line.slice(text)[..code_len(line.slice(text))];
    let opens = above.is_none_or(|above| matches!(code(above).last(), Some(b'{' | b'(' | b':')));
    let is_blank_above = above.is_some_and(|above| is_blank(above.slice(text)));
    let after = lines.line_span(text, lines.line(span.end) + 2);
    if is_blank(below.slice(text)) && (opens || is_blank_above) && below.end < after.start {
        return Span::new(first.start, after.start);
    }
    let closes = matches!(below.slice(text).trim_ascii_start().first(), Some(b'}' | b')'));
    match above {
        Some(above) if is_blank_above && closes => Span::new(above.start, below.start),
        _ => Span::new(first.start, below.start),
    }
}

/// A statement among others on its line.
fn inline_deletion(text: &[u8], span: Span) -> Span {
    let blanks = |bytes: &[u8]| bytes.iter().take_while(|&&byte| byte == b' ').count() as u32;
    let rest = Span::new(span.end, text.len() as u32).slice(text);
    let before = Span::new(0, span.start).slice(text);
    let gap = before.iter().rev().take_while(|&&byte| byte == b' ').count() as u32;
    let next = blanks(rest);
    match (before[..before.len() - gap as usize].last(), rest.get(next as usize)) {
        (_, Some(b';')) => {
            let behind = blanks(&rest[next as usize + 1..]);
            Span::new(span.start, span.end + next + 1 + behind)
        }
        (Some(b';'), _) => Span::new(span.start - gap - 1, span.end),
        (Some(b'{'), Some(b'}')) => Span::new(span.start - gap, span.end + next),
        _ => span,
    }
}

/// The line that holds the byte at `offset`.
pub(crate) fn line_at(source: &SourceFile, offset: u32) -> Span {
    source.lines().line_span(source.text(), source.lines().line(offset))
}

fn line_above(source: &SourceFile, offset: u32) -> Option<Span> {
    let line = source.lines().line(offset);
    (1 < line).then(|| source.lines().line_span(source.text(), line - 1))
}

/// How much of a line is code: what is before a comment that runs to its end, without blanks.
pub(crate) fn code_len(line: &[u8]) -> usize {
    tokens(line).last().map_or(0, |token| token.end as usize)
}

/// Where the line begins that has nothing but white space before `offset`.
pub(crate) fn line_start(cx: &Cx<'_>, body: BodyCx<'_>, offset: u32) -> Option<u32> {
    starts_line(cx, body, offset).then(|| line_at(&cx.pkg.files[body.file].source, offset).start)
}

/// Whether nothing but white space stands before `offset` on its line.
fn starts_line(cx: &Cx<'_>, body: BodyCx<'_>, offset: u32) -> bool {
    let source = &cx.pkg.files[body.file].source;
    is_blank(Span::new(line_at(source, offset).start, offset).slice(source.text()))
}

/// The white space that the line of `offset` begins with.
pub(crate) fn indent(cx: &Cx<'_>, body: BodyCx<'_>, offset: u32) -> String {
    let source = &cx.pkg.files[body.file].source;
    let line = line_at(source, offset).slice(source.text());
    let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blanks.map(|&byte| char::from(byte)).collect()
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_leaves_no_blank_line_that_gofmt_would() {
        for (before, after) in [
            ("{\n\tX\n\ta\n}\n", "{\n\ta\n}\n"),
            ("{\n\tX\n\n\ta\n}\n", "{\n\ta\n}\n"),
            ("{ // why\n\tX // done\n\n\ta\n}\n", "{ // why\n\ta\n}\n"),
            ("{\n\ta\n\n\tX\n\n\tb\n}\n", "{\n\ta\n\n\tb\n}\n"),
            ("{\n\ta\n\n\tX\n}\n", "{\n\ta\n}\n"),
            ("{\n\tX\n}\n", "{\n}\n"),
            ("{ X }", "{}"),
            ("{ X; a }", "{ a }"),
            ("{ a; X }", "{ a }"),
            ("{ a; X; b }", "{ a; b }"),
            ("{\n\ta; X\n}\n", "{\n\ta\n}\n"),
        ] {
            let at = before.find('X').expect("there") as u32;
            let source = SourceFile::new(before.as_bytes().to_vec());
            let span = deletion(&source, Span::new(at, at + 1));
            let mut text = before.to_owned();
            text.replace_range(std::ops::Range::<usize>::from(span), "");
            assert_eq!(text, after, "{before}");
        }
    }
}
