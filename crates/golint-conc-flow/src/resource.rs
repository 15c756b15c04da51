//! Things that must be given back: one engine for all of them.
//!
//! For each call that acquires, the paths from it are followed with the variables that hold the resource. A path ends
//! well when the resource is released or somebody else takes it over; one that reaches an exit, or loses the last
//! variable, is a leak. What a call is a source of stands in the table of `protocol`; who takes over is decided in
//! `ownership`.

use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalId, LocalKind, MemberKind, TypeId, Types, is_std};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::{Symbol, find_word, last_word};

use crate::flow::{Flow, Func};
use crate::graph::{FuncGraph, Label, Point, Step};
use crate::ownership::{Goal, HANDS, Held, Hold, Holding, MAX_HANDS, Search, Taking, is_blank};
use crate::paths::{Path, PathEnd, Paths, Verdict, Watch};
use crate::protocol::{Evidence, Protocol, StandsFor};
use crate::stores::{assigned, is_statement};

/// A call that acquires a resource.
#[derive(Clone, Copy, Debug)]
pub struct Acquired {
    /// The call.
    pub call: ExprId,
    /// Where the steps behind it begin: the statement that stores the results has not run.
    pub after: Point,
    /// Which result it is.
    pub result: usize,
    /// Which result is the error that tells whether there is one.
    pub error: Option<usize>,
    /// Which result is the context that goes with it.
    pub context: Option<usize>,
    /// How sure that is.
    pub evidence: Evidence,
}

/// Where a call's results go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The statement that stores them, the variable that takes the resource, and the one that takes the error.
    Local {
        /// The statement.
        stmt: StmtId,
        /// The resource's variable.
        holder: LocalId,
        /// The error's variable.
        error: Option<LocalId>,
        /// The variable of the context that goes with the resource.
        context: Option<LocalId>,
    },
    /// Nowhere: the call is a statement, or the resource goes to `_`.
    Dropped {
        /// The error's variable, where that is kept.
        error: Option<LocalId>,
        /// The variable of the context that goes with the resource.
        context: Option<LocalId>,
    },
    /// To somebody else: a field, a global, another call.
    Handed,
}

/// A resource that is not released on some path.
#[derive(Clone, Debug)]
pub struct Leak {
    /// Where it is acquired.
    pub acquired: Acquired,
    /// Where its results go.
    pub bound: Bound,
    /// The decisions on the path, in order.
    pub branches: Vec<Label>,
    /// Where the path ends: at an exit, or at the statement that overwrites the last variable.
    pub end: PathEnd,
}

impl<'p> Flow<'p> {
    /// The calls in a function that acquire a resource, in the order of the text.
    pub fn acquired(&self, func: Func, protocol: &Protocol) -> Vec<Acquired> {
        let Some((cx, graph)) = self.func_block(func).map(|(cx, _)| cx).zip(self.graph(func)) else {
            return Vec::new();
        };
        let mut found: Vec<_> = graph
            .points()
            .filter_map(|(point, step)| {
                let Step::Eval(call) = step else { return None };
                let (result, error, evidence) = self.acquires(cx, call, protocol, 0)?;
                let after = Point { step: point.step + 1, ..point };
                Some(Acquired { call, after, result, error, context: protocol.context, evidence })
            })
            .collect();
        found.sort_by_key(|acquired| cx.ast.expr_span(acquired.call).start);
        found
    }

    /// The names of the functions of the package whose results name one of a protocol's types, as their texts tell.
    pub fn returning(&self, protocol: &Protocol) -> Vec<Symbol> {
        let named = self.pkg.bodies().filter_map(|(id, _)| {
            let outline = self.pkg.body_outline(id);
            let &(name, _) = outline.names.first().filter(|_| outline.body.is_some())?;
            let file = self.pkg.body_decl(id).file;
            let results = outline.results(self.pkg.files[file].source.text());
            protocol.types.iter().any(|&ty| self.names_type(file, results, ty)).then_some(name)
        });
        named.collect()
    }

