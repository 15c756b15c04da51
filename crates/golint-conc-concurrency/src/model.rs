//! Functions, calls and goroutines of a package.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use golint_conc_flow::{Flow, Func};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, Entity, LocalId, ObjKind, Package};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents, Walk, roots, walk, walk_inline};
use golint_conc_syntax::{Span, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::channel_words::ChanNames;
use crate::channels::{ChanKey, Channel};
use crate::locks::Memo as LockMemo;
use crate::order::Order;
use crate::sync::LockOp;

/// How many functions of the package are followed from one.
pub(crate) const MAX_REACH: usize = 128;

/// A call and what it calls.
#[derive(Clone, Debug)]
pub struct Call {
    /// The call expression.
    pub expr: ExprId,
    /// What it calls.
    pub callee: Callee,
}

/// How a goroutine is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpawnKind {
    /// A `go` statement.
    Go,
    /// `WaitGroup.Go`
    WaitGroup,
    /// `errgroup.Group.Go` or `TryGo`
    ErrGroup,
    /// `time.AfterFunc` or `context.AfterFunc`
    AfterFunc,
}

/// A place that starts a goroutine.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// The function whose text has the place.
    pub body: BodyId,
    /// How.
    pub kind: SpawnKind,
    /// The call: of a `go` statement, what runs in the goroutine; else the call that takes the function.
    pub call: ExprId,
    /// The node to show: the `go` statement or the call.
    pub node: NodeRef,
    /// Where the node stands.
    pub span: Span,
    /// What runs in the goroutine, where it is a function of this package.
    pub target: Option<Func>,
    /// Whether a loop of the same function starts it, so that there may be many.
    pub in_loop: Option<StmtId>,
}

#[derive(Debug, Default)]
struct Memo {
    parents: Option<Rc<Parents>>,
    calls: Option<Rc<[Call]>>,
    spawns: Option<Rc<[Spawn]>>,
    assigned: Option<Rc<FxHashSet<LocalId>>>,
}

/// What a function's own text calls or hands on.
#[derive(Debug)]
struct Direct {
    funcs: Vec<Func>,
    /// Whether all calls were understood.
    is_complete: bool,
}

/// The concurrency of one package. Parts are computed at the first question.
#[derive(Debug)]
pub struct Model<'p> {
    /// The package.
    pub pkg: &'p Package,
    /// What may happen in its functions.
    pub flow: Flow<'p>,
    /// From how many packages questions came to this one.
    pub(crate) depth: usize,
    memo: RefCell<FxHashMap<BodyId, Memo>>,
    pub(crate) channels: RefCell<Option<Rc<[Channel]>>>,
    /// Channels that are not among those.
    pub(crate) taken_channels: RefCell<FxHashMap<ChanKey, Option<Channel>>>,
    pub(crate) channel_names: OnceCell<ChanNames>,
    pub(crate) orders: RefCell<FxHashMap<Func, Option<Rc<Order>>>>,
    pub(crate) starting_helpers: OnceCell<Vec<BodyId>>,
    /// Of bodies that may store functions in fields, the names of these.
    pub(crate) function_stores: OnceCell<FxHashMap<BodyId, Vec<Symbol>>>,
    /// By position, whether a body may come to a place that writes a map.
    pub(crate) map_writers: OnceCell<Vec<bool>>,
    /// What variables are second names of.
    pub(crate) aliases: RefCell<FxHashMap<(BodyId, LocalId), Option<AccessPath>>>,
    pub(crate) test_helpers: OnceCell<FxHashSet<Symbol>>,
    reached: RefCell<FxHashMap<Func, Rc<Direct>>>,
    pub(crate) lock_ops: RefCell<FxHashMap<BodyId, Rc<[LockOp]>>>,
    pub(crate) locks: LockMemo,
}

