//! The control-flow graph of a function or function literal.

use golint_conc_syntax::ast::{ClauseId, ExprId, StmtId};
use golint_conc_syntax::visit::NodeRef;

/// How many steps a graph may have; a function with more has none. The longest function in the Go distribution needs
/// about a tenth of it.
pub const MAX_STEPS: usize = 1 << 20;

/// How deep expressions and statements may nest; a function with deeper ones has no graph.
pub const MAX_DEPTH: usize = 1_000;

/// A block of a [`FuncGraph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub(crate) u32);

impl BlockId {
    /// The position in [`FuncGraph::blocks`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One thing that happens. The operands of a step are steps of their own and come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An expression gets its value: a variable is read, a call returns, a value is received, a literal is made. What
    /// has no effect and no operand that could have one, such as types and constants, is no step. The call of a `go`
    /// or `defer` statement is none either.
    Eval(ExprId),
    /// A statement does its work on evaluated operands: stores, sends, starts the goroutine, registers the deferred
    /// call, sets the results. Of a `range`, binds the iteration variables.
    Exec(StmtId),
    /// A `range` asks for the next element; which of the edges is taken tells whether there is one.
    Next(StmtId),
    /// What the `defer` statements on the path have registered runs, last first.
    RunDefers,
}

/// Why an edge is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// Nothing to decide.
    Always,
    /// A condition without `&&`, `||`, `!` or parentheses at its top is as `holds` says.
    Cond {
        /// The condition.
        expr: ExprId,
        /// Its value.
        holds: bool,
    },
    /// The tag of a `switch` equals the expression of a case, or does not.
    Case {
        /// The `switch`.
        switch: StmtId,
        /// The expression in the case.
        expr: ExprId,
        /// Whether they are equal.
        holds: bool,
    },
    /// The value of a type switch has one of the types of a case, or none.
    Type {
        /// The `switch`.
        switch: StmtId,
        /// The case.
        clause: ClauseId,
        /// Whether it has one.
        holds: bool,
    },
    /// A `range` has another element, or none.
    Range {
        /// The loop.
        stmt: StmtId,
        /// Whether there is one.
        more: bool,
    },
    /// A `select` takes this clause.
    Select {
        /// The clause.
        clause: ClauseId,
    },
}

/// A way on from a block.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Where to.
    pub to: BlockId,
    /// When.
    pub label: Label,
}

/// How a function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExitKind {
    /// A `return` statement.
    Return(StmtId),
    /// The end of the block.
    FallOff,
    /// A call that panics.
    Panic(ExprId),
    /// A call that ends the goroutine: `runtime.Goexit`, `t.FailNow` and its like.
    Goexit(ExprId),
    /// A call that ends the process, without deferred calls.
    ProcessEnd(ExprId),
    /// A call of a function that never returns, for a reason of its own: it loops or blocks for ever.
    Stuck(ExprId),
}

impl ExitKind {
    /// Whether the caller goes on.
    pub const fn returns(self) -> bool {
        matches!(self, Self::Return(_) | Self::FallOff)
    }
}

/// A place where the function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The last block.
    pub block: BlockId,
    /// How.
    pub kind: ExitKind,
}

/// Steps that run one after another. Without edges and exit, the goroutine stays there for ever (`select {}`), or the
/// block is unreachable.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// What happens.
    pub steps: Vec<Step>,
    /// Where it goes on; the order is the order of the text.
    pub edges: Vec<Edge>,
    /// How the function ends here.
    pub exit: Option<ExitKind>,
    /// The innermost loop around it, a position in [`FuncGraph::loops`].
    pub in_loop: Option<usize>,
}

/// A `for` statement.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// The statement.
    pub stmt: StmtId,
    /// The loop around it, a position in [`FuncGraph::loops`].
    pub parent: Option<usize>,
    /// The block that begins every turn.
    pub header: BlockId,
    /// The block behind the loop.
    pub after: BlockId,
}

/// How a loop is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoopExitKind {
    /// Its condition is false, or its `range` has no more elements.
    Done,
    /// A `break`, `goto`, or a `continue` of a loop around it.
    Jump,
    /// The function ends.
    Exit(ExitKind),
}

/// A way out of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopExit {
    /// The block in the loop.
    pub from: BlockId,
    /// How.
    pub kind: LoopExitKind,
}

/// A place between two steps: before step number `step` of a block, or behind its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The block.
    pub block: BlockId,
    /// The position in it.
    pub step: usize,
}

/// The control-flow graph of one function or function literal; the literals in it have graphs of their own. Panics
/// that are not written down, such as a nil dereference, have no edges.
#[derive(Clone, Debug)]
pub struct FuncGraph {
    /// The blocks; unreachable code has blocks without a way to them.
    pub blocks: Vec<Block>,
    /// The loops, outer ones before inner ones.
    pub loops: Vec<Loop>,
}

impl FuncGraph {
    /// Where the function begins.
    pub const ENTRY: BlockId = BlockId(0);