    /// Whether a text in a file names a type: behind the name of its package, unless that is this one or one whose
    /// names stand alone.
    fn names_type(&self, file: usize, text: &[u8], (path, name): (Symbol, Symbol)) -> bool {
        find_word(text, name).any(|at| {
            let Some((b'.', before)) = text[..at].split_last() else { return path == self.pkg.path };
            let qualifier = std::str::from_utf8(last_word(before)).map(Symbol::new);
            qualifier.is_ok_and(|qualifier| self.pkg.import(file, qualifier) == Some(path))
        })
    }

    /// Where the results of a call that acquires go.
    pub fn bound(&self, func: Func, acquired: &Acquired) -> Bound {
        let Some((cx, graph)) = self.func_block(func).map(|(cx, _)| cx).zip(self.graph(func)) else {
            return Bound::Handed;
        };
        if is_statement(cx, acquired.call) {
            return Bound::Dropped { error: None, context: None };
        }
        let block = graph.block(acquired.after.block);
        let Some(&Step::Exec(stmt)) = block.steps.get(acquired.after.step) else { return Bound::Handed };
        let targets = targets_of(cx, stmt, acquired.call);
        let Some(&holder) = targets.get(acquired.result) else { return Bound::Handed };
        let error = acquired.error.and_then(|at| targets.get(at)).filter(|&&error| !is_blank(cx, error));
        let error = error.and_then(|&error| cx.local(error));
        let context = acquired.context.and_then(|at| cx.local(*targets.get(at)?));
        if is_blank(cx, holder) {
            return Bound::Dropped { error, context };
        }
        match cx.local(holder) {
            Some(holder) if cx.local_info(holder).func == func.lit => {
                Bound::Local { stmt, holder, error, context }
            }
            _ => Bound::Handed,
        }
    }

