//! Following the paths of a graph with a state, each combination of block and state once.
//!
//! This is property simulation (Das, Lerner, Seigle: ESP, PLDI 2002) with the branch conditions of the path in the
//! state: a condition that is asked twice, with nothing assigned to its variables in between, has the same answer.
//! Search is breadth first, so what is found comes with a shortest path.

use std::hash::Hash;

use golint_conc_semantic::{BodyCx, Entity, LocalId, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Spec, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::calls::{Assertion, assertion};
use crate::graph::{ExitKind, FuncGraph, Label, Point, Step};

/// How many combinations of block and state one search visits before it gives up.
pub const MAX_VISITS: usize = 20_000;

/// How many deferred calls a path remembers; a path with more is not followed.
const MAX_DEFERS: usize = 16;

/// What becomes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Go,
    /// It is of no interest from here on, or cannot be taken.
    Drop,
    /// It is what the search looks for.
    Found,
}

/// What a search watches on every path.
pub trait Watch {
    /// What it remembers of a path.
    type State: Clone + Eq + Hash;

    /// A step is done.
    fn step(&self, state: &mut Self::State, step: Step) -> Verdict;

    /// A deferred call runs; only for those that [`Watch::wants_defer`] asks for.
    fn deferred(&self, _state: &mut Self::State, _defer: StmtId) -> Verdict {
        Verdict::Go
    }

    /// Whether a `defer` statement is to be remembered until the function ends.
    fn wants_defer(&self, _defer: StmtId) -> bool {
        false
    }

    /// An edge is to be taken: whether the path can go on there and is still of interest.
    fn edge(&self, _state: &mut Self::State, _label: Label) -> bool {
        true
    }

    /// The function ends.
    fn exit(&self, _state: &Self::State, _exit: ExitKind) -> Verdict {
        Verdict::Drop
    }
}

/// Where a path that was found ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// At a step.
    Step(Step),
    /// At a deferred call.
    Deferred(StmtId),
    /// Where the function ends.
    Exit(ExitKind),
}

/// A path that was found.
#[derive(Clone, Debug)]
pub struct Path<S> {
    /// The decisions on it, in order.
    pub branches: Vec<Label>,
    /// Where it ends.
    pub end: PathEnd,
    /// What was remembered of it.
    pub state: S,
}

/// A condition that is asked more than once, and the variables it speaks of.
#[derive(Debug)]
struct Condition {
    locals: Vec<LocalId>,
}

/// A graph prepared for searches.
#[derive(Debug)]
pub struct Paths<'g, 'p> {
    cx: BodyCx<'p>,
    graph: &'g FuncGraph,
    conditions: Vec<Condition>,
    /// Which condition a branch asks, and whether it asks for the contrary.
    asked: FxHashMap<ExprId, (usize, bool)>,
    /// The same of a call that asserts one.
    asserted: FxHashMap<ExprId, (usize, bool)>,
    keys: FxHashMap<String, usize>,
}

/// What a path knows: numbers of conditions and their values, sorted.
type Facts = Vec<(usize, bool)>;

/// A place in the search. Without a state, it is still on the way from the entry to where the watch begins.
struct Node<S> {
    at: Point,
    state: Option<S>,
    facts: Facts,
    defers: Vec<StmtId>,
    parent: usize,
    label: Label,
}

/// A path under way.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Run<S> {
    at: Point,
    state: Option<S>,
    facts: Facts,
    defers: Vec<StmtId>,
}

impl<S> Run<S> {
    fn node(self, parent: usize, label: Label) -> Node<S> {
        Node { at: self.at, state: self.state, facts: self.facts, defers: self.defers, parent, label }
    }
}

