//! See `rules/context-grows-in-loop.md`.

use golint_conc_semantic::{BodyCx, BodyId, LocalKind, Root};
use golint_conc_syntax::ast::{AssignOp, Stmt, StmtId};
use golint_conc_syntax::{Signals, Span, Token, Tokens};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ContextGrowsInLoop = ContextGrowsInLoop;

pub(crate) struct ContextGrowsInLoop;

struct Grows {
    place: Place,
    turn: Place,
    context: String,
    is_ending: bool,
    equals: Option<Place>,
}

impl Finding for Grows {
    fn message(&self) -> String {
        let what = if self.is_ending { "ends with it" } else { "keeps all before it" };
        format!("`{0}` is made from the `{0}` of the loop's last turn, and {what}", self.context)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let what = if self.is_ending {
            "once one turn's context has ended, those of all later turns have"
        } else {
            "the chain of contexts grows by one, and so does the time to look up a value"
        };
        vec![step(self.turn, 0, "the loop comes round with the same variable"), step(self.place, 0, what)]
    }

    fn help(&self) -> Option<String> {
        Some("make it from a context outside of the loop: a new variable in each turn, as with `:=`".into())
    }

    fn edits(&self) -> Vec<Edit> {
        let replacement = |&place: &Place| Replacement { place, text: ":=".into() };
        let replacements: Vec<_> = self.equals.iter().map(replacement).collect();
        if replacements.is_empty() {
            return Vec::new();
        }
        vec![Edit {
            title: "declare a new variable in each turn".into(),
            applicability: Applicability::Suggested,
            replacements,
        }]
    }

    fn confidence(&self) -> Confidence {
        if self.is_ending { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for ContextGrowsInLoop {
    fn id(&self) -> &'static str {
        "context-grows-in-loop"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::CONTEXT.union(Signals::FOR)] }
    }

    fn imports(&self) -> &'static [&'static str] {
        &["context", "os/signal", "net/http/httptrace", "runtime/pprof"]
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "WithCancel",
            "WithTimeout",
            "WithDeadline",
            "WithValue",
            "WithClientTrace",
            "WithLabels",
            "NotifyContext",
        ]
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        may_find_in(cx.pkg.body_text(id))
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for growing in cx.model.growing_contexts(body.id) {
            let is_variable = growing.path.fields.is_empty() && matches!(growing.path.root, Root::Local(_));
            report.add(&Grows {
                place: cx.stmt_place(body, growing.stmt),
                turn: cx.keyword_place(body, growing.turn),
                context: body.display_path(&growing.path),
                is_ending: growing.is_ending,
                equals: equals_sign(cx, body, growing.stmt, growing.turn)
                    .filter(|_| is_variable)
                    .map(|span| cx.place(body.id, span)),
            });
        }
    }
}

fn may_find_in(text: &[u8]) -> bool {
    let tokens = Tokens::new(text);
    let makes = |at: &usize| {
        let word = tokens.word(*at);
        word == b"NotifyContext" || word.starts_with(b"With")
    };
    (0..tokens.len()).filter(makes).any(|at| is_assigned(&tokens, at))
}

/// Whether the statement with a position assigns to something that it does not declare.
fn is_assigned(tokens: &Tokens<'_>, at: usize) -> bool {
    let before = (1..at).rev().take_while(|&at| tokens.token(at) != Token::Semi);
    before.filter(|&at| tokens.is_punct(at, b'=')).any(|at| {
        !matches!(tokens.before(at), Token::Punct(b':' | b'=' | b'!' | b'<' | b'>'))
            && !tokens.is_punct(at + 1, b'=')
    })
}

/// The `=` of an assignment that can be `:=`: it stands right in the block of the loop, its variables are read behind it
/// there, and the ones it no longer stores to do not become unused.
fn equals_sign(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId, turn: StmtId) -> Option<Span> {
    let Stmt::Assign { lhs, op: AssignOp::Assign, rhs } = body.ast.stmt(stmt) else { return None };
    let (Stmt::For { body: block, .. } | Stmt::Range { body: block, .. }) = body.ast.stmt(turn) else {
        return None;
    };
    let is_direct = body.ast.list(body.ast.block(block)).any(|other| other == stmt);
    let (block, turn) = (body.ast.stmt_span(block), body.ast.stmt_span(turn));
    let end = body.ast.stmt_span(stmt).end;
    let can_be_new = |target| {
        let Some(local) = body.local(target) else { return false };
        let uses: Vec<_> =
            cx.model.uses_of(body, local).iter().map(|&expr| body.ast.expr_span(expr)).collect();
        let is_param = body.local_info(local).kind == LocalKind::Param;
        uses.iter().any(|span| block.contains(*span) && end <= span.start)
            && (is_param || uses.iter().any(|span| !turn.contains(*span)))
    };
    if !is_direct || !body.ast.list(lhs).all(can_be_new) {
        return None;
    }
    let from = body.ast.expr_span(body.ast.list(lhs).last()?).end;
    let until = body.ast.expr_span(body.ast.list(rhs).next()?).start;
    let at = body.text_at(Span::new(from, until)).find('=')? as u32;
    Some(Span::new(from + at, from + at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_assignment_grows() {
        let may = |text: &str| may_find_in(text.as_bytes());
        for text in [
            "ctx = context.WithValue(ctx, k, v)",
            "ctx, s.cancel = context.WithCancel(ctx)",
            "if c := x; c { ctx = wrap(context.WithValue(ctx, k == v, 1)) }",
        ] {
            assert!(may(text), "{text}");
        }
        for text in [
            "ctx, cancel := context.WithCancel(ctx)",
            "x = 1\nctx, cancel := context.WithCancel(ctx)",
            "if a == b { f(context.WithValue(ctx, k, v)) }",
            "// ctx = context.WithValue(ctx)",
        ] {
            assert!(!may(text), "{text}");
        }
    }
}
