//! Following the paths of a graph with a state, each combination of block and state once.
//!
//! This is property simulation (Das, Lerner, Seigle: ESP, PLDI 2002) with the branch conditions of the path in the state.
//! Search is breadth first, so what is found comes with a shortest path.

use std::hash::Hash;

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{Stmt, StmtId};
use rustc_hash::FxHashSet;

use crate::facts::{Conditions, Facts};
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

/// A graph prepared for searches.
#[derive(Debug)]
pub struct Paths<'g, 'p> {
    cx: BodyCx<'p>,
    graph: &'g FuncGraph,
    conditions: Conditions<'p>,
}

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
    /// Prepares a graph.
    pub fn new(cx: BodyCx<'p>, graph: &'g FuncGraph) -> Self {
        Self { cx, graph, conditions: Conditions::new(cx, graph) }
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
            if self.cx.pkg.bounds.count("paths of a function", MAX_VISITS < nodes.len()) {
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
                        let is_possible = self.conditions.learn(&mut next.facts, edge.label)
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
                    self.conditions.forget(&mut run.facts, stmt);
                    if matches!(self.cx.ast.stmt(stmt), Stmt::Defer(_)) && watch.wants_defer(stmt) {
                        if self
                            .cx
                            .pkg
                            .bounds
                            .count("deferred calls on a path", MAX_DEFERS <= run.defers.len())
                        {
                            return (Verdict::Drop, last);
                        }
                        run.defers.push(stmt);
                    }
                }
                Step::Eval(expr) => {
                    if !self.conditions.assert(&mut run.facts, expr) {
                        return (Verdict::Drop, last);
                    }
                    self.conditions.forget_addressed(&mut run.facts, expr);
                }
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
}