impl<'g, 'p> Paths<'g, 'p> {
    /// Finds the conditions of a graph that are worth remembering.
    pub fn new(cx: BodyCx<'p>, graph: &'g FuncGraph) -> Self {
        let mut paths = Self {
            cx,
            graph,
            conditions: Vec::new(),
            asked: FxHashMap::default(),
            asserted: FxHashMap::default(),
            keys: FxHashMap::default(),
        };
        let mut by_key: FxHashMap<String, Vec<(ExprId, ExprId, bool)>> = FxHashMap::default();
        let mut order = Vec::new();
        for (at, condition, key, negated) in branches(cx, graph).into_iter().chain(assertions(cx, graph)) {
            let uses = by_key.entry(key.clone()).or_default();
            if uses.is_empty() {
                order.push(key);
            }
            uses.push((at, condition, negated));
        }
        let literals = literal_targets(cx, graph);
        let unseen = assigned_elsewhere(cx, graph);
        for key in order {
            let uses = &by_key[&key];
            let mut locals: Vec<_> =
                uses.iter().flat_map(|&(_, condition, _)| locals_in(cx, condition)).collect();
            locals.sort_unstable();
            locals.dedup();
            if locals.iter().any(|local| unseen.contains(local)) {
                continue;
            }
            let is_set = locals.len() == 1 && locals.iter().any(|local| literals.contains(local));
            if uses.len() < 2 && !is_set {
                continue;
            }
            let index = paths.conditions.len();
            paths.conditions.push(Condition { locals });
            for &(at, condition, negated) in uses {
                let told = if at == condition { &mut paths.asked } else { &mut paths.asserted };
                told.insert(at, (index, negated));
            }
            paths.keys.insert(key, index);
        }
        paths
    }

    /// The graph.
    pub fn graph(&self) -> &'g FuncGraph {
        self.graph
    }

    /// A shortest path from `from`, begun with `state`, that `watch` finds; none as well where the search exceeds
    /// [`MAX_VISITS`]. What is known at `from` is found out on the paths from the entry to it.
    pub fn search<W: Watch>(&self, from: Point, state: &W::State, watch: &W) -> Option<Path<W::State>> {
        let entry = Point { block: FuncGraph::ENTRY, step: 0 };
        let mut nodes: Vec<Node<W::State>> = vec![Node {
            at: entry,
            state: (from == entry).then(|| state.clone()),
            facts: Facts::new(),
            defers: Vec::new(),
            parent: 0,
            label: Label::Always,
        }];
        let mut seen = FxHashSet::default();
        let mut index = 0;
        while index < nodes.len() {
            if MAX_VISITS < nodes.len() {
                return None;
            }
            let node = &nodes[index];
            let mut run = Run {
                at: node.at,
                state: node.state.clone(),
                facts: node.facts.clone(),
                defers: node.defers.clone(),
            };
            if run.state.is_none() && run.at.block == from.block && run.at.step <= from.step {
                // The way on without a state is for a later turn of a loop.
                let mut begun = run.clone();
                self.run(&mut begun, from.step, watch);
                begun.at.step = from.step;
                begun.state = Some(state.clone());
                nodes.push(begun.node(index, Label::Always));
            }
            match self.run(&mut run, usize::MAX, watch) {
                (Verdict::Found, end) => return Self::path(&nodes, index, end, run.state),
                (Verdict::Drop, _) => {}
                (Verdict::Go, _) => {
                    for edge in &self.graph.block(run.at.block).edges {
                        let mut next = run.clone();
                        next.at = Point { block: edge.to, step: 0 };
                        let is_possible = self.learn(&mut next.facts, edge.label)
                            && next.state.as_mut().is_none_or(|state| watch.edge(state, edge.label));
                        if is_possible && seen.insert(next.clone()) {
                            nodes.push(next.node(index, edge.label));
                        }
                    }
                }
            }
            index += 1;
        }
        None
    }

    /// Runs the steps of a block up to number `end`, and the exit behind the last one.
    fn run<W: Watch>(&self, run: &mut Run<W::State>, end: usize, watch: &W) -> (Verdict, PathEnd) {
        let block = self.graph.block(run.at.block);
        let steps = block.steps.get(run.at.step..end.min(block.steps.len())).unwrap_or_default();
        let mut last = PathEnd::Step(Step::RunDefers);
        for &step in steps {
            last = PathEnd::Step(step);
            let verdict = run.state.as_mut().map_or(Verdict::Go, |state| watch.step(state, step));
            if verdict != Verdict::Go {
                return (verdict, last);
            }
            match step {
                Step::Exec(stmt) => {
                    self.forget(&mut run.facts, stmt);
                    if matches!(self.cx.ast.stmt(stmt), Stmt::Defer(_)) && watch.wants_defer(stmt) {
                        if MAX_DEFERS <= run.defers.len() {
                            return (Verdict::Drop, last);
                        }
                        run.defers.push(stmt);
                    }
                }
                // After an assertion, what it says holds.
                Step::Eval(expr) if self.asserted.contains_key(&expr) => {
                    if !know(&self.asserted, &mut run.facts, expr, true) {
                        return (Verdict::Drop, last);
                    }
                }
                Step::Eval(expr) => self.forget_addressed(&mut run.facts, expr),
                Step::Next(_) => {}
                Step::RunDefers => {
                    for defer in run.defers.drain(..).rev() {
                        let verdict =
                            run.state.as_mut().map_or(Verdict::Go, |state| watch.deferred(state, defer));
                        if verdict != Verdict::Go {
                            return (verdict, PathEnd::Deferred(defer));
                        }
                    }
                }
            }
        }
        match (block.exit, &run.state) {
            (Some(exit), Some(state)) => (watch.exit(state, exit), PathEnd::Exit(exit)),
            _ => (Verdict::Go, last),
        }
    }

    fn path<S>(nodes: &[Node<S>], mut at: usize, end: PathEnd, state: Option<S>) -> Option<Path<S>> {
        let mut branches = Vec::new();
        while at != 0 && nodes[at].state.is_some() {
            if nodes[at].label != Label::Always {
                branches.push(nodes[at].label);
            }
            at = nodes[at].parent;
        }
        branches.reverse();
        Some(Path { branches, end, state: state? })
    }

    /// Takes an edge: false where the path already knows better.
    fn learn(&self, facts: &mut Facts, label: Label) -> bool {
        match label {
            Label::Cond { expr, holds } => know(&self.asked, facts, expr, holds),
            _ => true,
        }
    }

    fn forget_local(&self, facts: &mut Facts, local: LocalId) {
        facts.retain(|&(index, _)| !self.conditions[index].locals.contains(&local));
    }

    /// A statement assigns: what was known of its targets is no longer, and a constant is known anew.
    fn forget(&self, facts: &mut Facts, stmt: StmtId) {
        if self.conditions.is_empty() {
            return;
        }
        for (target, value) in assigned(self.cx, stmt) {
            let Some(local) = root_local(self.cx, target) else { continue };
            self.forget_local(facts, local);
            let Some(name) = self.cx.ast.ident(self.cx.ast.unparen(target)) else { continue };
            let (key, value) = match value.map(|value| constant(self.cx, value)) {
                Some(Some(Constant::Bool(value))) => (name_key(name, local), value),
                Some(Some(Constant::Nil)) => (format!("{}==nil", name_key(name, local)), true),
                _ => continue,
            };
            if let Some(&index) = self.keys.get(&key)
                && let Err(at) = facts.binary_search_by_key(&index, |&(index, _)| index)
            {
                facts.insert(at, (index, value));
            }
        }
    }

    fn forget_addressed(&self, facts: &mut Facts, expr: ExprId) {
        if let Expr::Unary { op: UnaryOp::Addr, operand } = self.cx.ast.expr(expr)
            && let Some(local) = root_local(self.cx, operand)
        {
            self.forget_local(facts, local);
        }
    }
}

