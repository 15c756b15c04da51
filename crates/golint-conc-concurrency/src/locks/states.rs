//! What the locks of a function may be at each step, and what its callers see of that.

use golint_conc_flow::{BlockId, FuncGraph, Label, Step};
use golint_conc_semantic::{AccessPath, BodyCx, LocalId, LocalKind, Root};
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use rustc_hash::{FxHashMap, FxHashSet};

use super::duty::class_of;
use super::summary::{
    Acquire, Event, FuncLocks, GIVEN, Guard, HELD, LockFlow, Modes, OTHER, READ, RELEASED, Summary, Taken,
    UNTOUCHED, WRITE, is_outer,
};
use crate::model::Model;
use crate::sync::LockOpKind;

/// How many acquisitions a summary keeps; those beyond are not found.
const MAX_ACQUIRES: usize = 64;

/// How many deferred calls that touch one lock are told apart.
const MAX_DEFERS: usize = 8;

/// How many conditions on parameters an acquisition may have; those with more are not found.
const MAX_GUARDS: usize = 4;

/// What a lock is on a path, and which of the deferred calls that touch it are still to run.
type State = (Modes, u16);

const SINGLE: [Modes; 6] = [UNTOUCHED, WRITE, READ, RELEASED, OTHER, GIVEN];

/// How much doubt there is that a function comes to a lock in an arm of a condition: its caller may well know that it
/// does not.
const DOUBT_OF_ARM: usize = 2;

impl FuncLocks {
    // --- one lock --------------------------------------------------------------------------------------------------

    pub(super) fn flow(&self, cx: BodyCx<'_>, lock: usize) -> LockFlow {
        let mut defers: Vec<StmtId> = self
            .defers
            .iter()
            .filter(|(_, events)| events.iter().any(|event| event.touches(lock)))
            .map(|(&stmt, _)| stmt)
            .collect();
        defers.sort_by_key(|&stmt| cx.ast.stmt_span(stmt).start);
        defers.truncate(MAX_DEFERS);
        let mut into: Vec<Vec<State>> = vec![Vec::new(); self.graph.blocks.len()];
        into[FuncGraph::ENTRY.index()].push((UNTOUCHED, 0));
        let mut queue = vec![FuncGraph::ENTRY];
        let mut flow = LockFlow::default();
        while let Some(block) = queue.pop() {
            let states = self.run(block, into[block.index()].clone(), lock, &defers, &mut flow);
            for edge in &self.graph.block(block).edges {
                let mut is_new = false;
                for &state in &states {
                    let state = self.take(edge.label, state, lock);
                    let known = &mut into[edge.to.index()];
                    if !known.contains(&state) {
                        known.push(state);
                        is_new = true;
                    }
                }
                if is_new {
                    queue.push(edge.to);
                }
            }
        }
        flow
    }

    fn take(&self, label: Label, state: State, lock: usize) -> State {
        match label {
            Label::Cond { expr, holds: true } => match self.tries.get(&expr) {
                Some(&(tried, kind)) if tried == lock => (after_op(state.0, kind), state.1),
                _ => state,
            },
            _ => state,
        }
    }

    /// The states behind a block; notes what the lock may be on the way.
    fn run(
        &self,
        block: BlockId,
        mut states: Vec<State>,
        lock: usize,
        defers: &[StmtId],
        flow: &mut LockFlow,
    ) -> Vec<State> {
        let content = self.graph.block(block);
        for &step in &self.notable[block.index()] {
            if let Some(events) = self.steps.get(&step) {
                *flow.before.entry(step).or_default() |= modes_of(&states);
                states = apply(states, events, lock);
            }
            match step {
                Step::Exec(stmt) => {
                    if let Some(bit) = defers.iter().position(|&defer| defer == stmt) {
                        for (_, mask) in &mut states {
                            *mask |= 1 << bit;
                        }
                    }
                    if self.defers.contains_key(&stmt) {
                        *flow.before.entry(step).or_default() |= modes_of(&states);
                    }
                }
                Step::RunDefers => {
                    let mut all = modes_of(&states);
                    for (bit, defer) in defers.iter().enumerate().rev() {
                        let (set, unset): (Vec<_>, Vec<_>) =
                            states.into_iter().partition(|(_, mask)| mask & (1 << bit) != 0);
                        *flow.deferred.entry(*defer).or_default() |= modes_of(&set);
                        states = apply(set, &self.defers[defer], lock);
                        states.extend(unset);
                        all |= modes_of(&states);
                    }
                    for &defer in self.defers.keys().filter(|defer| !defers.contains(defer)) {
                        *flow.deferred.entry(defer).or_default() |= all;
                    }
                }
                Step::Eval(_) | Step::Next(_) => {}
            }
        }
        if content.exit.is_some_and(golint_conc_flow::ExitKind::returns) {
            let modes = modes_of(&states);
            // The caller may have got it, or somebody who has released it.
            flow.exit |= if modes & GIVEN == 0 { modes } else { (modes & !GIVEN) | WRITE | UNTOUCHED };
        }
        states.sort_unstable();
        states.dedup();
        states
    }