    /// The resources that a function acquires and, on some path, neither releases nor hands on.
    pub fn leaks(&self, func: Func, protocol: &Protocol) -> Vec<Leak> {
        let acquired = self.acquired(func, protocol);
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return Vec::new() };
        if acquired.is_empty() {
            return Vec::new();
        }
        let paths = Paths::new(cx, &graph);
        acquired
            .into_iter()
            .filter(|acquired| !reads_buffer(cx, acquired.call))
            .filter_map(|acquired| {
                let bound = self.bound(func, &acquired);
                let follow = |goal| {
                    let search = Search { goal, ..Search::leak(protocol, 0) };
                    self.follow(func, &paths, &acquired, bound, search)
                };
                let path = follow(Goal::Leak)?;
                let ends = || {
                    let ends = protocol.ends_with_function;
                    ends.is_some_and(|ends| ends(cx, func, acquired.call))
                };
                let is_at_exit = matches!(path.end, PathEnd::Exit(_));
                let path = if is_at_exit && ends() { follow(Goal::Loss)? } else { path };
                Some(Leak { acquired, bound, branches: path.branches, end: path.end })
            })
            .collect()
    }

    /// Whether anything in the function takes over what `holder` holds, or releases it other than by a plain call.
    pub fn is_ever_kept(&self, func: Func, protocol: &Protocol, holder: LocalId) -> bool {
        let mut held = Held::by(holder, hold_of_result(protocol));
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return true };
        let search = Search::leak(protocol, 0);
        let watch = Holding { flow: self, cx, func: func.lit, search, made: None, dropped: false };
        any_takes(&graph, &watch, &mut held, |held, step| watch.releases(held, step))
    }

    fn follow(
        &self,
        func: Func,
        paths: &Paths<'_, 'p>,
        acquired: &Acquired,
        bound: Bound,
        search: Search<'_>,
    ) -> Option<Path<Held>> {
        let (cx, _) = self.func_block(func)?;
        let (held, from) = match bound {
            Bound::Local { holder, error, context, .. } => {
                if self.is_promised(func, acquired.call, holder, search) {
                    return None;
                }
                let held = Held { error, context, ..Held::by(holder, hold_of_result(search.protocol)) };
                (held, Point { step: acquired.after.step + 1, ..acquired.after })
            }
            Bound::Dropped { error, context } => {
                let step = acquired.after.step + usize::from(!is_statement(cx, acquired.call));
                (Held { error, context, ..Held::default() }, Point { step, ..acquired.after })
            }
            Bound::Handed => return None,
        };
        let dropped = matches!(bound, Bound::Dropped { .. });
        let watch = Holding { flow: self, cx, func: func.lit, search, made: Some(acquired.call), dropped };
        paths.search(from, &held, &watch)
    }

    /// Whether a literal or pointer that was made before a call already looks after what the call's variable will hold.
    fn is_promised(&self, func: Func, call: ExprId, holder: LocalId, search: Search<'_>) -> bool {
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return true };
        let before = cx.ast.expr_span(call).start;
        let search = Search::leak(search.protocol, search.depth);
        let watch = Holding { flow: self, cx, func: func.lit, search, made: None, dropped: false };
        let held = Held::by(holder, hold_of_result(search.protocol));
        graph.points().any(|(_, step)| match step {
            Step::Eval(expr) if cx.ast.expr_span(expr).start < before => match cx.ast.expr(expr) {
                Expr::Func { .. } | Expr::Unary { op: UnaryOp::Addr, .. } => {
                    watch.step(&mut held.clone(), step) != Verdict::Go
                }
                _ => false,
            },
            _ => false,
        })
    }

    /// Whether a call acquires: which result is the resource, which the error, and how sure that is.
    fn acquires(
        &self,
        cx: BodyCx<'p>,
        call: ExprId,
        protocol: &Protocol,
        depth: usize,
    ) -> Option<(usize, Option<usize>, Evidence)> {
        if !matches!(cx.ast.expr(call), Expr::Call { .. }) {
            return None;
        }
        if protocol.except.is_some_and(|is_except| is_except(cx, call)) {
            return None;
        }
        let callee = cx.callee(call);
        let listed = protocol.sources.iter().find(|source| source.who.is_called(cx, call, &callee));
        if let Some(source) = listed {
            let is_in_memory = source.from.is_some_and(|from| reads_memory(cx, call, from, 0));
            return (!is_in_memory).then_some((source.result, source.error, source.evidence));
        }
        let sig = cx.signature_of_call(call)?;
        let types = &cx.pkg.types;
        let is_resource = |ty: TypeId| is_of(types, protocol, ty);
        let result = sig.results.iter().position(|&ty| is_resource(ty))?;
        let error = sig.results.iter().position(|&ty| ty == TypeId::ERROR);
        let target = match callee.body() {
            Some(body) => Some(Func { body, lit: None }),
            None => literal_called(cx, call).map(|lit| Func { body: cx.id, lit: Some(lit) }),
        };
        if let Some(target) = target {
            return self.hands_out(target, protocol, result, depth).then_some((
                result,
                error,
                Evidence::Wrapper,
            ));
        }
        if let Some(hands_out) = self.hands_out_elsewhere(&callee, protocol, result, depth) {
            return hands_out.then_some((result, error, Evidence::Wrapper));
        }
        let is_open = match callee {
            Callee::Value | Callee::Method { kind: MemberKind::InterfaceMethod, .. } => true,
            Callee::Func { pkg, .. } | Callee::Method { pkg, kind: MemberKind::ExternalMethod, .. } => {
                !is_std(pkg.as_str())
            }
            _ => false,
        };
        let stands_for = match protocol.stands_for {
            StandsFor::Nobody => false,
            StandsFor::Takes((pkg, name)) => {
                sig.params.iter().any(|&ty| types.is_named_or_ptr(ty, pkg.as_str(), name.as_str()))
            }
            StandsFor::Anybody => true,
        };
        (is_open && stands_for && sig.results.len() == 2 && error == Some(1)).then_some((
            result,
            error,
            Evidence::Signature,
        ))
    }

    /// Whether a function returns, as this result, a resource that it acquired.
    pub(crate) fn hands_out(&self, func: Func, protocol: &Protocol, result: usize, depth: usize) -> bool {
        if self.pkg.bounds.count(HANDS, MAX_HANDS <= depth) {
            return false;
        }
        let key = (func, protocol.noun, result);
        if let Some(known) = self.hands_out.borrow().get(&key) {
            return *known;
        }
        // Stands while the function is looked at, so that a recursion ends here.
        self.hands_out.borrow_mut().insert(key, false);
        let found = self.find_hands_out(func, protocol, result, depth);
        self.hands_out.borrow_mut().insert(key, found);
        found
    }

    fn find_hands_out(&self, func: Func, protocol: &Protocol, result: usize, depth: usize) -> bool {
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return false };
        let paths = Paths::new(cx, &graph);
        let search = Search { protocol, goal: Goal::Return, depth: depth + 1 };
        graph.points().any(|(point, step)| {
            let Step::Eval(call) = step else { return false };
            let Some((own, error, evidence)) = self.acquires(cx, call, protocol, depth + 1) else {
                return false;
            };
            let after = Point { step: point.step + 1, ..point };
            if let Some(&Step::Exec(stmt)) = graph.block(after.block).steps.get(after.step)
                && let Stmt::Return(values) = cx.ast.stmt(stmt)
                && values.len() == 1
                && cx.ast.list(values).next().map(|value| cx.ast.unparen(value)) == Some(call)
            {
                return own == result;
            }
            let acquired = Acquired { call, after, result: own, error, context: protocol.context, evidence };
            let bound = self.bound(func, &acquired);
            let finds =
                |goal| self.follow(func, &paths, &acquired, bound, Search { goal, ..search }).is_some();
            // One that is released on its way to some return says no more than its headers to the caller.
            matches!(bound, Bound::Local { .. }) && finds(Goal::Return) && !finds(Goal::ReturnTaken)
        })
    }

    /// What a declared function does with a resource that it gets in `slot`.
    pub(crate) fn taking(&self, body: BodyId, slot: Slot, hold: Hold, search: Search<'_>) -> Taking {
        if self.pkg.bounds.count(HANDS, MAX_HANDS <= search.depth) {
            return Taking::Takes;
        }
        let key = (body, slot, hold as u8, search.protocol.noun);
        if let Some(&known) = self.takings.borrow().get(&key) {
            return known;
        }
        // Stands while the function is looked at, so that a recursion ends here.
        self.takings.borrow_mut().insert(key, Taking::Takes);
        let found = match param(self.pkg.body(body), slot) {
            Param::Named(param) => {
                let held = Held::by(param, hold);
                self.scan(Func { body, lit: None }, held, search.deeper())
            }
            Param::Unnamed => Taking::Borrows,
            Param::Unknown => Taking::Takes,
        };
        self.takings.borrow_mut().insert(key, found);
        found
    }

    /// Whether any step of a function releases a resource or takes it over, in whatever order they run.
    pub(crate) fn scan(&self, func: Func, mut held: Held, search: Search<'_>) -> Taking {
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else {
            return Taking::Takes;
        };
        let watch = Holding { flow: self, cx, func: func.lit, search, made: None, dropped: false };
        let taken = any_takes(&graph, &watch, &mut held, |_, _| false);
        let labels = || graph.iter().flat_map(|(_, block)| &block.edges).map(|edge| edge.label);
        if taken || labels().any(|label| watch.is_told_end(&held, label)) {
            Taking::Takes
        } else {
            Taking::Borrows
        }
    }
}