/// A place that tells of a condition: the branch or call, the condition, its key, and whether the place tells the
/// contrary.
type Told = (ExprId, ExprId, String, bool);

fn branches(cx: BodyCx<'_>, graph: &FuncGraph) -> Vec<Told> {
    let edges = graph.iter().flat_map(|(_, block)| &block.edges);
    let conditions = edges.filter_map(|edge| match edge.label {
        Label::Cond { expr, holds: true } => Some(expr),
        _ => None,
    });
    conditions
        .filter_map(|expr| condition_key(cx, expr).map(|(key, negated)| (expr, expr, key, negated)))
        .collect()
}

fn assertions(cx: BodyCx<'_>, graph: &FuncGraph) -> Vec<Told> {
    let mut found = Vec::new();
    for (_, step) in graph.points() {
        let Step::Eval(call) = step else { continue };
        let Expr::Call { .. } = cx.ast.expr(call) else { continue };
        let Some(assertion) = assertion(&cx.callee(call)).filter(|_| is_statement(cx, call)) else {
            continue;
        };
        let args = cx.args(call);
        if let (Assertion::Equal(equal), &[_, a, b, ..]) = (assertion, args.as_slice()) {
            let key = equality_key(cx, a, b);
            found
                .extend(key.into_iter().flat_map(|key| [a, b].map(|side| (call, side, key.clone(), !equal))));
            continue;
        }
        for arg in args {
            match assertion {
                Assertion::Nil(is_nil) if cx.local(arg).is_some() && cx.type_of(arg) == TypeId::ERROR => {
                    found.extend(operand_key(cx, arg).map(|key| (call, arg, format!("{key}==nil"), !is_nil)));
                }
                Assertion::Holds(value) if matches!(cx.ast.expr(arg), Expr::Binary { .. }) => {
                    found.extend(
                        condition_key(cx, arg).map(|(key, negated)| (call, arg, key, negated == value)),
                    );
                }
                _ => {}
            }
        }
    }
    found
}