    // --- the summary -----------------------------------------------------------------------------------------------

    pub(super) fn summary<'p>(&self, model: &Model<'p>, cx: BodyCx<'p>) -> Summary {
        let mut summary = Summary { is_complete: self.is_complete, ..Summary::default() };
        let conditions = self.conditions(model, cx);
        let (mut passes, mut arms) = (FxHashMap::default(), FxHashMap::default());
        let is_moved: Vec<bool> = (0..self.locks.len())
            .map(|lock| {
                self.steps.values().flatten().any(|event| matches!(event, Event::Move(l) if *l == lock))
            })
            .collect();
        for (point, step) in self.graph.points() {
            let deferred = match step {
                Step::Exec(stmt) => self.defers.get(&stmt).map(|events| (stmt, events)),
                _ => None,
            };
            let Some(events) = deferred.map(|(_, events)| events).or_else(|| self.steps.get(&step)) else {
                continue;
            };
            let may_be = |lock: usize| match deferred {
                Some((stmt, _)) => self.flows[lock].deferred.get(&stmt).copied().unwrap_or_default(),
                None => self.flows[lock].before.get(&step).copied().unwrap_or_default(),
            };
            let mut guards = None;
            for event in events {
                for mut acquire in self.acquires_of(event) {
                    let tracked = self.locks.iter().position(|lock| *lock == acquire.path);
                    let is_callers =
                        tracked.is_none_or(|lock| may_be(lock) & UNTOUCHED != 0 && !is_moved[lock]);
                    if !is_callers || !self.is_callers_word(model, cx, &acquire.path) {
                        continue;
                    }
                    if tracked.is_some_and(|lock| self.is_released_before(lock, point.block, &conditions)) {
                        continue;
                    }
                    for &guard in guards.get_or_insert_with(|| conditions.at(point.block)).iter() {
                        if !acquire.guards.contains(&guard) {
                            acquire.guards.push(guard);
                        }
                    }
                    let block = point.block;
                    let always =
                        *passes.entry(block).or_insert_with(|| self.always_passes(block, &conditions));
                    let mut is_in_arm =
                        || *arms.entry(block).or_insert_with(|| self.is_in_arm(block, &conditions));
                    acquire.doubts += match always {
                        true => 0,
                        false if is_telling(model, cx, event) && is_in_arm() => DOUBT_OF_ARM,
                        false => 1,
                    };
                    add_acquire(&mut summary.acquires, acquire);
                }
            }
        }
        let (mut releases, mut own_releases) = (self.releases.clone(), self.own_releases.clone());
        for (lock, path) in self.locks.iter().enumerate() {
            let exit = self.flows[lock].exit & !OTHER;
            if exit & !UNTOUCHED == 0 {
                continue;
            }
            if self.is_callers_word(model, cx, path) && !is_moved[lock] {
                summary.exits.push((path.clone(), exit));
            } else if exit & RELEASED != 0 {
                own_releases.push(class_of(cx, path));
                if !releases.contains(&class_of(cx, path)) {
                    releases.push(class_of(cx, path));
                }
            }
        }
        summary.releases = releases;
        summary.own_releases = own_releases;
        summary
    }

    /// What an event takes.
    pub(crate) fn acquires_of(&self, event: &Event) -> Vec<Acquire> {
        match event {
            Event::Op { lock, kind, call } if kind.acquires() => vec![Acquire {
                path: self.locks[*lock].clone(),
                taken: if *kind == LockOpKind::Lock { Taken::Lock } else { Taken::RLock },
                calls: vec![(self.func.body, *call)],
                guards: Vec::new(),
                doubts: 0,
                is_assumed: false,
            }],
            Event::Call { acquires, .. } => acquires.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether a path means something to those who call the function.
    fn is_callers_word<'p>(&self, model: &Model<'p>, cx: BodyCx<'p>, path: &AccessPath) -> bool {
        match path.root {
            Root::Global(_) | Root::External(..) => true,
            Root::Local(local) => {
                is_outer(cx, self.func, local)
                    || (cx.local_info(local).func == self.func.lit && model.is_steady_param(cx, local))
            }
        }
    }

    // --- conditions on parameters ------------------------------------------------------------------------------------

    pub(crate) fn conditions<'p>(&self, model: &Model<'p>, cx: BodyCx<'p>) -> Conditions {
        let mut asked: Vec<(Guard, BlockId, usize)> = Vec::new();
        for (block, content) in self.graph.iter() {
            for (index, edge) in content.edges.iter().enumerate() {
                if let Label::Cond { expr, holds } = edge.label
                    && let Some(guard) = question(model, cx, expr, holds)
                {
                    asked.push((guard, block, index));
                }
            }
        }
        let mut guards: Vec<Guard> = Vec::new();
        for (guard, ..) in &asked {
            if !guards.contains(guard) && guards.len() < MAX_GUARDS * 2 {
                guards.push(*guard);
            }
        }
        let without = guards.into_iter().map(|guard| {
            let closed: FxHashSet<(BlockId, usize)> = asked
                .iter()
                .filter(|(other, ..)| *other == guard)
                .map(|&(_, block, index)| (block, index))
                .collect();
            (guard, self.reachable_without(&closed))
        });
        Conditions { without: without.collect(), asked }
    }

    /// Whether the function cannot return without having passed the block, if that is for what is known of its
    /// parameters there.
    fn always_passes(&self, through: BlockId, conditions: &Conditions) -> bool {
        let closed = conditions.closed_at(through);
        let mut seen = vec![false; self.graph.blocks.len()];
        let mut stack = vec![FuncGraph::ENTRY];
        while let Some(block) = stack.pop() {
            if block == through || std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            let content = self.graph.block(block);
            if content.exit.is_some_and(golint_conc_flow::ExitKind::returns) {
                return false;
            }
            let open =
                content.edges.iter().enumerate().filter(|&(index, _)| !closed.contains(&(block, index)));
            stack.extend(open.map(|(_, edge)| edge.to));
        }
        true
    }

    /// Whether a block is one arm of a condition, so that the function may go on behind it without having passed it; what
    /// returns before does not. Loops over elements are taken to have some.
    fn is_in_arm(&self, through: BlockId, conditions: &Conditions) -> bool {
        let mut closed = conditions.closed_at(through);
        let next: Vec<_> = self.graph.block(through).edges.iter().map(|edge| edge.to).collect();
        let behind = self.reachable_from(&next, &closed, |_| false);
        // What all ways to the block pass, such as the head of its loop, is before it and not behind.
        let is_before = |other: BlockId| {
            !self.reachable_from(&[FuncGraph::ENTRY], &closed, |block| block == other)[through.index()]
        };
        let behind = self.graph.iter().filter(|&(id, _)| behind[id.index()]);
        let (before, behind): (Vec<_>, Vec<_>) = behind.partition(|&(id, _)| is_before(id));
        for (id, block) in before {
            let over = block.edges.iter().enumerate().filter(|(_, edge)| is_over(edge.label));
            closed.extend(over.map(|(index, _)| (id, index)));
        }
        let around = self.reachable_from(&[FuncGraph::ENTRY], &closed, |block| block == through);
        behind.into_iter().any(|(id, _)| id != through && around[id.index()])
    }

    /// Whether all ways to a block, if they are for what is known of parameters there, release the lock before.
    fn is_released_before(&self, lock: usize, through: BlockId, conditions: &Conditions) -> bool {
        let releases = |step: Step| {
            self.steps.get(&step).into_iter().flatten().any(
                |event| matches!(event, Event::Op { lock: l, kind, .. } if *l == lock && !kind.acquires()),
            )
        };
        let blocks: FxHashSet<BlockId> =
            self.graph.points().filter(|&(_, step)| releases(step)).map(|(point, _)| point.block).collect();
        if blocks.is_empty() || blocks.contains(&through) {
            return false;
        }
        let closed = conditions.closed_at(through);
        let reached = self.reachable_from(&[FuncGraph::ENTRY], &closed, |block| blocks.contains(&block));
        !reached[through.index()]
    }

    /// The blocks that can be reached from others, these included, without the closed edges and not through those at
    /// which the way ends.
    fn reachable_from(
        &self,
        starts: &[BlockId],
        closed: &[(BlockId, usize)],
        is_end: impl Fn(BlockId) -> bool,
    ) -> Vec<bool> {
        let mut seen = vec![false; self.graph.blocks.len()];
        let mut stack = starts.to_vec();
        while let Some(block) = stack.pop() {
            if std::mem::replace(&mut seen[block.index()], true) || is_end(block) {
                continue;
            }
            let edges = self.graph.block(block).edges.iter().enumerate();
            stack.extend(
                edges.filter(|&(index, _)| !closed.contains(&(block, index))).map(|(_, edge)| edge.to),
            );
        }
        seen
    }

    fn reachable_without(&self, closed: &FxHashSet<(BlockId, usize)>) -> Vec<bool> {
        let mut seen = vec![false; self.graph.blocks.len()];
        seen[FuncGraph::ENTRY.index()] = true;
        let mut stack = vec![FuncGraph::ENTRY];
        while let Some(block) = stack.pop() {
            for (index, edge) in self.graph.block(block).edges.iter().enumerate() {
                if !closed.contains(&(block, index)) && !std::mem::replace(&mut seen[edge.to.index()], true) {
                    stack.push(edge.to);
                }
            }
        }
        seen
    }
}

