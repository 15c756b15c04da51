//! See `rules/http-body-before-err.md`.

use golint_conc_flow::{
    Acquired, Assertion, Bound, Evidence, Func, Kind, Label, PathEnd, Paths, Point, Step as FlowStep,
    Verdict, Watch, assertion, assigned,
};
use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalId};
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Token, Tokens};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::edits;
use crate::route::branch_steps;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: HttpBodyBeforeErr = HttpBodyBeforeErr;

pub(crate) struct HttpBodyBeforeErr;

struct BeforeErr {
    place: Place,
    call: Place,
    name: String,
    error: String,
    branches: Vec<Step>,
    is_deferred: bool,
    edit: Option<Edit>,
    confidence: Confidence,
}

impl Finding for BeforeErr {
    fn message(&self) -> String {
        format!(
            "`{}` is used before `{}` is checked, and is nil when the request failed",
            self.name, self.error
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        if self.is_deferred {
            "runs when the request failed, too".into()
        } else {
            "panics when the request failed".into()
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps =
            vec![step(self.call, 0, format!("`{}` is nil if `{}` is not", self.name, self.error))];
        steps.extend(self.branches.clone());
        steps.push(step(self.place, 0, format!("`{}` is used, with `{}` unseen", self.name, self.error)));
        steps
    }

    fn help(&self) -> Option<String> {
        Some(format!("check `{}` first", self.error))
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for HttpBodyBeforeErr {
    fn id(&self) -> &'static str {
        "http-body-before-err"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            ".Body",
            ".Status",
            ".Header.",
            ".Header[",
            ".Header)",
            ".Cookies",
            ".Location",
            ".ContentLength",
            ".Trailer",
            ".TLS",
        ]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        may_find_in(cx.pkg.body_text(id))
    }

    fn resource(&self) -> Option<Kind> {
        Some(Kind::HttpBody)
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for func in cx.model.flow.funcs(body.id) {
            for protocol in cx.resources.of(Kind::HttpBody) {
                for acquired in cx.model.flow.acquired(func, protocol) {
                    if let Some(finding) = before_err(cx, body, func, &acquired) {
                        report.add(&finding);
                    }
                }
            }
        }
    }
}

/// Whether some statement of a text that assigns the results of a call to several variables is not followed by one that
/// begins with a look at the last of them.
fn may_find_in(text: &[u8]) -> bool {
    let tokens = Tokens::new(text);
    let end = |from: usize, is_end: fn(Token) -> bool| {
        let mut at = from;
        while tokens.token(at) != Token::Eof && !is_end(tokens.token(at)) {
            at = tokens.behind(at);
        }
        at
    };
    let is_assigned = |at: &usize| {
        let is_name = tokens.token(*at) == Token::Word && tokens.before(*at) == Token::Punct(b',');
        let next = if tokens.is_punct(at + 1, b':') { at + 2 } else { at + 1 };
        is_name && tokens.is_punct(next, b'=') && tokens.word(*at) != b"_"
    };
    (0..tokens.len()).filter(is_assigned).any(|error| {
        let behind = end(error, |token| token == Token::Semi) + 1;
        let next = end(behind, |token| matches!(token, Token::Semi | Token::Punct(b'{')));
        let mut names = (behind..next).filter(|&at| tokens.token(at) == Token::Word);
        let begins_with_error = match tokens.word(behind) {
            b"if" | b"switch" => names.nth(1),
            _ => names.next(),
        };
        begins_with_error.is_none_or(|at| tokens.word(at) != tokens.word(error))
    })
}

fn before_err(cx: &Cx<'_>, body: BodyCx<'_>, func: Func, acquired: &Acquired) -> Option<BeforeErr> {
    let flow = &cx.model.flow;
    let Bound::Local { holder, error: Some(error), .. } = flow.bound(func, acquired) else { return None };
    let graph = flow.graph(func)?;
    let watch = Unchecked { cx, body, holder, error };
    let from = Point { step: acquired.after.step + 1, ..acquired.after };
    let path = Paths::new(body, &graph).search(from, &(), &watch)?;
    let PathEnd::Step(at) = path.end else { return None };
    let is_deferred = matches!(at, FlowStep::Exec(_));
    Some(BeforeErr {
        place: cx.node_place(body, at.node()?),
        call: cx.expr_place(body, acquired.call),
        name: body.local_info(holder).name.to_string(),
        error: body.local_info(error).name.to_string(),
        branches: branch_steps(cx, body, &path.branches),
        is_deferred,
        edit: move_defer(cx, func, body, at, error),
        confidence: if acquired.evidence == Evidence::Table { Confidence::High } else { Confidence::Medium },
    })
}

/// Moves the `defer` behind the check of the error that follows it.
fn move_defer(cx: &Cx<'_>, func: Func, body: BodyCx<'_>, at: FlowStep, error: LocalId) -> Option<Edit> {
    let stmt = match at.node()? {
        NodeRef::Stmt(stmt) => stmt,
        // `defer resp.Body.Close()` looks at `resp` at once.
        NodeRef::Expr(expr) => cx.model.parents(body.id).enclosing_stmt(expr)?,
        NodeRef::Clause(_) => return None,
    };
    let Stmt::Defer(_) = body.ast.stmt(stmt) else { return None };
    let check = edits::error_check(cx, func, body, stmt, error)?;
    let span = body.ast.stmt_span(stmt);
    Some(Edit {
        title: "defer after the check".into(),
        applicability: Applicability::Safe,
        replacements: vec![
            edits::delete(cx, body, span),
            edits::insert_after(cx, body, body.ast.stmt_span(check), body.text_at(span)),
        ],
    })
}

/// Looks for a use of the response before anything looks at the error, or asks whether the response is nil.
struct Unchecked<'a, 'p> {
    cx: &'a Cx<'p>,
    body: BodyCx<'p>,
    holder: LocalId,
    error: LocalId,
}

impl Unchecked<'_, '_> {
    fn is_holder(&self, expr: ExprId) -> bool {
        self.body.local(expr) == Some(self.holder)
    }

    /// Whether a deferred literal uses the response without a look at it or at the error.
    fn literal_uses(&self, call: ExprId) -> bool {
        let Expr::Call { fun, .. } = self.body.ast.expr(call) else { return false };
        let lit = self.body.ast.unparen(fun);
        let Some(graph) = self.cx.model.flow.graph(Func { body: self.body.id, lit: Some(lit) }) else {
            return false;
        };
        let is_literal = matches!(self.body.ast.expr(lit), Expr::Func { .. });
        let start = Point { block: golint_conc_flow::FuncGraph::ENTRY, step: 0 };
        is_literal && Paths::new(self.body, &graph).search(start, &(), self).is_some()
    }
}

impl Watch for Unchecked<'_, '_> {
    type State = ();

    fn step(&self, (): &mut (), at: FlowStep) -> Verdict {
        let ast = self.body.ast;
        match at {
            FlowStep::Eval(expr) => match ast.expr(expr) {
                Expr::Ident(_) if self.body.local(expr) == Some(self.error) => Verdict::Drop,
                Expr::Selector { base, .. } if self.is_holder(base) => Verdict::Found,
                Expr::Call { .. } => match self.body.callee(expr) {
                    Callee::Method { recv, .. } if self.is_holder(recv) => Verdict::Found,
                    callee if assertion(&callee) == Some(Assertion::Nil(false)) => {
                        let is_asked = self.body.args(expr).into_iter().any(|arg| self.is_holder(arg));
                        if is_asked { Verdict::Drop } else { Verdict::Go }
                    }
                    _ => Verdict::Go,
                },
                _ => Verdict::Go,
            },
            FlowStep::Exec(stmt) => self.exec(stmt),
            FlowStep::Next(_) | FlowStep::RunDefers => Verdict::Go,
        }
    }

    fn edge(&self, (): &mut (), label: Label) -> bool {
        let Label::Cond { expr, .. } = label else { return true };
        let Expr::Binary { op: BinaryOp::Eq | BinaryOp::Ne, lhs, rhs } = self.body.ast.expr(expr) else {
            return true;
        };
        !(self.is_holder(lhs) || self.is_holder(rhs))
    }
}

impl Unchecked<'_, '_> {
    fn exec(&self, stmt: StmtId) -> Verdict {
        if let Stmt::Defer(call) = self.body.ast.stmt(stmt)
            && self.literal_uses(call)
        {
            return Verdict::Found;
        }
        let targets = assigned(self.body, stmt);
        let is_stored = targets
            .into_iter()
            .any(|(target, _)| self.is_holder(target) || self.body.local(target) == Some(self.error));
        if is_stored { Verdict::Drop } else { Verdict::Go }
    }
}
