//! See `rules/select-break-no-exit.md`.

use golint_conc_semantic::{BodyCx, BodyId};
use golint_conc_syntax::ast::{BranchKind, Clause, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk, walk_inline};
use golint_conc_syntax::{Signals, Token, Tokens};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: SelectBreakNoExit = SelectBreakNoExit;

pub(crate) struct SelectBreakNoExit;

/// Words in the names of channels that say that the work shall end.
const END_WORDS: [&str; 7] = ["done", "quit", "stop", "exit", "shutdown", "cancel", "closing"];

struct Stays {
    word: Place,
    select: Place,
    turn: Place,
    why: String,
    edit: Option<Vec<Replacement>>,
}

impl Finding for Stays {
    fn message(&self) -> String {
        format!("`break` leaves only the `select`: the loop goes on although {}", self.why)
    }

    fn primary(&self) -> Place {
        self.word
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.turn, 0, "the loop has no condition"),
            step(self.select, 0, "`break` ends this `select`"),
            step(self.word, 0, "from here the next turn of the loop begins, with the same case ready"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("return, or give the loop a label and break to it".into())
    }

    fn edits(&self) -> Vec<Edit> {
        let edit = |replacements: &Vec<Replacement>| Edit {
            title: "break out of the loop".into(),
            applicability: Applicability::Suggested,
            replacements: replacements.clone(),
        };
        self.edit.iter().map(edit).collect()
    }
}

impl Rule for SelectBreakNoExit {
    fn id(&self) -> &'static str {
        "select-break-no-exit"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::SELECT.union(Signals::FOR)] }
    }

    fn words(&self) -> &'static [&'static str] {
        &["break"]
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        may_find_in(cx.pkg.body_text(id))
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for root in roots(body.ast) {
            walk(body.ast, root, |node| {
                if let NodeRef::Stmt(turn) = node
                    && cx.model.is_endless(body, turn)
                {
                    check_loop(cx, body, turn, report);
                }
                Walk::Into
            });
        }
    }
}

fn may_find_in(text: &[u8]) -> bool {
    let tokens = Tokens::new(text);
    let is_plain = |at: usize| matches!(tokens.token(at), Token::Semi | Token::Punct(b'}'));
    (0..tokens.len()).any(|at| tokens.word(at) == b"break" && is_plain(at + 1))
}

fn check_loop(cx: &Cx<'_>, body: BodyCx<'_>, turn: StmtId, report: &mut Report<'_>) {
    let (Stmt::For { body: block, .. } | Stmt::Range { body: block, .. }) = body.ast.stmt(turn) else {
        return;
    };
    let stmts: Vec<StmtId> = body.ast.list(body.ast.block(block)).collect();
    for &select in &stmts {
        let Stmt::Select { clauses } = body.ast.stmt(select) else { continue };
        // What stands around the select may see what the case saw, and leave.
        if stmts.iter().any(|&other| other != select && cx.model.leaves(body, other, turn).is_some()) {
            return;
        }
        for id in body.ast.list(clauses) {
            let clause = body.ast.clause(id);
            let Some((word, why)) = meant_to_leave(body, &clause) else { continue };
            if cx.model.leaves(body, id, turn).is_some() || takes_out_of_select(body, id.into()) {
                continue;
            }
            report.add(&Stays {
                word: cx.stmt_place(body, word),
                select: cx.keyword_place(body, select),
                turn: cx.keyword_place(body, turn),
                why,
                edit: leave_loop(cx, body, turn, word),
            });
        }
    }
}

/// A label for the loop, unless it has one, and a `break` to it.
fn leave_loop(cx: &Cx<'_>, body: BodyCx<'_>, turn: StmtId, word: StmtId) -> Option<Vec<Replacement>> {
    let to = |label: &str| edits::replace(cx, body, body.ast.stmt_span(word), format!("break {label}"));
    // A loop that can be left no longer counts as the end of a function with results.
    if has_results(cx, body, turn) && edits::next_stmt(cx, body, turn).is_none() {
        return None;
    }
    if let Some(NodeRef::Stmt(above)) = cx.model.parents(body.id).parent(turn)
        && let Stmt::Labeled { label, .. } = body.ast.stmt(above)
    {
        return Some(vec![to(label.as_str())]);
    }
    let loops = (0..turn.index() as u32).map(StmtId::new);
    let before =
        loops.filter(|&stmt| matches!(body.ast.stmt(stmt), Stmt::For { .. } | Stmt::Range { .. })).count();
    let label = if before == 0 { "loop".to_owned() } else { format!("loop{}", before + 1) };
    let stmts = (0..body.ast.stmt_count() as u32).map(StmtId::new);
    let mut labels = stmts.filter_map(|stmt| match body.ast.stmt(stmt) {
        Stmt::Labeled { label, .. } => Some(label),
        _ => None,
    });
    let start = body.ast.stmt_span(turn).start;
    let (line, indent) = (edits::line_start(cx, body, start)?, edits::indent(cx, body, start));
    let outer = indent.strip_suffix('\t')?;
    (!labels.any(|other| other == label.as_str()))
        .then(|| vec![edits::insert(cx, body, line, format!("{outer}{label}:\n")), to(&label)])
}