impl<'p> Model<'p> {
    /// A model of `pkg`.
    pub fn new(pkg: &'p Package) -> Self {
        Self {
            pkg,
            flow: Flow::new(pkg),
            depth: 0,
            memo: RefCell::default(),
            channels: RefCell::default(),
            taken_channels: RefCell::default(),
            channel_names: OnceCell::new(),
            orders: RefCell::default(),
            starting_helpers: OnceCell::new(),
            function_stores: OnceCell::new(),
            map_writers: OnceCell::new(),
            aliases: RefCell::default(),
            test_helpers: OnceCell::new(),
            reached: RefCell::default(),
            lock_ops: RefCell::default(),
            locks: LockMemo::default(),
        }
    }

    /// The body with its names resolved.
    pub fn body(&self, id: BodyId) -> BodyCx<'p> {
        self.pkg.body(id)
    }

    /// The way up in a body's tree.
    pub fn parents(&self, id: BodyId) -> Rc<Parents> {
        if let Some(parents) = self.memo.borrow().get(&id).and_then(|memo| memo.parents.clone()) {
            return parents;
        }
        let parents = Rc::new(Parents::new(self.pkg.body_ast(id)));
        self.memo.borrow_mut().entry(id).or_default().parents = Some(Rc::clone(&parents));
        parents
    }

    /// All calls in a body, literals included, in source order; conversions are among them.
    pub fn calls(&self, id: BodyId) -> Rc<[Call]> {
        if let Some(calls) = self.memo.borrow().get(&id).and_then(|memo| memo.calls.clone()) {
            return calls;
        }
        let cx = self.body(id);
        let mut calls = Vec::new();
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                if let NodeRef::Expr(expr) = node
                    && matches!(cx.ast.expr(expr), Expr::Call { .. })
                {
                    calls.push(Call { expr, callee: cx.callee(expr) });
                }
                Walk::Into
            });
        }
        let calls: Rc<[Call]> = calls.into();
        self.memo.borrow_mut().entry(id).or_default().calls = Some(Rc::clone(&calls));
        calls
    }

    /// The places in a body that start goroutines, literals included, in source order.
    pub fn spawns(&self, id: BodyId) -> Rc<[Spawn]> {
        if let Some(spawns) = self.memo.borrow().get(&id).and_then(|memo| memo.spawns.clone()) {
            return spawns;
        }
        let spawns: Rc<[Spawn]> = self.find_spawns(id).into();
        self.memo.borrow_mut().entry(id).or_default().spawns = Some(Rc::clone(&spawns));
        spawns
    }

    fn find_spawns(&self, id: BodyId) -> Vec<Spawn> {
        let cx = self.body(id);
        let parents = self.parents(id);
        let mut spawns = Vec::new();
        for call in self.calls(id).iter() {
            let go = match parents.parent(call.expr) {
                Some(NodeRef::Stmt(stmt)) if matches!(cx.ast.stmt(stmt), Stmt::Go(_)) => Some(stmt),
                _ => None,
            };
            let args = cx.args(call.expr);
            let (kind, target) = if go.is_some() {
                let Expr::Call { fun, .. } = cx.ast.expr(call.expr) else { continue };
                (SpawnKind::Go, Some(fun))
            } else if call.callee.is_method("sync", "WaitGroup", &["Go"]) {
                (SpawnKind::WaitGroup, args.first().copied())
            } else if call.callee.is_method("golang.org/x/sync/errgroup", "Group", &["Go", "TryGo"]) {
                (SpawnKind::ErrGroup, args.first().copied())
            } else if call.callee.is_func("time", &["AfterFunc"])
                || call.callee.is_func("context", &["AfterFunc"])
            {
                (SpawnKind::AfterFunc, args.get(1).copied())
            } else {
                continue;
            };
            let node = go.map_or(NodeRef::Expr(call.expr), NodeRef::Stmt);
            spawns.push(Spawn {
                body: id,
                kind,
                call: call.expr,
                node,
                span: go.map_or_else(|| cx.ast.expr_span(call.expr), |stmt| cx.ast.stmt_span(stmt)),
                target: target.and_then(|fun| self.callable(cx, fun)),
                in_loop: parents.enclosing_loops(cx.ast, node).next(),
            });
        }
        spawns
    }

    /// The function that calling `fun` runs, where it is one of this package: a literal, a declared function or method,
    /// or a local variable that only ever holds one literal.
    pub fn callable(&self, cx: BodyCx<'p>, fun: ExprId) -> Option<Func> {
        let fun = cx.ast.unparen(fun);
        if matches!(cx.ast.expr(fun), Expr::Func { .. }) {
            return Some(Func { body: cx.id, lit: Some(fun) });
        }
        if let Some(local) = cx.local(fun) {
            return self.only_literal(cx, local).map(|lit| Func { body: cx.id, lit: Some(lit) });
        }
        cx.callee_of(fun).body().map(|body| Func { body, lit: None })
    }

    /// The literal that a local variable is initialised with and keeps.
    pub fn only_literal(&self, cx: BodyCx<'p>, local: LocalId) -> Option<ExprId> {
        let info = cx.local_info(local);
        let (init, _) = info.init?;
        let literal = cx.ast.unparen(init);
        let is_literal = matches!(cx.ast.expr(literal), Expr::Func { .. });
        (is_literal && !self.is_reassigned(cx, local)).then_some(literal)
    }

    /// Whether something but its declaration writes a local variable or takes its address.
    pub fn is_reassigned(&self, cx: BodyCx<'p>, local: LocalId) -> bool {
        let mut found = false;
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                match node {
                    NodeRef::Stmt(stmt) => {
                        if let Stmt::Assign { lhs, .. } = cx.ast.stmt(stmt) {
                            found |= cx.ast.list(lhs).any(|target| {
                                cx.local(target) == Some(local) && cx.local_info(local).ident != target
                            });
                        }
                        if let Stmt::IncDec { target, .. } = cx.ast.stmt(stmt) {
                            found |= cx.local(target) == Some(local);
                        }
                    }
                    NodeRef::Expr(expr) => {
                        if let Expr::Unary { op: UnaryOp::Addr, operand } = cx.ast.expr(expr) {
                            found |= cx.local(operand) == Some(local);
                        }
                    }
                    NodeRef::Clause(_) => {}
                }
                if found { Walk::Stop } else { Walk::Into }
            });
        }
        found
    }

    /// Whether something but its declaration assigns a local variable by its name. All variables of a body are looked
    /// for at once.
    pub(crate) fn is_assigned_again(&self, cx: BodyCx<'p>, local: LocalId) -> bool {
        if let Some(assigned) = self.memo.borrow().get(&cx.id).and_then(|memo| memo.assigned.clone()) {
            return assigned.contains(&local);
        }
        let mut assigned = FxHashSet::default();
        let mut add = |target: ExprId| {
            let local = cx.local(target);
            assigned.extend(local.filter(|&local| cx.local_info(local).ident != target));
        };
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                match node {
                    NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
                        Stmt::Assign { lhs, .. } => cx.ast.list(lhs).for_each(&mut add),
                        Stmt::IncDec { target, .. } => add(target),
                        Stmt::Range { key, value, define: false, .. } => {
                            [key, value].into_iter().flatten().for_each(&mut add);
                        }
                        _ => {}
                    },
                    NodeRef::Expr(_) | NodeRef::Clause(_) => {}
                }
                Walk::Into
            });
        }
        let assigned = Rc::new(assigned);
        let found = assigned.contains(&local);
        self.memo.borrow_mut().entry(cx.id).or_default().assigned = Some(assigned);
        found
    }

    /// The block of a function.
    pub fn block(&self, func: Func) -> Option<(BodyCx<'p>, StmtId)> {
        self.flow.func_block(func)
    }

    /// The function whose code a node is part of.
    pub fn func_of(&self, body: BodyId, node: impl Into<NodeRef>) -> Func {
        let lit = self.parents(body).enclosing_func(self.pkg.body_ast(body), node);
        Func { body, lit }
    }

    /// `func` and the functions of this package that may run before it returns, in the same goroutine: callees,
    /// deferred calls, and literals handed to other calls. Bounded; says whether all calls were understood.
    pub fn reach(&self, func: Func) -> (Vec<Func>, bool) {
        let mut order = vec![func];
        let mut seen: FxHashSet<Func> = order.iter().copied().collect();
        let mut complete = true;
        let mut next = 0;
        while let Some(&current) = order.get(next) {
            next += 1;
            let direct = self.direct_reach(current);
            complete &= direct.is_complete;
            for &target in &direct.funcs {
                if self.pkg.bounds.count("functions that one reaches", MAX_REACH <= order.len()) {
                    return (order, false);
                }
                if seen.insert(target) {
                    order.push(target);
                }
            }
        }
        (order, complete)
    }

    /// What [`Model::reach`] finds in the function's own text.
    fn direct_reach(&self, func: Func) -> Rc<Direct> {
        if let Some(known) = self.reached.borrow().get(&func) {
            return Rc::clone(known);
        }
        let mut direct = Direct { funcs: Vec::new(), is_complete: true };
        match self.block(func) {
            None => direct.is_complete = false,
            Some((cx, block)) => {
                let parents = self.parents(func.body);
                walk_inline(cx.ast, block, |node| {
                    let NodeRef::Expr(expr) = node else { return };
                    match cx.ast.expr(expr) {
                        Expr::Func { .. } if !self.is_spawned_literal(cx, &parents, expr) => {
                            direct.funcs.push(Func { body: func.body, lit: Some(expr) });
                        }
                        Expr::Call { fun, .. } if !is_go_call(cx, &parents, expr) => {
                            match self.callable(cx, fun) {
                                Some(target) => direct.funcs.push(target),
                                None => {
                                    direct.is_complete &=
                                        !matches!(cx.callee(expr), Callee::Value | Callee::Unknown(_));
                                }
                            }
                        }
                        _ => {}
                    }
                });
            }
        }
        let direct = Rc::new(direct);
        self.reached.borrow_mut().insert(func, Rc::clone(&direct));
        direct
    }

    /// Whether a literal stands where a goroutine starts that runs it.
    pub fn is_spawned_literal(&self, cx: BodyCx<'p>, parents: &Parents, literal: ExprId) -> bool {
        let Some(NodeRef::Expr(call)) = parents.parent(literal) else { return false };
        self.spawns(cx.id)
            .iter()
            .any(|spawn| spawn.call == call && spawn.target.is_some_and(|t| t.lit == Some(literal)))
    }

    /// Uses of a local variable in its body, other than its declaration.
    pub fn uses_of(&self, cx: BodyCx<'_>, local: LocalId) -> Vec<ExprId> {
        let declared = cx.local_info(local).ident;
        (0..cx.ast.expr_count() as u32)
            .map(ExprId::new)
            .filter(|&expr| expr != declared && matches!(cx.ast.expr(expr), Expr::Ident(_)))
            .filter(|&expr| cx.entity(expr) == Entity::Local(local))
            .collect()
    }

    /// Whether a place belongs to what runs as long as the process: `main` or `init` of a command, or a package-level
    /// variable's value.
    pub fn is_process_lifetime(&self, body: BodyId) -> bool {
        let decl = self.pkg.body_decl(body);
        let is_func = self.pkg.body_ast(body).func().is_some();
        if !is_func {
            return true;
        }
        decl.recv.is_none() && (decl.name == "init" || (decl.name == "main" && self.pkg.name == "main"))
    }

    /// All bodies that one of the `gates` lets through: sets of words of which a declaration bears all.
    pub fn bodies_with(&self, gates: &[golint_conc_syntax::Signals]) -> Vec<BodyId> {
        self.pkg
            .bodies()
            .filter(|&(id, _)| {
                let signals = self.pkg.body_outline(id).signals;
                gates.iter().any(|&gate| signals.contains(gate))
            })
            .map(|(id, _)| id)
            .collect()
    }

    /// Whether a body's name is that of a package-level function.
    pub fn is_function(&self, body: BodyId) -> bool {
        let decl = self.pkg.body_decl(body);
        self.pkg.lookup(decl.name).is_some_and(|id| self.pkg.object(id).kind == ObjKind::Func(body))
    }
}

/// Whether a call is the one of a `go` statement.
pub(crate) fn is_go_call(cx: BodyCx<'_>, parents: &Parents, call: ExprId) -> bool {
    matches!(parents.parent(call), Some(NodeRef::Stmt(stmt)) if matches!(cx.ast.stmt(stmt), Stmt::Go(_)))
}