/// The conditions on parameters in a function.
pub(crate) struct Conditions {
    /// For each, the blocks that can be reached without it.
    without: Vec<(Guard, Vec<bool>)>,
    /// The edges that ask for them.
    asked: Vec<(Guard, BlockId, usize)>,
}

impl Conditions {
    /// What must hold for a block to run.
    pub(crate) fn at(&self, block: BlockId) -> Vec<Guard> {
        self.without
            .iter()
            .filter(|(_, seen)| !seen.get(block.index()).copied().unwrap_or(true))
            .map(|&(guard, _)| guard)
            .take(MAX_GUARDS)
            .collect()
    }

    /// The edges that cannot be taken then.
    fn closed_at(&self, block: BlockId) -> Vec<(BlockId, usize)> {
        let guards = self.at(block);
        let closed = self.asked.iter().filter(|(guard, ..)| guards.contains(&guard.contrary()));
        closed.map(|&(_, block, index)| (block, index)).collect()
    }
}

/// Whether a condition on what an event takes may well tell whether the caller holds the lock: the lock itself is taken
/// in an arm of it, or it asks for something that the caller gives.
fn is_telling(model: &Model<'_>, cx: BodyCx<'_>, event: &Event) -> bool {
    let Event::Call { call, .. } = event else { return true };
    let parents = model.parents(cx.id);
    let mut at = NodeRef::Expr(*call);
    while let Some(above) = parents.parent(at) {
        let asked = match above {
            NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                Stmt::If { cond, .. } => Some(cond),
                Stmt::Switch { tag, .. } => tag,
                _ => None,
            },
            _ => None,
        };
        if asked.is_some_and(|asked| comes_from_param(cx, asked)) {
            return true;
        }
        at = above;
    }
    false
}

