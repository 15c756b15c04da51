//! Which sends meet a receiver.

use golint_conc_flow::{ExitKind, Label, PathEnd, Paths, Step, Verdict, Watch};
use golint_conc_semantic::{BodyCx, BodyId, LocalId, Type};
use golint_conc_syntax::Span;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, walk_inline};

use crate::channels::{ChanKey, ChanUse, ChanUseKind, Channel, is_select_comm};
use crate::lifetime::is_clock;
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

/// A receive of a goroutine whose sender may leave before it.
#[derive(Clone, Copy, Debug)]
pub struct AbandonedReceive {
    /// The channel, where it is received from.
    pub channel: ExprId,
    /// How the function ends that should have sent or closed.
    pub leaves: ExitKind,
}

/// Follows the function that starts a goroutine to an end that comes before what the goroutine waits for.
struct Leaving<'a, 'p> {
    cx: BodyCx<'p>,
    parents: &'a Parents,
    /// The sends and the calls that close.
    ends: &'a [NodeRef],
    /// The variables that the goroutine mentions: who hears from it may know that it does not wait any more.
    shared: &'a [LocalId],
}

impl Watch for Leaving<'_, '_> {
    type State = ();

    fn step(&self, _state: &mut (), step: Step) -> Verdict {
        let hears = |channel| self.cx.local(channel).is_some_and(|local| self.shared.contains(&local));
        let drops = match step {
            Step::Eval(expr) => match self.cx.ast.expr(expr) {
                Expr::Unary { op: UnaryOp::Recv, operand } => hears(operand),
                _ => self.ends.contains(&expr.into()),
            },
            Step::Exec(stmt) => match self.cx.ast.stmt(stmt) {
                Stmt::Defer(call) => self.ends.contains(&call.into()),
                _ => self.ends.contains(&stmt.into()),
            },
            Step::Next(stmt) => {
                matches!(self.cx.ast.stmt(stmt), Stmt::Range { subject, .. } if hears(subject))
            }
            Step::RunDefers => false,
        };
        if drops { Verdict::Drop } else { Verdict::Go }
    }

    fn edge(&self, _state: &mut (), label: Label) -> bool {
        let holds_end = |turn: StmtId| {
            let span = self.cx.ast.stmt_span(turn);
            self.ends.iter().any(|&end| span.contains(span_of(self.cx, end)))
        };
        match label {
            // How often a loop runs is not known: it is taken to come to what stands in it.
            Label::Range { stmt, more: false } => !holds_end(stmt),
            Label::Cond { expr, holds: false } => match self.parents.parent(expr) {
                Some(NodeRef::Stmt(stmt)) if matches!(self.cx.ast.stmt(stmt), Stmt::For { .. }) => {
                    !holds_end(stmt)
                }
                _ => true,
            },
            // Of what happens elsewhere, only the end of a context and of a time limit have nothing to do with the
            // goroutine.
            Label::Select { clause } => self.cx.ast.clause(clause).comm.is_none_or(|comm| {
                let is_end = self.ends.contains(&comm.into());
                is_end || is_context_end(self.cx, comm) || is_timeout(self.cx, comm)
            }),
            _ => true,
        }
    }

    fn exit(&self, _state: &(), exit: ExitKind) -> Verdict {
        if exit.returns() { Verdict::Found } else { Verdict::Drop }
    }
}

impl Model<'_> {
    /// A receive in a goroutine's literal that blocks for ever when the starting function takes a certain way to its
    /// end: the channel is that function's own, and it alone sends on it or closes it, but not on that way.
    pub fn abandoned_receive(&self, spawn: &Spawn) -> Option<AbandonedReceive> {
        let target = spawn.target.filter(|target| target.body == spawn.body)?;
        let NodeRef::Stmt(go) = spawn.node else { return None };
        let (cx, block) = self.block(target)?;
        let parents = self.parents(spawn.body);
        // The first communication and whether it is a loop over a channel; behind it, the starter may know more.
        let (mut first, mut shared) = (None, Vec::new());
        walk_inline(cx.ast, block, |node| match node {
            NodeRef::Expr(expr) => match cx.ast.expr(expr) {
                Expr::Unary { op: UnaryOp::Recv, operand } => {
                    let is_lone = !is_select_comm(cx, &parents, expr);
                    first = first.or(Some(is_lone.then_some((operand, false))));
                }
                Expr::Ident(_) => shared.extend(cx.local(expr)),
                _ => {}
            },
            NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                Stmt::Send { .. } => first = first.or(Some(None)),
                Stmt::Range { subject, .. } if matches!(cx.underlying(subject), Type::Chan(..)) => {
                    first = first.or(Some(Some((subject, true))));
                }
                _ => {}
            },
            NodeRef::Clause(_) => {}
        });
        let (operand, is_range) = first??;
        let starter = self.func_of(spawn.body, go);
        let channel = self.local_channel(cx, operand)?;
        let ChanKey::Local(_, local) = channel.key else { return None };
        let made = cx.local_info(local);
        let is_own = made.func == starter.lit && channel.is_closed_world() && channel.capacity().is_some();
        let ends: Vec<_> = channel.uses.iter().filter(|use_| is_end(use_, is_range)).collect();
        let come_later = ends.iter().all(|end| {
            parents.enclosing_func(cx.ast, end.expr) == starter.lit
                && spawn.span.end <= cx.ast.expr_span(end.expr).start
                && !shares_loop(cx, &parents, end.expr, spawn.call, made.ident)
        });
        if !is_own || ends.is_empty() || !come_later {
            return None;
        }
        let ends: Vec<_> = ends.iter().filter_map(|end| parents.parent(end.expr)).collect();
        let graph = self.flow.graph(starter)?;
        let start = graph.find(|step| step == Step::Exec(go))?;
        let watch = Leaving { cx, parents: &parents, ends: &ends, shared: &shared };
        let path = Paths::new(cx, &graph).search(start, &(), &watch)?;
        let PathEnd::Exit(leaves) = path.end else { return None };
        Some(AbandonedReceive { channel: operand, leaves })
    }

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

/// Whether a use of a channel ends the wait of somebody who receives from it, or who ranges over it.
fn is_end(use_: &ChanUse, is_range: bool) -> bool {
    use_.kind == ChanUseKind::Close || (use_.kind == ChanUseKind::Send && !is_range)
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

/// Whether a communication is a receive from a clock of package `time`.
fn is_timeout(cx: BodyCx<'_>, comm: StmtId) -> bool {
    let Stmt::Expr(value) = cx.ast.stmt(comm) else { return false };
    let Expr::Unary { op: UnaryOp::Recv, operand } = cx.ast.expr(cx.ast.unparen(value)) else { return false };
    is_clock(cx, operand)
}

fn span_of(cx: BodyCx<'_>, node: NodeRef) -> Span {
    match node {
        NodeRef::Expr(expr) => cx.ast.expr_span(expr),
        NodeRef::Stmt(stmt) => cx.ast.stmt_span(stmt),
        NodeRef::Clause(clause) => cx.ast.clause(clause).span,
    }
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