/// Notes what a branch or assertion tells: false where the path already knows better.
fn know(told: &FxHashMap<ExprId, (usize, bool)>, facts: &mut Facts, at: ExprId, holds: bool) -> bool {
    let Some(&(index, negated)) = told.get(&at) else { return true };
    let value = holds != negated;
    match facts.binary_search_by_key(&index, |&(index, _)| index) {
        Ok(at) => facts[at].1 == value,
        Err(at) => {
            facts.insert(at, (index, value));
            true
        }
    }
}

enum Constant {
    Bool(bool),
    Nil,
}

fn constant(cx: BodyCx<'_>, expr: ExprId) -> Option<Constant> {
    match cx.entity(expr) {
        Entity::Universe(name) if name == "true" => Some(Constant::Bool(true)),
        Entity::Universe(name) if name == "false" => Some(Constant::Bool(false)),
        Entity::Universe(name) if name == "nil" => Some(Constant::Nil),
        _ => None,
    }
}

/// The targets of a statement that stores, each with the value stored where the statement names one for it.
pub fn assigned(cx: BodyCx<'_>, stmt: StmtId) -> Vec<(ExprId, Option<ExprId>)> {
    let ast = cx.ast;
    let pairs = |lhs: Vec<ExprId>, rhs: Vec<ExprId>| {
        let is_paired = lhs.len() == rhs.len();
        lhs.into_iter()
            .enumerate()
            .map(|(at, target)| (target, rhs.get(at).copied().filter(|_| is_paired)))
            .collect()
    };
    match ast.stmt(stmt) {
        Stmt::Assign { lhs, op, rhs } => {
            let is_plain = !matches!(op, golint_conc_syntax::ast::AssignOp::Op(_));
            let rhs = if is_plain { ast.list(rhs).collect() } else { Vec::new() };
            pairs(ast.list(lhs).collect(), rhs)
        }
        Stmt::IncDec { target, .. } => vec![(target, None)],
        Stmt::Range { key, value, .. } => {
            [key, value].into_iter().flatten().map(|target| (target, None)).collect()
        }
        Stmt::TypeSwitch { bind, .. } => bind.into_iter().map(|target| (target, None)).collect(),
        Stmt::Decl { specs, .. } => ast
            .list(specs)
            .filter_map(|spec| match ast.spec(spec) {
                Spec::Value { names, values, .. } => {
                    Some(pairs(ast.list(names).collect(), ast.list(values).collect::<Vec<_>>()))
                }
                Spec::Type { .. } => None,
            })
            .flatten()
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a call is a statement of its own.
pub(crate) fn is_statement(cx: BodyCx<'_>, call: ExprId) -> bool {
    (0..cx.ast.stmt_count() as u32)
        .map(StmtId::new)
        .any(|stmt| matches!(cx.ast.stmt(stmt), Stmt::Expr(expr) if cx.ast.unparen(expr) == call))
}

/// The local variable at the root of a target or operand: `x` of `x.f[i]`.
pub fn root_local(cx: BodyCx<'_>, expr: ExprId) -> Option<LocalId> {
    let mut expr = cx.ast.unparen(expr);
    loop {
        expr = match cx.ast.expr(expr) {
            Expr::Ident(_) => return cx.local(expr),
            Expr::Selector { base, .. } | Expr::Index { base, .. } | Expr::Slice { base, .. } => base,
            Expr::Star(inner) | Expr::Paren(inner) => inner,
            _ => return None,
        };
    }
}

fn name_key(name: Symbol, local: LocalId) -> String {
    format!("{name}#{}", local.index())
}

/// A text that two conditions share exactly if they ask the same, and whether this one asks for the contrary.
fn condition_key(cx: BodyCx<'_>, expr: ExprId) -> Option<(String, bool)> {
    let expr = cx.ast.unparen(expr);
    if let Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), lhs, rhs } = cx.ast.expr(expr) {
        return Some((equality_key(cx, lhs, rhs)?, op == BinaryOp::Ne));
    }
    Some((operand_key(cx, expr)?, false))
}