/// Whether any step but those to skip releases a resource or takes it over, in whatever order they run.
fn any_takes(
    graph: &FuncGraph,
    watch: &Holding<'_, '_>,
    held: &mut Held,
    skip: impl Fn(&Held, Step) -> bool,
) -> bool {
    graph.points().any(|(_, step)| {
        if skip(held, step) {
            return false;
        }
        let before = held.clone();
        let verdict = watch.step(held, step);
        if verdict == Verdict::Found {
            *held = before;
        }
        verdict == Verdict::Drop
    })
}

pub(crate) const fn hold_of_result(protocol: &Protocol) -> Hold {
    if protocol.part.is_some() { Hold::Whole } else { Hold::Part }
}

/// Whether a type is one of the protocol's, or a pointer to it.
pub(crate) fn is_of(types: &Types, protocol: &Protocol, ty: TypeId) -> bool {
    protocol.types.iter().any(|(pkg, name)| types.is_named_or_ptr(ty, pkg.as_str(), name.as_str()))
}

/// The function literal that a call surely runs: one called on the spot, or the only value of a variable.
fn literal_called(cx: BodyCx<'_>, call: ExprId) -> Option<ExprId> {
    let Expr::Call { fun, .. } = cx.ast.expr(call) else { return None };
    let literal = match cx.local(fun) {
        Some(local) => {
            let (init, _) = cx.local_info(local).init?;
            let is_reassigned = (0..cx.ast.stmt_count() as u32).map(StmtId::new).any(|stmt| {
                assigned(cx, stmt).iter().any(|&(target, _)| {
                    cx.local(target) == Some(local) && cx.local_info(local).ident != target
                })
            });
            if is_reassigned {
                return None;
            }
            cx.ast.unparen(init)
        }
        None => cx.ast.unparen(fun),
    };
    matches!(cx.ast.expr(literal), Expr::Func { .. }).then_some(literal)
}