/// Whether a parameter, or a variable that is made from one, is mentioned.
fn comes_from_param(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let mentions = |root: ExprId, is_wanted: &dyn Fn(LocalId) -> bool| {
        let mut found = false;
        walk_inline(cx.ast, root, |node| {
            if let NodeRef::Expr(expr) = node {
                found |= cx.local(expr).is_some_and(is_wanted);
            }
        });
        found
    };
    let is_param = |local: LocalId| cx.local_info(local).kind == LocalKind::Param;
    mentions(expr, &|local| {
        is_param(local) || cx.local_info(local).init.is_some_and(|(init, _)| mentions(init, &is_param))
    })
}

/// Whether an edge is that of a loop over elements that has none left.
fn is_over(label: Label) -> bool {
    matches!(label, Label::Range { more: false, .. })
}

/// The condition on a parameter that a branch asks for.
fn question<'p>(model: &Model<'p>, cx: BodyCx<'p>, expr: ExprId, holds: bool) -> Option<Guard> {
    let steady = |expr: ExprId| cx.local(expr).filter(|&local| model.is_steady_param(cx, local));
    match cx.ast.expr(cx.ast.unparen(expr)) {
        Expr::Ident(_) => Some(Guard { param: steady(expr)?, is_nil: false, holds }),
        Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), lhs, rhs } if cx.is_nil(rhs) => {
            Some(Guard { param: steady(lhs)?, is_nil: true, holds: holds == (op == BinaryOp::Eq) })
        }
        _ => None,
    }
}