/// The key of a comparison, whichever operand stands first.
fn equality_key(cx: BodyCx<'_>, a: ExprId, b: ExprId) -> Option<String> {
    let (a, b) = (operand_key(cx, a)?, operand_key(cx, b)?);
    Some(if a == "nil" || (b != "nil" && b < a) { format!("{b}=={a}") } else { format!("{a}=={b}") })
}

fn operand_key(cx: BodyCx<'_>, expr: ExprId) -> Option<String> {
    let mut key = String::new();
    let mut is_fit = true;
    walk(cx.ast, expr, |node| {
        let NodeRef::Expr(expr) = node else { return Walk::Over };
        match cx.ast.expr(expr) {
            Expr::Ident(name) => match cx.entity(expr) {
                Entity::Local(local) => key.push_str(&name_key(name, local)),
                _ => key.push_str(name.as_str()),
            },
            Expr::Lit(_) => key.push_str(cx.text(expr)),
            Expr::Selector { .. } => key.push('.'),
            Expr::Index { .. } => key.push_str("[]"),
            Expr::Paren(_) => {}
            Expr::Star(_) => key.push('*'),
            Expr::Unary { op: UnaryOp::Neg | UnaryOp::Not, .. } => key.push('-'),
            Expr::Binary { op, .. } => key.push_str(&format!("{op:?}")),
            Expr::Call { .. } => {
                is_fit &= is_question(cx, expr);
                key.push_str("()");
            }
            _ => is_fit = false,
        }
        key.push(' ');
        Walk::Into
    });
    is_fit.then(|| key.trim_end().to_owned())
}

/// Whether a call only asks, by its name, so that asking again gives the same answer.
fn is_question(cx: BodyCx<'_>, call: ExprId) -> bool {
    const PREFIXES: [&str; 12] =
        ["len", "cap", "is", "Is", "has", "Has", "can", "Can", "should", "Should", "needs", "Needs"];
    let callee = cx.callee(call);
    callee.name().is_some_and(|name| PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix)))
}

/// The local variables that statements outside of the graph assign, such as those of a function literal.
fn assigned_elsewhere(cx: BodyCx<'_>, graph: &FuncGraph) -> FxHashSet<LocalId> {
    let own: FxHashSet<StmtId> = graph
        .points()
        .filter_map(|(_, step)| match step {
            Step::Exec(stmt) => Some(stmt),
            _ => None,
        })
        .collect();
    (0..cx.ast.stmt_count() as u32)
        .map(StmtId::new)
        .filter(|stmt| !own.contains(stmt))
        .flat_map(|stmt| assigned(cx, stmt))
        .filter_map(|(target, _)| root_local(cx, target))
        .collect()
}

/// The local variables of a condition.
fn locals_in(cx: BodyCx<'_>, expr: ExprId) -> Vec<LocalId> {
    let mut locals = Vec::new();
    walk(cx.ast, expr, |node| {
        if let NodeRef::Expr(expr) = node
            && let Some(local) = cx.local(expr)
        {
            locals.push(local);
        }
        Walk::Into
    });
    locals
}

/// The local variables that some statement of the graph sets to `true`, `false` or `nil`.
fn literal_targets(cx: BodyCx<'_>, graph: &FuncGraph) -> FxHashSet<LocalId> {
    let mut found = FxHashSet::default();
    for (_, step) in graph.points() {
        let Step::Exec(stmt) = step else { continue };
        for (target, value) in assigned(cx, stmt) {
            if let Some(local) = cx.local(target)
                && value.is_some_and(|value| constant(cx, value).is_some())
            {
                found.insert(local);
            }
        }
    }
    found
}