/// How a function gets a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    /// As its receiver.
    Receiver,
    /// As the parameter with this number.
    Param(usize),
}

/// A parameter of a function.
enum Param {
    Named(LocalId),
    /// Without a name, or with a blank one: the function cannot do anything with it.
    Unnamed,
    /// One of a variadic list, or none.
    Unknown,
}

fn param(cx: BodyCx<'_>, slot: Slot) -> Param {
    let Some(func) = cx.ast.func() else { return Param::Unknown };
    let Slot::Param(index) = slot else {
        let receiver = cx.locals().find(|(_, local)| local.kind == LocalKind::Receiver);
        return receiver.map_or(Param::Unnamed, |(receiver, _)| Param::Named(receiver));
    };
    let mut at = 0;
    for field in cx.ast.list(cx.ast.sig(func.sig).params) {
        let field = cx.ast.field(field);
        if matches!(cx.ast.expr(field.ty), Expr::Ellipsis(_)) {
            return Param::Unknown;
        }
        let count = field.names.len().max(1);
        if index < at + count {
            let name = cx.ast.list(field.names).nth(index - at).filter(|&name| !is_blank(cx, name));
            return name.and_then(|name| cx.local_declared_by(name)).map_or(Param::Unnamed, Param::Named);
        }
        at += count;
    }
    Param::Unknown
}

/// What a statement stores the results of `call` to, where the call is all of its right side.
fn targets_of(cx: BodyCx<'_>, stmt: StmtId, call: ExprId) -> Vec<ExprId> {
    let is_call = |values: Vec<ExprId>| values.len() == 1 && cx.ast.unparen(values[0]) == call;
    match cx.ast.stmt(stmt) {
        Stmt::Assign { lhs, rhs, .. } if is_call(cx.ast.list(rhs).collect()) => cx.ast.list(lhs).collect(),
        Stmt::Decl { specs, .. } => cx
            .ast
            .list(specs)
            .find_map(|spec| match cx.ast.spec(spec) {
                golint_conc_syntax::ast::Spec::Value { names, values, .. }
                    if is_call(cx.ast.list(values).collect()) =>
                {
                    Some(cx.ast.list(names).collect())
                }
                _ => None,
            })
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Whether a call of a source that is not listed, such as `http.ReadResponse` in a variable, first gets a reader of what is
/// in memory. It acquires all the same, and its error is to be looked at, but nothing leaks.
fn reads_buffer(cx: BodyCx<'_>, call: ExprId) -> bool {
    let first = cx.args(call).first().copied();
    first.is_some_and(|first| cx.pkg.types.is_named_or_ptr(cx.type_of(first), "bufio", "Reader"))
        && reads_memory(cx, call, 0, 0)
}

/// Whether an argument of a call reads what is in memory: `bufio.NewReader(bytes.NewReader(b))`.
fn reads_memory(cx: BodyCx<'_>, call: ExprId, arg: usize, depth: usize) -> bool {
    let Some(&arg) = cx.args(call).get(arg) else { return false };
    let init = cx.local(arg).and_then(|local| cx.local_info(local).init);
    let made = cx.ast.unparen(init.map_or(arg, |(init, _)| init));
    if let Expr::Unary { op: UnaryOp::Addr, operand } = cx.ast.expr(made) {
        return cx.pkg.types.is_named(cx.type_of(operand), "bytes", "Buffer");
    }
    if !matches!(cx.ast.expr(made), Expr::Call { .. }) || MAX_HANDS <= depth {
        return false;
    }
    let callee = cx.callee(made);
    callee.is_func("bytes", &["NewReader", "NewBuffer", "NewBufferString"])
        || callee.is_func("strings", &["NewReader"])
        || (callee.is_func("bufio", &["NewReader", "NewReaderSize"]) && reads_memory(cx, made, 0, depth + 1))
}