/// Whether the function around a loop returns something.
fn has_results(cx: &Cx<'_>, body: BodyCx<'_>, turn: StmtId) -> bool {
    let sig = match cx.model.func_of(body.id, turn).lit.map(|lit| body.ast.expr(lit)) {
        Some(Expr::Func { sig, .. }) => Some(sig),
        Some(_) => None,
        None => body.ast.func().map(|func| func.sig),
    };
    sig.is_none_or(|sig| !body.ast.sig(sig).results.is_empty())
}

/// The `break` by which a case means to leave the loop, and what it has seen: that somebody wants an end, or that the
/// channel is closed. In both cases the channel stays ready, so that going on makes no sense.
fn meant_to_leave(body: BodyCx<'_>, clause: &Clause) -> Option<(StmtId, String)> {
    let comm = clause.comm?;
    let (channel, ok) = receives(body, comm)?;
    if is_end_signal(body, channel) {
        // `case <-done: running--` counts ends of others.
        if body
            .ast
            .list(clause.body)
            .any(|stmt| matches!(body.ast.stmt(stmt), Stmt::IncDec { .. } | Stmt::Assign { .. }))
        {
            return None;
        }
        let word = last_break(body, body.ast.list(clause.body).last()?)?;
        return Some((word, format!("`{}` asks for its end", body.text(channel))));
    }
    let ok = body.local(ok?)?;
    body.ast.list(clause.body).find_map(|stmt| {
        let Stmt::If { cond, then, els: None, .. } = body.ast.stmt(stmt) else { return None };
        let Expr::Unary { op: UnaryOp::Not, operand } = body.ast.expr(body.ast.unparen(cond)) else {
            return None;
        };
        let word = last_break(body, body.ast.list(body.ast.block(then)).last()?)?;
        (body.local(operand) == Some(ok)).then(|| (word, format!("`{}` is closed", body.text(channel))))
    })
}

fn last_break(body: BodyCx<'_>, stmt: StmtId) -> Option<StmtId> {
    matches!(body.ast.stmt(stmt), Stmt::Branch { kind: BranchKind::Break, label: None }).then_some(stmt)
}

/// The channel that a communication receives from, and its second result.
fn receives(body: BodyCx<'_>, comm: StmtId) -> Option<(ExprId, Option<ExprId>)> {
    let (value, ok) = match body.ast.stmt(comm) {
        Stmt::Expr(value) => (value, None),
        Stmt::Assign { lhs, rhs, .. } => (body.ast.list(rhs).next()?, body.ast.list(lhs).nth(1)),
        _ => return None,
    };
    match body.ast.expr(body.ast.unparen(value)) {
        Expr::Unary { op: UnaryOp::Recv, operand } => Some((operand, ok)),
        _ => None,
    }
}

/// Whether a channel says that the work shall end, by its name or because it is `ctx.Done()`.
fn is_end_signal(body: BodyCx<'_>, channel: ExprId) -> bool {
    let channel = body.ast.unparen(channel);
    let named = match body.ast.expr(channel) {
        Expr::Call { fun, .. } => fun,
        _ => channel,
    };
    let name = match body.ast.expr(named) {
        Expr::Ident(name) => Some(name),
        Expr::Selector { sel, .. } => body.ast.ident(sel),
        _ => None,
    };
    name.is_some_and(|name| {
        let name = name.as_str().to_ascii_lowercase();
        END_WORDS.iter().any(|word| name.contains(word))
    })
}

/// Whether running a node sets a channel to `nil`, so that its case is never ready again.
fn takes_out_of_select(body: BodyCx<'_>, node: NodeRef) -> bool {
    let mut found = false;
    walk_inline(body.ast, node, |node| {
        if let NodeRef::Stmt(stmt) = node
            && let Stmt::Assign { rhs, .. } = body.ast.stmt(stmt)
        {
            found |= body.ast.list(rhs).any(|value| body.is_nil(value));
        }
    });
    found
}
