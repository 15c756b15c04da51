//! From a resolved body to its graph.

use golint_conc_semantic::{BodyCx, Callee, Entity};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{
    AssignOp, BinaryOp, BranchKind, ClauseId, Expr, ExprId, List, Spec, Stmt, StmtId, UnaryOp,
};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use crate::calls::CallEnd;
use crate::graph::{Block, BlockId, Edge, ExitKind, FuncGraph, Label, Loop, MAX_DEPTH, MAX_STEPS, Step};

impl FuncGraph {
    /// The graph of the function whose block is `block`; `call_end` says how a call ends. None where the body is not
    /// understood whole, or exceeds [`MAX_STEPS`] or [`MAX_DEPTH`].
    pub fn new(cx: BodyCx<'_>, block: StmtId, call_end: &dyn Fn(ExprId) -> CallEnd) -> Option<Self> {
        if cx.ast.is_opaque {
            return None;
        }
        let mut builder = Builder {
            cx,
            call_end,
            graph: FuncGraph { blocks: vec![Block::default()], loops: Vec::new() },
            current: FuncGraph::ENTRY,
            in_loop: None,
            targets: Vec::new(),
            labels: Vec::new(),
            pending_label: None,
            steps: 0,
            depth: 0,
        };
        builder.declare_labels(block);
        builder.stmts(cx.ast.block(block));
        builder.exit(ExitKind::FallOff);
        let is_too_big = MAX_STEPS < builder.steps || builder.depth == TOO_DEEP;
        (!cx.pkg.bounds.count("steps and nesting of a function", is_too_big)).then_some(builder.graph)
    }
}

/// The depth of a builder that has given up.
const TOO_DEEP: usize = usize::MAX;

/// Where `break` and `continue` go.
#[derive(Clone, Copy)]
struct Target {
    label: Option<Symbol>,
    on_break: BlockId,
    on_continue: Option<BlockId>,
    /// Whether only a `break` with the label leaves it: a labelled block or `if`.
    needs_label: bool,
}

struct Builder<'a, 'p> {
    cx: BodyCx<'p>,
    call_end: &'a dyn Fn(ExprId) -> CallEnd,
    graph: FuncGraph,
    current: BlockId,
    in_loop: Option<usize>,
    targets: Vec<Target>,
    labels: Vec<(Symbol, BlockId)>,
    pending_label: Option<Symbol>,
    steps: usize,
    depth: usize,
}

impl Builder<'_, '_> {
    // --- blocks ----------------------------------------------------------------------------------------------------

    fn new_block(&mut self) -> BlockId {
        self.graph.blocks.push(Block::default());
        BlockId(self.graph.blocks.len() as u32 - 1)
    }

    /// Goes on in `block`.
    fn start(&mut self, block: BlockId) {
        self.graph.blocks[block.index()].in_loop = self.in_loop;
        self.current = block;
    }

    fn step(&mut self, step: Step) {
        self.steps += 1;
        if self.steps <= MAX_STEPS {
            self.graph.blocks[self.current.index()].steps.push(step);
        }
    }

    fn edge(&mut self, to: BlockId, label: Label) {
        self.graph.blocks[self.current.index()].edges.push(Edge { to, label });
    }

    /// Leaves the current block for `to`; what follows has no way to it until it is started.
    fn jump(&mut self, to: BlockId) {
        self.edge(to, Label::Always);
        self.dead_end();
    }

    fn dead_end(&mut self) {
        let next = self.new_block();
        self.start(next);
    }

    /// Goes on in `to`, from the current block.
    fn join(&mut self, to: BlockId) {
        self.edge(to, Label::Always);
        self.start(to);
    }

    fn exit(&mut self, kind: ExitKind) {
        if !matches!(kind, ExitKind::ProcessEnd(_) | ExitKind::Stuck(_)) {
            self.step(Step::RunDefers);
        }
        self.graph.blocks[self.current.index()].exit = Some(kind);
        self.dead_end();
    }

