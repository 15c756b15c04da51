//! See `rules/context-lost-cancel.md`.

use golint_conc_flow::{CANCELLABLE, Kind};
use golint_conc_semantic::{BodyCx, BodyId, LocalId};
use golint_conc_syntax::ast::{ExprId, Stmt, StmtId};
use golint_conc_syntax::{Signals, Symbol, Token, Tokens};

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::leak::{self, Ends, NotReleased};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ContextLostCancel = ContextLostCancel;

pub(crate) struct ContextLostCancel;

/// How far above the end of a path a comment may tell why it does not cancel.
const END_COMMENT_LINES: u32 = 2;

/// What such a comment has.
const END_WORDS: [&str; 3] = ["cancelled", "canceled", "intentional"];

/// What the names of the functions begin with that make such contexts.
const WORDS: [&str; 4] = ["WithCancel", "WithTimeout", "WithDeadline", "NotifyContext"];

/// An object that holds the cancel function, and that its maker's caller drops.
struct Dropped {
    call: Place,
    made: Place,
    stored: Place,
    start: Option<Place>,
    maker: String,
    field: String,
}

impl Finding for Dropped {
    fn message(&self) -> String {
        format!(
            "the result of `{}` is dropped, and with it `{}`, which alone cancels its context",
            self.maker, self.field
        )
    }

    fn primary(&self) -> Place {
        self.call
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![
            step(self.made, 0, "the context is made"),
            step(self.stored, 0, "what cancels it is stored in the result"),
        ];
        steps.extend(self.start.map(|start| step(start, 1, "this goroutine goes on until then")));
        steps.push(step(self.call, 0, "nobody takes the result"));
        steps
    }

    fn help(&self) -> Option<String> {
        Some(format!("keep the result, and have it call `{}` when its work is done", self.field))
    }

    fn confidence(&self) -> Confidence {
        if self.start.is_some() { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for ContextLostCancel {
    fn id(&self) -> &'static str {
        "context-lost-cancel"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::NONE]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["context", "os/signal"]
    }

    fn words(&self) -> &'static [&'static str] {
        &WORDS
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        may_find_in(cx.pkg.body_text(id))
    }

    fn resource(&self) -> Option<Kind> {
        Some(Kind::Cancel)
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for mut found in leak::leaks(cx, body, Kind::Cancel) {
            let is_covered = match found.ends {
                Ends::Nothing => false,
                Ends::Function => leak::is_derived(body, found.call),
                Ends::Process => true,
            };
            // Who says at the end of the path what has cancelled the context, or that it goes on, means it so.
            let is_explained = found
                .steps()
                .last()
                .is_some_and(|end| cx.comment_says(body, end.place.span, END_COMMENT_LINES, &END_WORDS));
            // What a test leaves behind ends soon.
            let is_covered = is_covered || is_explained || cx.is_test(body.id);
            let cap = if is_covered { Confidence::Low } else { confidence(cx, body, &found) };
            found.confidence = found.confidence.min(cap);
            report.add(&found);
        }
        for found in cx.model.dropped_holders(body.id) {
            let caller = cx.body(found.caller);
            report.add(&Dropped {
                call: cx.expr_place(caller, found.call),
                made: cx.expr_place(body, body.local_info(found.context).ident),
                stored: cx.expr_place(body, found.stored),
                start: found.start.map(|start| cx.node_place(body, start)),
                maker: body.name(),
                field: format!("{}.{}", found.field.0, found.field.1),
            });
        }
    }
}

fn may_find_in(text: &[u8]) -> bool {
    let tokens = Tokens::new(text);
    let makes = |at: &usize| WORDS.iter().any(|word| tokens.word(*at).starts_with(word.as_bytes()));
    (0..tokens.len()).filter(makes).any(|at| !is_deferred_next(&tokens, at))
}

