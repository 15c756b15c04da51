//! Which sends meet a receiver.

use golint_conc_semantic::{BodyCx, BodyId, LocalId};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents};

use crate::channels::{ChanKey, ChanUse, ChanUseKind, Channel};
use crate::model::{Model, Spawn};

/// A send that nobody ever takes.
#[derive(Clone, Copy, Debug)]
pub struct StuckSend {
    /// The send.
    pub send: ChanUse,
    /// The first receiver that would have taken it, had the send not kept the goroutine from starting it.
    pub receiver: Option<ChanUse>,
}

/// A send of a goroutine whose receiver may leave before it.
#[derive(Clone, Copy, Debug)]
pub struct AbandonedSend {
    /// The send.
    pub send: ChanUse,
    /// The communication of the `select` by which the receiver leaves: a receive from a context's `Done()`.
    pub leaves: StmtId,
}

impl Model<'_> {
    /// A send in a goroutine's literal that blocks for ever when a context ends first: the channel has no buffer and is
    /// the starting function's own, and that function receives from it only where it may choose a context's end
    /// instead and is gone then.
    pub fn abandoned_send(&self, spawn: &Spawn) -> Option<AbandonedSend> {
        let lit =
            spawn.target?.lit.filter(|_| spawn.target.is_some_and(|target| target.body == spawn.body))?;
        let cx = self.body(spawn.body);
        let parents = self.parents(spawn.body);
        self.channels().iter().find_map(|channel| {
            let ChanKey::Local(body, local) = channel.key else { return None };
            let info = (body == spawn.body).then(|| cx.local_info(local))?;
            if channel.capacity() != Some(0) || !channel.is_closed_world() || info.func == Some(lit) {
                return None;
            }
            let is_sent_here =
                |send: &&ChanUse| !send.in_select && parents.enclosing_func(cx.ast, send.expr) == Some(lit);
            let send = *channel.all(ChanUseKind::Send).find(is_sent_here)?;
            let mut leaves = None;
            for receiver in channel.all(ChanUseKind::Recv) {
                if parents.enclosing_func(cx.ast, receiver.expr) != info.func {
                    return None;
                }
                let clause = leaving_clause(cx, &parents, receiver.expr, channel)?;
                leaves = leaves.or(Some(clause));
            }
            Some(AbandonedSend { send, leaves: leaves? })
        })
    }

    /// A send on a channel, all of whose uses are known, that blocks for ever whenever it runs with the buffer full:
    /// nothing receives from the channel, or only what the sending goroutine itself does or starts later.
    pub fn stuck_send(&self, channel: &Channel) -> Option<StuckSend> {
        let capacity = channel.capacity().filter(|_| channel.is_closed_world())?;
        let receiver = channel.all(ChanUseKind::Recv).next().copied();
        let send = match (channel.key, receiver) {
            (ChanKey::Local(body, local), _) => self.stuck_local_send(channel, capacity, body, local)?,
            // A buffer fills up when its owner lives long enough; but what looks at its length may prevent that.
            (_, None) if capacity == 0 || !channel.has(ChanUseKind::Look) => {
                *channel.all(ChanUseKind::Send).find(|send| !send.in_select)?
            }
            _ => return None,
        };
        Some(StuckSend { send, receiver })
    }

    fn stuck_local_send(
        &self,
        channel: &Channel,
        capacity: i128,
        body: BodyId,
        local: LocalId,
    ) -> Option<ChanUse> {
        let cx = self.body(body);
        let parents = self.parents(body);
        let info = cx.local_info(local);
        let makes = channel.uses.iter().filter(|use_| matches!(use_.kind, ChanUseKind::Make(_)));
        let receivers: Vec<_> = channel.all(ChanUseKind::Recv).collect();
        if makes.count() != 1 {
            return None;
        }
        let is_own = |node: ExprId| parents.enclosing_func(cx.ast, node) == info.func;
        let comes_later = |receiver: &ChanUse, send: &ChanUse| {
            let start = outermost_literal(cx, &parents, receiver.expr, info.func).unwrap_or(receiver.expr);
            cx.ast.expr_span(send.expr).start < cx.ast.expr_span(start).start
                && !shares_loop(cx, &parents, send.expr, start, info.ident)
        };
        let block = parents.enclosing_stmt(info.ident).and_then(|stmt| parents.parent(stmt));
        let mut room = capacity;
        // Behind a `close`, a send panics, which is another story.
        let closed = channel.all(ChanUseKind::Close).map(|close| cx.ast.expr_span(close.expr).start).min();
        let is_open = |send: &ChanUse| closed.is_none_or(|at| cx.ast.expr_span(send.expr).start < at);
        channel.all(ChanUseKind::Send).filter(|send| !send.in_select && is_open(send)).copied().find(|send| {
            if receivers.is_empty() && capacity == 0 {
                return true;
            }
            if !is_own(send.expr) || !receivers.iter().all(|receiver| comes_later(receiver, send)) {
                return false;
            }
            let stmt = parents.enclosing_stmt(send.expr);
            let is_counted = stmt.and_then(|stmt| parents.parent(stmt)) == block;
            room -= i128::from(is_counted);
            room < 0 || capacity == 0
        })
    }

    /// The whole expression that names the channel of a use: `s.ch` where the use is at `ch`.
    pub fn operand(&self, use_: &ChanUse) -> ExprId {
        let cx = self.body(use_.body);
        match self.parents(use_.body).parent(use_.expr) {
            Some(NodeRef::Expr(above)) if matches!(cx.ast.expr(above), Expr::Selector { sel, .. } if sel == use_.expr) => {
                above
            }
            _ => use_.expr,
        }
    }
}