    /// Runs one level deeper, unless that is too deep.
    fn deeper(&mut self, run: impl FnOnce(&mut Self)) {
        if MAX_DEPTH <= self.depth {
            self.depth = TOO_DEEP;
            return;
        }
        self.depth += 1;
        run(self);
        if self.depth != TOO_DEEP {
            self.depth -= 1;
        }
    }

    // --- statements ------------------------------------------------------------------------------------------------

    /// Makes the blocks of all labels, so that a `goto` can be lowered before its label.
    fn declare_labels(&mut self, block: StmtId) {
        let mut found = Vec::new();
        walk_inline(self.cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Labeled { label, .. } = self.cx.ast.stmt(stmt)
            {
                found.push(label);
            }
        });
        for label in found {
            let block = self.new_block();
            self.labels.push((label, block));
        }
    }

    fn label_block(&self, label: Symbol) -> Option<BlockId> {
        self.labels.iter().find(|(name, _)| *name == label).map(|&(_, block)| block)
    }

    fn stmts(&mut self, list: List<StmtId>) {
        let ast = self.cx.ast;
        for stmt in ast.list(list) {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: StmtId) {
        self.deeper(|this| this.stmt_inner(stmt));
    }

    fn stmt_inner(&mut self, id: StmtId) {
        let ast = self.cx.ast;
        let label = self.pending_label.take();
        match ast.stmt(id) {
            Stmt::Bad | Stmt::Empty => {}
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::Send { chan, value } => {
                self.expr(chan);
                self.expr(value);
                self.step(Step::Exec(id));
            }
            Stmt::IncDec { target, .. } => {
                self.expr(target);
                self.step(Step::Exec(id));
            }
            Stmt::Assign { lhs, op, rhs } => {
                for target in ast.list(lhs) {
                    match op {
                        AssignOp::Op(_) => self.expr(target),
                        AssignOp::Assign => self.target(target),
                        AssignOp::Define => {}
                    }
                }
                self.exprs(rhs);
                self.step(Step::Exec(id));
            }
            Stmt::Go(call) | Stmt::Defer(call) => {
                self.call_operands(call);
                self.step(Step::Exec(id));
            }
            Stmt::Return(values) => {
                self.exprs(values);
                self.step(Step::Exec(id));
                self.exit(ExitKind::Return(id));
            }
            Stmt::Branch { kind, label } => self.branch(kind, label),
            Stmt::Block(list) => self.breakable(label, |this| this.stmts(list)),
            Stmt::If { .. } => self.breakable(label, |this| this.if_chain(id)),
            Stmt::Switch { init, tag, clauses } => self.switch(id, label, init, tag, clauses),
            Stmt::TypeSwitch { init, subject, clauses, .. } => {
                self.type_switch(id, label, init, subject, clauses);
            }
            Stmt::Select { clauses } => self.select(label, clauses),
            Stmt::For { init, cond, post, body } => self.for_loop(id, label, init, cond, post, body),
            Stmt::Range { key, value, define, subject, body } => {
                let targets: Vec<_> = [key, value].into_iter().flatten().filter(|_| !define).collect();
                self.range(id, label, &targets, subject, body);
            }
            Stmt::Labeled { label, stmt } => {
                if let Some(block) = self.label_block(label) {
                    self.join(block);
                }
                self.pending_label = Some(label);
                self.stmt(stmt);
                self.pending_label = None;
            }
            Stmt::Decl { specs, .. } => {
                for spec in ast.list(specs) {
                    if let Spec::Value { values, .. } = ast.spec(spec) {
                        self.exprs(values);
                    }
                }
                self.step(Step::Exec(id));
            }
        }
    }

    /// A labelled statement that only a `break` with its label leaves.
    fn breakable(&mut self, label: Option<Symbol>, run: impl FnOnce(&mut Self)) {
        let Some(label) = label else { return run(self) };
        let after = self.new_block();
        self.targets.push(Target {
            label: Some(label),
            on_break: after,
            on_continue: None,
            needs_label: true,
        });
        run(self);
        self.targets.pop();
        self.join(after);
    }

    fn branch(&mut self, kind: BranchKind, label: Option<Symbol>) {
        let target = match (kind, label) {
            (BranchKind::Goto, Some(label)) => self.label_block(label),
            (BranchKind::Break, Some(label)) => {
                self.targets.iter().rev().find(|target| target.label == Some(label)).map(|t| t.on_break)
            }
            (BranchKind::Break, None) => {
                self.targets.iter().rev().find(|target| !target.needs_label).map(|t| t.on_break)
            }
            (BranchKind::Continue, Some(label)) => {
                self.targets.iter().rev().find(|t| t.label == Some(label)).and_then(|t| t.on_continue)
            }
            (BranchKind::Continue, None) => self.targets.iter().rev().find_map(|t| t.on_continue),
            // Lowered with the clause that it ends.
            (BranchKind::Fallthrough, _) => return,
            (BranchKind::Goto, None) => None,
        };
        match target {
            Some(target) => self.jump(target),
            None => self.dead_end(),
        }
    }

    /// `if … else if … else`, without recursion: such chains grow long.
    fn if_chain(&mut self, first: StmtId) {
        let ast = self.cx.ast;
        let after = self.new_block();
        let mut next = Some(first);
        while let Some(id) = next.take() {
            let Stmt::If { init, cond, then, els } = ast.stmt(id) else {
                self.stmt(id);
                break;
            };
            if let Some(init) = init {
                self.stmt(init);
            }
            let yes = self.new_block();
            let no = if els.is_some() { self.new_block() } else { after };
            self.cond(cond, yes, no);
            self.start(yes);
            self.stmt(then);
            self.jump(after);
            if els.is_some() {
                self.start(no);
            }
            next = els;
        }
        self.join(after);
    }

    fn switch(
        &mut self,
        id: StmtId,
        label: Option<Symbol>,
        init: Option<StmtId>,
        tag: Option<ExprId>,
        clauses: List<ClauseId>,
    ) {
        let ast = self.cx.ast;
        if let Some(init) = init {
            self.stmt(init);
        }
        if let Some(tag) = tag {
            self.expr(tag);
        }
        let bodies: Vec<_> = ast.list(clauses).map(|clause| (clause, self.new_block())).collect();
        let after = self.new_block();
        for &(clause, body) in &bodies {
            for expr in ast.list(ast.clause(clause).exprs) {
                let next = self.new_block();
                if tag.is_some() {
                    self.expr(expr);
                    self.edge(body, Label::Case { switch: id, expr, holds: true });
                    self.edge(next, Label::Case { switch: id, expr, holds: false });
                } else {
                    self.cond(expr, body, next);
                }
                self.start(next);
            }
        }
        self.default_edge(&bodies, after);
        self.clause_bodies(label, &bodies, after);
    }

    fn type_switch(
        &mut self,
        id: StmtId,
        label: Option<Symbol>,
        init: Option<StmtId>,
        subject: ExprId,
        clauses: List<ClauseId>,
    ) {
        let ast = self.cx.ast;
        if let Some(init) = init {
            self.stmt(init);
        }
        self.expr(subject);
        self.step(Step::Exec(id));
        let bodies: Vec<_> = ast.list(clauses).map(|clause| (clause, self.new_block())).collect();
        let after = self.new_block();
        for &(clause, body) in &bodies {
            if ast.clause(clause).is_default {
                continue;
            }
            let next = self.new_block();
            self.edge(body, Label::Type { switch: id, clause, holds: true });
            self.edge(next, Label::Type { switch: id, clause, holds: false });
            self.start(next);
        }
        self.default_edge(&bodies, after);
        self.clause_bodies(label, &bodies, after);
    }

    fn default_edge(&mut self, bodies: &[(ClauseId, BlockId)], after: BlockId) {
        let default = bodies.iter().find(|(clause, _)| self.cx.ast.clause(*clause).is_default);
        self.edge(default.map_or(after, |&(_, body)| body), Label::Always);
    }

    fn clause_bodies(&mut self, label: Option<Symbol>, bodies: &[(ClauseId, BlockId)], after: BlockId) {
        let ast = self.cx.ast;
        self.targets.push(Target { label, on_break: after, on_continue: None, needs_label: false });
        for (position, &(clause, body)) in bodies.iter().enumerate() {
            self.start(body);
            let list = ast.clause(clause).body;
            self.stmts(list);
            let falls = ast.list(list).next_back().is_some_and(|last| self.is_fallthrough(last));
            let next = bodies.get(position + 1).filter(|_| falls);
            self.jump(next.map_or(after, |&(_, block)| block));
        }
        self.targets.pop();
        self.start(after);
    }

    fn is_fallthrough(&self, stmt: StmtId) -> bool {
        match self.cx.ast.stmt(stmt) {
            Stmt::Branch { kind: BranchKind::Fallthrough, .. } => true,
            Stmt::Labeled { stmt, .. } => self.is_fallthrough(stmt),
            _ => false,
        }
    }

    fn select(&mut self, label: Option<Symbol>, clauses: List<ClauseId>) {
        let ast = self.cx.ast;
        for clause in ast.list(clauses) {
            if let Some(comm) = ast.clause(clause).comm {
                self.comm_operands(comm);
            }
        }
        let bodies: Vec<_> = ast.list(clauses).map(|clause| (clause, self.new_block())).collect();
        for &(clause, body) in &bodies {
            self.edge(body, Label::Select { clause });
        }
        let after = self.new_block();
        self.targets.push(Target { label, on_break: after, on_continue: None, needs_label: false });
        for (clause, body) in bodies {
            self.start(body);
            if let Some(comm) = ast.clause(clause).comm {
                self.comm(comm);
            }
            self.stmts(ast.clause(clause).body);
            self.jump(after);
        }
        self.targets.pop();
        self.start(after);
    }

    /// The receive of a communication clause, and its channel.
    fn received(&self, comm: StmtId) -> Option<(ExprId, ExprId)> {
        let ast = self.cx.ast;
        let recv = match ast.stmt(comm) {
            Stmt::Expr(expr) => expr,
            Stmt::Assign { rhs, .. } => ast.list(rhs).next()?,
            _ => return None,
        };
        let recv = ast.unparen(recv);
        match ast.expr(recv) {
            Expr::Unary { op: UnaryOp::Recv, operand } => Some((recv, operand)),
            _ => None,
        }
    }

    /// What a `select` evaluates before it waits.
    fn comm_operands(&mut self, comm: StmtId) {
        if let Stmt::Send { chan, value } = self.cx.ast.stmt(comm) {
            self.expr(chan);
            self.expr(value);
        } else if let Some((_, channel)) = self.received(comm) {
            self.expr(channel);
        }
    }

    /// What a `select` does once it has chosen.
    fn comm(&mut self, comm: StmtId) {
        if let Some((recv, _)) = self.received(comm) {
            self.step(Step::Eval(recv));
            if let Stmt::Assign { lhs, op, .. } = self.cx.ast.stmt(comm) {
                for target in self.cx.ast.list(lhs).filter(|_| op == AssignOp::Assign) {
                    self.target(target);
                }
                self.step(Step::Exec(comm));
            }
        } else {
            self.step(Step::Exec(comm));
        }
    }

    fn enter_loop(&mut self, stmt: StmtId, header: BlockId, after: BlockId) {
        self.graph.loops.push(Loop { stmt, parent: self.in_loop, header, after });
        self.in_loop = Some(self.graph.loops.len() - 1);
    }

    fn leave_loop(&mut self, after: BlockId) {
        self.in_loop = self.in_loop.and_then(|at| self.graph.loops.get(at)?.parent);
        self.start(after);
    }

    fn for_loop(
        &mut self,
        id: StmtId,
        label: Option<Symbol>,
        init: Option<StmtId>,
        cond: Option<ExprId>,
        post: Option<StmtId>,
        body: StmtId,
    ) {
        if let Some(init) = init {
            self.stmt(init);
        }
        let (header, after, next) = (self.new_block(), self.new_block(), self.new_block());
        self.edge(header, Label::Always);
        self.enter_loop(id, header, after);
        self.start(header);
        if let Some(cond) = cond {
            let inside = self.new_block();
            self.cond(cond, inside, after);
            self.start(inside);
        }
        self.targets.push(Target { label, on_break: after, on_continue: Some(next), needs_label: false });
        self.stmt(body);
        self.targets.pop();
        self.join(next);
        if let Some(post) = post {
            self.stmt(post);
        }
        self.edge(header, Label::Always);
        self.leave_loop(after);
    }

    fn range(
        &mut self,
        id: StmtId,
        label: Option<Symbol>,
        targets: &[ExprId],
        subject: ExprId,
        body: StmtId,
    ) {
        self.expr(subject);
        let (header, after, inside) = (self.new_block(), self.new_block(), self.new_block());
        self.edge(header, Label::Always);
        self.enter_loop(id, header, after);
        self.start(header);
        self.step(Step::Next(id));
        self.edge(inside, Label::Range { stmt: id, more: true });
        self.edge(after, Label::Range { stmt: id, more: false });
        self.start(inside);
        for &target in targets {
            self.target(target);
        }
        self.step(Step::Exec(id));
        self.targets.push(Target { label, on_break: after, on_continue: Some(header), needs_label: false });
        self.stmt(body);
        self.targets.pop();
        self.edge(header, Label::Always);
        self.leave_loop(after);
    }

    // --- expressions -----------------------------------------------------------------------------------------------

    /// Evaluates `expr` as a condition and goes to `yes` or `no`.
    fn cond(&mut self, expr: ExprId, yes: BlockId, no: BlockId) {
        self.deeper(|this| this.cond_inner(expr, yes, no));
    }

    fn cond_inner(&mut self, expr: ExprId, yes: BlockId, no: BlockId) {
        let expr = self.cx.ast.unparen(expr);
        match self.cx.ast.expr(expr) {
            Expr::Unary { op: UnaryOp::Not, operand } => self.cond(operand, no, yes),
            Expr::Binary { op: BinaryOp::LogicalAnd, lhs, rhs } => {
                let second = self.new_block();
                self.cond(lhs, second, no);
                self.start(second);
                self.cond(rhs, yes, no);
            }
            Expr::Binary { op: BinaryOp::LogicalOr, lhs, rhs } => {
                let second = self.new_block();
                self.cond(lhs, yes, second);
                self.start(second);
                self.cond(rhs, yes, no);
            }
            _ => match self.constant(expr) {
                Some(holds) => self.edge(if holds { yes } else { no }, Label::Always),
                None => {
                    self.expr(expr);
                    self.edge(yes, Label::Cond { expr, holds: true });
                    self.edge(no, Label::Cond { expr, holds: false });
                }
            },
        }
    }

    /// The value of the predeclared `true` and `false`.
    fn constant(&self, expr: ExprId) -> Option<bool> {
        match self.cx.entity(expr) {
            Entity::Universe(name) if name == "true" => Some(true),
            Entity::Universe(name) if name == "false" => Some(false),
            _ => None,
        }
    }

    fn exprs(&mut self, list: List<ExprId>) {
        let ast = self.cx.ast;
        for expr in ast.list(list) {
            self.expr(expr);
        }
    }

    /// The operands of what an assignment stores to.
    fn target(&mut self, expr: ExprId) {
        let expr = self.cx.ast.unparen(expr);
        match self.cx.ast.expr(expr) {
            Expr::Selector { base, .. } if !matches!(self.cx.entity(base), Entity::Import(_)) => {
                self.expr(base);
            }
            Expr::Star(base) => self.expr(base),
            Expr::Index { base, indices } => {
                self.expr(base);
                self.exprs(indices);
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: ExprId) {
        self.deeper(|this| this.expr_inner(expr));
    }

    fn expr_inner(&mut self, id: ExprId) {
        let ast = self.cx.ast;
        match ast.expr(id) {
            Expr::Bad
            | Expr::Lit(_)
            | Expr::Array { .. }
            | Expr::Map { .. }
            | Expr::Chan { .. }
            | Expr::FuncType(_)
            | Expr::Struct { .. }
            | Expr::Interface { .. }
            | Expr::Ellipsis(_) => {}
            Expr::Ident(_) => {
                if matches!(self.cx.entity(id), Entity::Local(_) | Entity::Object(_) | Entity::Unknown) {
                    self.step(Step::Eval(id));
                }
            }
            Expr::Func { .. } => self.step(Step::Eval(id)),
            Expr::Paren(inner) => self.expr(inner),
            Expr::KeyValue { key, value } => {
                if !matches!(self.cx.entity(key), Entity::Member(_)) {
                    self.expr(key);
                }
                self.expr(value);
            }
            Expr::Composite { elems, .. } => {
                self.exprs(elems);
                self.step(Step::Eval(id));
            }
            Expr::Selector { base, .. } => {
                if !matches!(self.cx.entity(base), Entity::Import(_)) {
                    self.expr(base);
                }
                self.step(Step::Eval(id));
            }
            Expr::Index { base, indices } => {
                self.expr(base);
                self.exprs(indices);
                self.step(Step::Eval(id));
            }
            Expr::Slice { base, lo, hi, max } => {
                self.expr(base);
                for bound in [lo, hi, max].into_iter().flatten() {
                    self.expr(bound);
                }
                self.step(Step::Eval(id));
            }
            Expr::TypeAssert { base, .. } => {
                self.expr(base);
                self.step(Step::Eval(id));
            }
            Expr::Star(inner) | Expr::Unary { operand: inner, .. } => {
                self.expr(inner);
                self.step(Step::Eval(id));
            }
            Expr::Binary { op: BinaryOp::LogicalAnd | BinaryOp::LogicalOr, .. } => self.logical(id),
            Expr::Binary { .. } => self.binary_spine(id),
            Expr::Call { .. } => {
                self.call_operands(id);
                self.step(Step::Eval(id));
                self.end_call(id);
            }
        }
    }

    /// `&&` or `||` whose value is used.
    fn logical(&mut self, id: ExprId) {
        let (yes, no, after) = (self.new_block(), self.new_block(), self.new_block());
        self.cond(id, yes, no);
        for block in [yes, no] {
            self.start(block);
            self.edge(after, Label::Always);
        }
        self.start(after);
        self.step(Step::Eval(id));
    }

    /// `a + b + c`, without recursion to the left: such chains grow long.
    fn binary_spine(&mut self, id: ExprId) {
        let ast = self.cx.ast;
        let mut spine = Vec::new();
        let mut first = id;
        while let Expr::Binary { op, lhs, rhs } = ast.expr(first) {
            if matches!(op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr) {
                break;
            }
            spine.push((first, rhs));
            first = lhs;
        }
        self.expr(first);
        for (whole, rhs) in spine.into_iter().rev() {
            self.expr(rhs);
            self.step(Step::Eval(whole));
        }
    }

    /// The function value or receiver and the arguments of a call.
    fn call_operands(&mut self, call: ExprId) {
        let ast = self.cx.ast;
        let call = ast.unparen(call);
        let Expr::Call { fun, args, .. } = ast.expr(call) else { return self.expr(call) };
        let fun = ast.unparen(fun);
        match (self.cx.callee_of(fun), ast.expr(fun)) {
            (Callee::Method { recv, .. }, _) => self.expr(recv),
            (Callee::Builtin(_) | Callee::Conversion(_) | Callee::Func { .. }, _) => {}
            (Callee::Unknown(_), Expr::Selector { base, .. }) => {
                if !matches!(self.cx.entity(base), Entity::Import(_)) {
                    self.expr(base);
                }
            }
            _ => self.expr(fun),
        }
        self.exprs(args);
    }

    fn end_call(&mut self, call: ExprId) {
        match (self.call_end)(call) {
            CallEnd::Returns => {}
            CallEnd::Panic => self.exit(ExitKind::Panic(call)),
            CallEnd::Goexit => self.exit(ExitKind::Goexit(call)),
            CallEnd::ProcessEnd => self.exit(ExitKind::ProcessEnd(call)),
            CallEnd::Stuck => self.exit(ExitKind::Stuck(call)),
        }
    }
}
