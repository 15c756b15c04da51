//! A path through a function, as steps for people.

use golint_conc_flow::{ExitKind, Func, Label};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Span;

use crate::diagnostic::{Place, Step};
use crate::rule::{Cx, step};

/// How many decisions of a path are shown; of a longer one, the last.
const MAX_SHOWN: usize = 8;

/// The decisions of a path, in order.
pub(crate) fn branch_steps(cx: &Cx<'_>, body: BodyCx<'_>, branches: &[Label]) -> Vec<Step> {
    let first = branches.len().saturating_sub(MAX_SHOWN);
    branches[first..].iter().filter_map(|&label| branch_step(cx, body, label)).collect()
}

fn branch_step(cx: &Cx<'_>, body: BodyCx<'_>, label: Label) -> Option<Step> {
    let ast = body.ast;
    let (place, text) = match label {
        Label::Always => return None,
        Label::Cond { expr, holds } => {
            (cx.expr_place(body, expr), format!("`{}` is {holds}", short(body.text(expr))))
        }
        // What is not taken says little.
        Label::Case { holds: false, .. } | Label::Type { holds: false, .. } => return None,
        Label::Case { expr, .. } => {
            (cx.expr_place(body, expr), format!("the case `{}` is taken", short(body.text(expr))))
        }
        Label::Type { clause, .. } => {
            (first_line(cx, body, ast.clause(clause).span), "this case is taken".into())
        }
        Label::Range { stmt, more } => {
            let text = if more { "the loop runs" } else { "the loop is over" };
            (first_line(cx, body, ast.stmt_span(stmt)), text.into())
        }
        Label::Select { clause } => {
            (first_line(cx, body, ast.clause(clause).span), "this case is taken".into())
        }
    };
    Some(step(place, 0, text))
}

/// Where a function ends, for a reader.
pub(crate) fn exit_place(cx: &Cx<'_>, func: Func, body: BodyCx<'_>, exit: ExitKind) -> Option<Place> {
    match exit {
        ExitKind::Return(stmt) => Some(cx.stmt_place(body, stmt)),
        ExitKind::FallOff => {
            let (_, block) = cx.model.block(func)?;
            let end = body.ast.stmt_span(block).end;
            Some(cx.place(body.id, Span::new(end.saturating_sub(1), end)))
        }
        ExitKind::Panic(call)
        | ExitKind::Goexit(call)
        | ExitKind::ProcessEnd(call)
        | ExitKind::Stuck(call) => Some(cx.expr_place(body, call)),
    }
}

/// The part of a span in its first line.
fn first_line(cx: &Cx<'_>, body: BodyCx<'_>, span: Span) -> Place {
    let text = body.text_at(span);
    let len = text.find(['\n', '{']).map_or(text.len(), |at| text[..at].trim_end().len());
    cx.place(body.id, Span::new(span.start, span.start + len as u32))
}

/// Code in one line, not too long.
fn short(text: &str) -> String {
    const MAX: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