/// Whether the context that is made at a position is cancelled for sure: the statement is `…, cancel := context.With…(…)`,
/// and the next one is `defer cancel()`.
fn is_deferred_next(tokens: &Tokens<'_>, at: usize) -> bool {
    let start = tokens.chain_start(at);
    let Some(cancel) = start.checked_sub(3).filter(|_| tokens.is_punct(at + 1, b'(')) else { return false };
    let next = tokens.behind(at + 1) + 1;
    tokens.is_punct(cancel + 1, b':')
        && tokens.is_punct(cancel + 2, b'=')
        && tokens.before(cancel) == Token::Punct(b',')
        && !matches!(tokens.word(cancel), b"" | b"_")
        && tokens.token(next - 1) == Token::Semi
        && tokens.word(next) == b"defer"
        && tokens.word(next + 1) == tokens.word(cancel)
        && tokens.is_punct(next + 2, b'(')
        && tokens.is_punct(next + 3, b')')
}

/// A deadline ends by itself, and a context whose parent never ends keeps nothing but those who wait for it.
fn confidence(cx: &Cx<'_>, body: BodyCx<'_>, found: &NotReleased) -> Confidence {
    let callee = body.callee(found.call);
    let name = callee.name().map_or("", Symbol::as_str);
    if found.is_dropped() && has_own_parent(body, found.call) {
        return Confidence::Low;
    }
    if name.starts_with("WithTimeout") || name.starts_with("WithDeadline") {
        return Confidence::Medium;
    }
    if !name.starts_with("WithCancel") || !is_background(body, found.call) {
        return Confidence::High;
    }
    match found.context {
        Some(context) if waits(cx, body, found, context) => {
            if found.is_dropped() {
                Confidence::Medium
            } else {
                Confidence::High
            }
        }
        _ => Confidence::Low,
    }
}

/// Whether a goroutine of the function has the context, before another takes its place.
fn waits(cx: &Cx<'_>, body: BodyCx<'_>, found: &NotReleased, context: LocalId) -> bool {
    let replaced = found.replaced.map(|stmt| body.ast.stmt_span(stmt));
    // One that stands above is for a later turn of a loop.
    let end = replaced.filter(|replaced| body.ast.expr_span(found.call).end <= replaced.start);
    leak::is_in_goroutine_before(cx, body, context, end.map_or(u32::MAX, |end| end.start))
}

/// Whether the function has made the parent of a derived context too, and kept what cancels that.
fn has_own_parent(body: BodyCx<'_>, call: ExprId) -> bool {
    let Some(parent) = body.args(call).first().and_then(|&parent| body.local(parent)) else { return false };
    (0..body.ast.stmt_count() as u32).map(StmtId::new).any(|stmt| {
        let Stmt::Assign { lhs, rhs, .. } = body.ast.stmt(stmt) else { return false };
        let (targets, made): (Vec<_>, Vec<_>) = (body.ast.list(lhs).collect(), body.ast.list(rhs).collect());
        matches!((&targets[..], &made[..]), (&[context, cancel], &[made])
            if made != call
                && body.local(context) == Some(parent)
                && body.text(cancel) != "_"
                && body.callee(made).is_func("context", &CANCELLABLE))
    })
}

/// Whether the parent of a derived context is one that never ends.
fn is_background(body: BodyCx<'_>, call: ExprId) -> bool {
    let Some(&parent) = body.args(call).first() else { return false };
    let init = body.local(parent).and_then(|local| body.local_info(local).init);
    body.callee(init.map_or(parent, |(init, _)| init)).is_func("context", &["Background", "TODO"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cancel_function_that_is_deferred_at_once_is_passed_over() {
        let may = |text: &str| may_find_in(text.as_bytes());
        assert!(!may("ctx, cancel := context.WithTimeout(ctx, 2*time.Second)\ndefer cancel()\n"));
        assert!(!may("ctx, cancel := WithCancel(\n\tctx,\n)\ndefer cancel() // now\n"));
        for text in [
            "ctx, cancel := context.WithCancel(ctx)\nf()\ndefer cancel()\n",
            "ctx, cancel := context.WithCancel(ctx)\ndefer cancel2()\n",
            "ctx, cancel = context.WithCancel(ctx)\ndefer cancel()\n",
            "ctx, _ := context.WithCancel(ctx)\ndefer f()\n",
            "ctx, cancel := context.WithCancel(ctx)\ngo cancel()\n",
            "ctx, cancel := context.WithCancel(ctx)\ndefer cancel()\nctx, s.stop = context.WithCancel(ctx)\n",
            "make := context.WithCancel\n",
            "return context.WithCancel(ctx)",
        ] {
            assert!(may(text), "{text}");
        }
    }
}