/// Keeps of several ways to the same lock the one with the fewest conditions.
fn add_acquire(acquires: &mut Vec<Acquire>, new: Acquire) {
    let weight = |acquire: &Acquire| (acquire.is_assumed, acquire.doubts, acquire.guards.len());
    match acquires.iter().position(|known| known.path == new.path && known.taken == new.taken) {
        Some(known) if weight(&new) < weight(&acquires[known]) => acquires[known] = new,
        Some(_) => {}
        None if acquires.len() < MAX_ACQUIRES => acquires.push(new),
        None => {}
    }
}

impl Event {
    pub(crate) fn touches(&self, lock: usize) -> bool {
        match self {
            Self::Op { lock: own, .. } | Self::HandOn(own) | Self::Give(own) | Self::Move(own) => {
                *own == lock
            }
            Self::Call { exits, .. } => exits.iter().any(|&(own, _)| own == lock),
        }
    }
}

fn modes_of(states: &[State]) -> Modes {
    states.iter().fold(0, |all, &(mode, _)| all | mode)
}

fn apply(states: Vec<State>, events: &[Event], lock: usize) -> Vec<State> {
    let mut states = states;
    for event in events.iter().filter(|event| event.touches(lock)) {
        let mut next: Vec<State> = Vec::with_capacity(states.len());
        for (mode, mask) in states {
            let after = after(mode, event, lock);
            for single in SINGLE.into_iter().filter(|single| after & single != 0) {
                if !next.contains(&(single, mask)) {
                    next.push((single, mask));
                }
            }
        }
        states = next;
    }
    states
}

/// What a lock that is `mode` may be after an event.
pub(crate) fn after(mode: Modes, event: &Event, lock: usize) -> Modes {
    match event {
        Event::Op { kind, .. } => after_op(mode, *kind),
        Event::HandOn(_) => mode | after_op(mode, LockOpKind::Unlock),
        Event::Give(_) if mode & HELD != 0 => GIVEN,
        Event::Give(_) => mode,
        Event::Move(_) => OTHER,
        Event::Call { exits, .. } => {
            exits.iter().filter(|&&(own, _)| own == lock).fold(mode, |all, &(_, exit)| {
                let mut behind = 0;
                for single in SINGLE.into_iter().filter(|single| exit & single != 0) {
                    behind |= match single {
                        WRITE => after_op(mode, LockOpKind::Lock),
                        READ => after_op(mode, LockOpKind::RLock),
                        RELEASED => after_op(mode, LockOpKind::Unlock),
                        _ => mode,
                    };
                }
                if all == mode { behind } else { all | behind }
            })
        }
    }
}

fn after_op(mode: Modes, kind: LockOpKind) -> Modes {
    match (kind, mode) {
        (LockOpKind::Lock | LockOpKind::RLock, RELEASED) => UNTOUCHED,
        (LockOpKind::Lock, _) => WRITE,
        (LockOpKind::RLock, _) => READ,
        (LockOpKind::Unlock | LockOpKind::RUnlock, UNTOUCHED) => RELEASED,
        (LockOpKind::Unlock | LockOpKind::RUnlock, WRITE | READ | GIVEN) => UNTOUCHED,
        (LockOpKind::Unlock | LockOpKind::RUnlock, _) => mode,
    }
}