    /// A block.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// All blocks with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (BlockId, &Block)> {
        self.blocks.iter().enumerate().map(|(index, block)| (BlockId(index as u32), block))
    }

    /// Which blocks can run once `from` has begun, itself included.
    pub fn reachable(&self, from: BlockId) -> Reachable {
        let mut seen = vec![false; self.blocks.len()];
        seen[from.index()] = true;
        let mut stack = vec![from];
        while let Some(block) = stack.pop() {
            for edge in &self.block(block).edges {
                if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    stack.push(edge.to);
                }
            }
        }
        Reachable(seen)
    }

    /// The places where the function can end, in the order of the text.
    pub fn exits(&self) -> Vec<Exit> {
        let reachable = self.reachable(Self::ENTRY);
        self.iter()
            .filter(|&(block, _)| reachable.contains(block))
            .filter_map(|(block, b)| Some(Exit { block, kind: b.exit? }))
            .collect()
    }

    /// Whether the function can end so that its caller goes on, be it by a panic that is recovered from.
    pub fn returns(&self) -> bool {
        self.exits().iter().any(|exit| exit.kind.returns())
    }

    /// The loop of a statement.
    pub fn loop_of(&self, stmt: StmtId) -> Option<&Loop> {
        self.loops.iter().find(|l| l.stmt == stmt)
    }

    /// Whether a block is part of a loop.
    pub fn is_in_loop(&self, block: BlockId, stmt: StmtId) -> bool {
        let mut at = self.block(block).in_loop;
        while let Some(index) = at {
            if self.loops[index].stmt == stmt {
                return true;
            }
            at = self.loops[index].parent;
        }
        false
    }

    /// The ways out of a loop that can be taken once it runs; an empty list means that it never ends.
    pub fn loop_exits(&self, stmt: StmtId) -> Vec<LoopExit> {
        let Some(found) = self.loop_of(stmt) else { return Vec::new() };
        let mut exits = Vec::new();
        let mut seen = vec![false; self.blocks.len()];
        seen[found.header.index()] = true;
        let mut stack = vec![found.header];
        while let Some(from) = stack.pop() {
            let block = self.block(from);
            exits.extend(block.exit.map(|kind| LoopExit { from, kind: LoopExitKind::Exit(kind) }));
            for edge in block.edges.iter().rev() {
                if !self.is_in_loop(edge.to, stmt) {
                    let is_done = edge.to == found.after
                        && matches!(edge.label, Label::Cond { .. } | Label::Range { .. });
                    let kind = if is_done { LoopExitKind::Done } else { LoopExitKind::Jump };
                    exits.push(LoopExit { from, kind });
                } else if !std::mem::replace(&mut seen[edge.to.index()], true) {
                    stack.push(edge.to);
                }
            }
        }
        exits.sort_by_key(|exit| exit.from);
        exits
    }

    /// Whether a loop can be left.
    pub fn loop_has_exit(&self, stmt: StmtId) -> bool {
        !self.loop_exits(stmt).is_empty()
    }

    /// The point before the first step that satisfies `is`, in the order of the blocks.
    pub fn find(&self, mut is: impl FnMut(Step) -> bool) -> Option<Point> {
        self.points().find(|&(_, step)| is(step)).map(|(point, _)| point)
    }

    /// All steps with the points before them.
    pub fn points(&self) -> impl Iterator<Item = (Point, Step)> + '_ {
        self.iter().flat_map(|(block, b)| {
            b.steps.iter().enumerate().map(move |(step, &what)| (Point { block, step }, what))
        })
    }

    /// Whether, once `from` has been reached, `to` can be.
    pub fn can_reach(&self, from: Point, to: Point) -> bool {
        if from.block == to.block && from.step <= to.step {
            return true;
        }
        self.block(from.block).edges.iter().any(|edge| self.reachable(edge.to).contains(to.block))
    }

    /// Whether `point` is behind `by` on every path from the entry.
    pub fn is_dominated(&self, point: Point, by: Point) -> bool {
        if point.block == by.block {
            return by.step <= point.step;
        }
        let mut seen = vec![false; self.blocks.len()];
        let mut stack = vec![Self::ENTRY];
        while let Some(block) = stack.pop() {
            if block == by.block || std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            stack.extend(self.block(block).edges.iter().map(|edge| edge.to));
        }
        !seen[point.block.index()]
    }
}

/// The blocks that [`FuncGraph::reachable`] found.
#[derive(Clone, Debug)]
pub struct Reachable(Vec<bool>);

impl Reachable {
    /// Whether a block is among them.
    pub fn contains(&self, block: BlockId) -> bool {
        self.0.get(block.index()).copied().unwrap_or_default()
    }
}

impl Step {
    /// The node that the step belongs to.
    pub const fn node(self) -> Option<NodeRef> {
        match self {
            Self::Eval(expr) => Some(NodeRef::Expr(expr)),
            Self::Exec(stmt) | Self::Next(stmt) => Some(NodeRef::Stmt(stmt)),
            Self::RunDefers => None,
        }
    }
}