/// The clause beside a receive in a `select` by which the function leaves when a context ends: it returns, or nothing
/// behind the `select` receives from the channel.
fn leaving_clause(cx: BodyCx<'_>, parents: &Parents, receiver: ExprId, channel: &Channel) -> Option<StmtId> {
    let own = parents.ancestors(receiver).find_map(|node| match node {
        NodeRef::Clause(clause) => Some(clause),
        _ => None,
    })?;
    let Some(NodeRef::Stmt(select)) = parents.parent(own) else { return None };
    let Stmt::Select { clauses } = cx.ast.stmt(select) else { return None };
    let end = cx.ast.stmt_span(select).end;
    let is_last = channel.all(ChanUseKind::Recv).all(|other| cx.ast.expr_span(other.expr).start < end)
        && parents.enclosing_loops(cx.ast, select).next().is_none();
    cx.ast.list(clauses).filter(|&clause| clause != own).find_map(|clause| {
        let clause = cx.ast.clause(clause);
        let last = cx.ast.list(clause.body).last();
        let returns = last.is_some_and(|last| matches!(cx.ast.stmt(last), Stmt::Return(_)));
        clause.comm.filter(|&comm| is_context_end(cx, comm) && (returns || is_last))
    })
}

/// Whether a communication is `<-ctx.Done()`.
fn is_context_end(cx: BodyCx<'_>, comm: StmtId) -> bool {
    let Stmt::Expr(value) = cx.ast.stmt(comm) else { return false };
    let Expr::Unary { op: UnaryOp::Recv, operand } = cx.ast.expr(cx.ast.unparen(value)) else { return false };
    cx.callee(operand).is_method("context", "Context", &["Done"])
}

/// The outermost function literal around a node, of those in the function `func`.
fn outermost_literal(
    cx: BodyCx<'_>,
    parents: &Parents,
    node: ExprId,
    func: Option<ExprId>,
) -> Option<ExprId> {
    let mut outermost = None;
    let mut lit = parents.enclosing_func(cx.ast, node);
    while lit != func {
        outermost = lit;
        lit = parents.enclosing_func(cx.ast, lit?);
    }
    outermost
}

/// Whether two places are in one loop that does not make the channel anew in each turn.
fn shares_loop(cx: BodyCx<'_>, parents: &Parents, one: ExprId, other: ExprId, made: ExprId) -> bool {
    let around = |node: ExprId| -> Vec<StmtId> { parents.enclosing_loops(cx.ast, node).collect() };
    let (others, makers) = (around(other), around(made));
    around(one).iter().any(|turn| others.contains(turn) && !makers.contains(turn))
}
