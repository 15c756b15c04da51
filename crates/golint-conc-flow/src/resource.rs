//! Things that must be given back: one engine for all of them, with a table of what is acquired how.
//!
//! For each call that acquires, the paths from it are followed with the variables that hold the resource. A path ends
//! well when the resource is released or somebody else takes it over; one that reaches an exit, or loses the last
//! variable, is a leak. Who takes over is decided in one place, [`Holding::step`], for all kinds of resources.

use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalId, LocalKind, MemberKind, Type, TypeId, is_std};
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};

use crate::calls::{Assertion, assertion};
use crate::flow::{Flow, Func};
use crate::graph::{ExitKind, Label, Point, Step};
use crate::paths::{Path, PathEnd, Paths, Verdict, Watch, assigned, is_statement, root_local};

/// How long a chain of calls is followed that hands a resource on.
const MAX_HANDS: usize = 6;

/// Functions or methods.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Functions of a package.
    Func(&'static str, &'static [&'static str]),
    /// Methods of types of a package.
    Method(&'static str, &'static [&'static str], &'static [&'static str]),
}

/// Calls that acquire a resource.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What is called.
    pub who: Who,
    /// Which result is the resource.
    pub result: usize,
    /// Which result is the error; without one, there always is a resource.
    pub error: Option<usize>,
    /// How sure it is that it must be given back.
    pub evidence: Evidence,
}

impl Source {
    /// Calls with the results of nearly all of them: the resource and an error.
    pub const fn or_error(who: Who) -> Self {
        Self { who, result: 0, error: Some(1), evidence: Evidence::Table }
    }
}

/// A kind of resource.
#[derive(Debug)]
pub struct Protocol {
    /// The package and name of its type; a function that returns it, or a pointer to it, may hand one out.
    pub ty: (&'static str, &'static str),
    /// Who hands one out, beside functions of the package that pass theirs on.
    pub sources: &'static [Source],
    /// The field that is to be released; without one, the value itself.
    pub part: Option<&'static str>,
    /// The methods of that part that release it.
    pub releases: &'static [&'static str],
    /// The methods of the whole value that release it too.
    pub releases_whole: &'static [&'static str],
    /// Whether calling it releases it.
    pub by_call: bool,
    /// The type of a parameter by which an unknown function that returns `ty` and an error is taken for a source.
    pub stands_for: Option<(&'static str, &'static str)>,
}

/// The body of a response that a client has received.
pub static HTTP_BODY: Protocol = Protocol {
    ty: ("net/http", "Response"),
    sources: &[
        Source::or_error(Who::Func("net/http", &["Get", "Head", "Post", "PostForm"])),
        Source::or_error(Who::Method("net/http", &["Client"], &["Do", "Get", "Head", "Post", "PostForm"])),
        Source::or_error(Who::Method("net/http", &["Transport", "RoundTripper"], &["RoundTrip"])),
        // Who reads responses from a connection may close that instead.
        Source { evidence: Evidence::Covered, ..Source::or_error(Who::Func("net/http", &["ReadResponse"])) },
    ],
    part: Some("Body"),
    releases: &["Close"],
    releases_whole: &["Write"],
    by_call: false,
    stands_for: Some(("net/http", "Request")),
};

/// How surely a call acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// By the table, but something else that is closed may well take the resource with it.
    Covered,
    /// By its signature: an interface method or function value that stands for a call of the table.
    Signature,
    /// A function of the package that returns what it acquired.
    Wrapper,
    /// A call of the table.
    Table,
}

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
    },
    /// Nowhere: the call is a statement, or the resource goes to `_`.
    Dropped {
        /// The error's variable, where that is kept.
        error: Option<LocalId>,
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

/// What a function does with a resource that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Taking {
    /// It only looks at it.
    Borrows,
    /// It releases it, keeps it or hands it on, on some path.
    Takes,
}

/// How much of a resource an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Hold {
    /// The value whose part is to be released.
    Whole,
    /// What is to be released.
    Part,
    /// Something that holds it and may release it, such as a struct made with it.
    Wrapper,
    /// Something that holds it and never releases it, such as a decoder that reads from it.
    Reader,
}

/// What is known of a resource on a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// Sorted.
    holders: Vec<(LocalId, Hold)>,
    /// The variable that tells by being nil that the resource is there, until that is known.
    error: Option<LocalId>,
}

/// What a search looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// An exit that is reached while the resource is held, or the loss of the last variable.
    Leak,
    /// A `return` of the resource.
    Return,
}

/// The rules of ownership for one resource in one function.
struct Holding<'a, 'p> {
    flow: &'a Flow<'p>,
    protocol: &'static Protocol,
    cx: BodyCx<'p>,
    func: Option<ExprId>,
    goal: Goal,
    depth: usize,
}

impl<'p> Flow<'p> {
    /// The calls in a function that acquire a resource, in the order of the text.
    pub fn acquired(&self, func: Func, protocol: &'static Protocol) -> Vec<Acquired> {
        let Some((cx, graph)) = self.func_block(func).map(|(cx, _)| cx).zip(self.graph(func)) else {
            return Vec::new();
        };
        let mut found: Vec<_> = graph
            .points()
            .filter_map(|(point, step)| {
                let Step::Eval(call) = step else { return None };
                let (result, error, evidence) = self.acquires(cx, call, protocol, 0)?;
                let after = Point { step: point.step + 1, ..point };
                Some(Acquired { call, after, result, error, evidence })
            })
            .collect();
        found.sort_by_key(|acquired| cx.ast.expr_span(acquired.call).start);
        found
    }

    /// Where the results of a call that acquires go.
    pub fn bound(&self, func: Func, acquired: &Acquired) -> Bound {
        let Some((cx, graph)) = self.func_block(func).map(|(cx, _)| cx).zip(self.graph(func)) else {
            return Bound::Handed;
        };
        if is_statement(cx, acquired.call) {
            return Bound::Dropped { error: None };
        }
        let block = graph.block(acquired.after.block);
        let Some(&Step::Exec(stmt)) = block.steps.get(acquired.after.step) else { return Bound::Handed };
        let targets = targets_of(cx, stmt, acquired.call);
        let Some(&holder) = targets.get(acquired.result) else { return Bound::Handed };
        let error = acquired.error.and_then(|at| targets.get(at)).filter(|&&error| !is_blank(cx, error));
        let error = error.and_then(|&error| cx.local(error));
        if is_blank(cx, holder) {
            return Bound::Dropped { error };
        }
        match cx.local(holder) {
            Some(holder) if cx.local_info(holder).func == func.lit => Bound::Local { stmt, holder, error },
            _ => Bound::Handed,
        }
    }

    /// The resources that a function acquires and, on some path, neither releases nor hands on.
    pub fn leaks(&self, func: Func, protocol: &'static Protocol) -> Vec<Leak> {
        let acquired = self.acquired(func, protocol);
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return Vec::new() };
        if acquired.is_empty() {
            return Vec::new();
        }
        let paths = Paths::new(cx, &graph);
        acquired
            .into_iter()
            .filter_map(|acquired| {
                let bound = self.bound(func, &acquired);
                let path = self.follow(func, &paths, &acquired, bound, protocol, Goal::Leak, 0)?;
                Some(Leak { acquired, bound, branches: path.branches, end: path.end })
            })
            .collect()
    }

    /// Whether anything in the function releases what `holder` holds or takes it over.
    pub fn is_ever_taken(&self, func: Func, protocol: &'static Protocol, holder: LocalId) -> bool {
        let held = Held { holders: vec![(holder, Hold::Whole)], error: None };
        self.scan(func, protocol, held, 0) == Taking::Takes
    }

    fn follow(
        &self,
        func: Func,
        paths: &Paths<'_, 'p>,
        acquired: &Acquired,
        bound: Bound,
        protocol: &'static Protocol,
        goal: Goal,
        depth: usize,
    ) -> Option<Path<Held>> {
        let (cx, _) = self.func_block(func)?;
        let (held, from) = match bound {
            Bound::Local { holder, error, .. } => {
                if self.is_promised(func, protocol, acquired.call, holder, depth) {
                    return None;
                }
                let held = Held { holders: vec![(holder, hold_of_result(protocol))], error };
                (held, Point { step: acquired.after.step + 1, ..acquired.after })
            }
            Bound::Dropped { error } => {
                let step = acquired.after.step + usize::from(!is_statement(cx, acquired.call));
                (Held { holders: Vec::new(), error }, Point { step, ..acquired.after })
            }
            Bound::Handed => return None,
        };
        let watch = Holding { flow: self, protocol, cx, func: func.lit, goal, depth };
        paths.search(from, &held, &watch)
    }

    /// Whether a literal or pointer that was made before a call already looks after what the call's variable will hold.
    fn is_promised(
        &self,
        func: Func,
        protocol: &'static Protocol,
        call: ExprId,
        holder: LocalId,
        depth: usize,
    ) -> bool {
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return true };
        let before = cx.ast.expr_span(call).start;
        let watch = Holding { flow: self, protocol, cx, func: func.lit, goal: Goal::Leak, depth };
        let held = Held { holders: vec![(holder, hold_of_result(protocol))], error: None };
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
        protocol: &'static Protocol,
        depth: usize,
    ) -> Option<(usize, Option<usize>, Evidence)> {
        if !matches!(cx.ast.expr(call), Expr::Call { .. }) {
            return None;
        }
        let callee = cx.callee(call);
        let listed = protocol.sources.iter().find(|source| match source.who {
            Who::Func(pkg, names) => callee.is_func(pkg, names),
            Who::Method(pkg, types, names) => types.iter().any(|ty| callee.is_method(pkg, ty, names)),
        });
        if let Some(source) = listed {
            return Some((source.result, source.error, source.evidence));
        }
        let sig = cx.signature_of_call(call)?;
        let types = &cx.pkg.types;
        let is_resource = |ty: TypeId| types.is_named_or_ptr(ty, protocol.ty.0, protocol.ty.1);
        let result = sig.results.iter().position(|&ty| is_resource(ty))?;
        let error = sig.results.iter().position(|&ty| ty == TypeId::ERROR);
        if let Some(body) = callee.body() {
            return self.hands_out(body, protocol, result, depth).then_some((
                result,
                error,
                Evidence::Wrapper,
            ));
        }
        let (pkg, name) = protocol.stands_for?;
        let is_open =
            matches!(callee, Callee::Value | Callee::Method { kind: MemberKind::InterfaceMethod, .. });
        let takes = sig.params.iter().any(|&ty| types.is_named_or_ptr(ty, pkg, name));
        (is_open && takes && sig.results.len() == 2 && error == Some(1)).then_some((
            result,
            error,
            Evidence::Signature,
        ))
    }

    /// Whether a declared function returns, as this result, a resource that it acquired.
    fn hands_out(&self, body: BodyId, protocol: &'static Protocol, result: usize, depth: usize) -> bool {
        if MAX_HANDS <= depth {
            return false;
        }
        let key = (body, protocol.ty, result);
        if let Some(known) = self.hands_out.borrow().get(&key) {
            return *known;
        }
        // Stands while the function is looked at, so that a recursion ends here.
        self.hands_out.borrow_mut().insert(key, false);
        let found = self.find_hands_out(body, protocol, result, depth);
        self.hands_out.borrow_mut().insert(key, found);
        found
    }

    fn find_hands_out(&self, body: BodyId, protocol: &'static Protocol, result: usize, depth: usize) -> bool {
        let func = Func { body, lit: None };
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else { return false };
        let paths = Paths::new(cx, &graph);
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
            let acquired = Acquired { call, after, result: own, error, evidence };
            let bound = self.bound(func, &acquired);
            matches!(bound, Bound::Local { .. })
                && self.follow(func, &paths, &acquired, bound, protocol, Goal::Return, depth + 1).is_some()
        })
    }

    /// What a declared function does with a resource that it gets as parameter `index`.
    fn taking(
        &self,
        body: BodyId,
        index: usize,
        hold: Hold,
        protocol: &'static Protocol,
        depth: usize,
    ) -> Taking {
        if MAX_HANDS <= depth {
            return Taking::Takes;
        }
        let key = (body, index, hold as u8, protocol.ty);
        if let Some(&known) = self.takings.borrow().get(&key) {
            return known;
        }
        self.takings.borrow_mut().insert(key, Taking::Takes);
        let func = Func { body, lit: None };
        let param = param(self.pkg.body(body), index);
        let found = match param {
            Some(Some(param)) => {
                let held = Held { holders: vec![(param, hold)], error: None };
                self.scan(func, protocol, held, depth + 1)
            }
            // An unnamed or blank parameter is not looked at.
            Some(None) => Taking::Borrows,
            None => Taking::Takes,
        };
        self.takings.borrow_mut().insert(key, found);
        found
    }

    /// Whether any step of a function releases a resource or takes it over, in whatever order they run.
    fn scan(&self, func: Func, protocol: &'static Protocol, mut held: Held, depth: usize) -> Taking {
        let Some(((cx, _), graph)) = self.func_block(func).zip(self.graph(func)) else {
            return Taking::Takes;
        };
        let watch = Holding { flow: self, protocol, cx, func: func.lit, goal: Goal::Leak, depth };
        let taken = graph.points().any(|(_, step)| {
            let before = held.clone();
            let verdict = watch.step(&mut held, step);
            if verdict == Verdict::Found {
                held = before;
            }
            verdict == Verdict::Drop
        });
        if taken { Taking::Takes } else { Taking::Borrows }
    }
}

const fn hold_of_result(protocol: &Protocol) -> Hold {
    if protocol.part.is_some() { Hold::Whole } else { Hold::Part }
}

/// The variable of a parameter by position; `Some(None)` where it has none.
fn param(cx: BodyCx<'_>, index: usize) -> Option<Option<LocalId>> {
    let sig = cx.ast.sig(cx.ast.func()?.sig);
    let mut at = 0;
    for field in cx.ast.list(sig.params) {
        let field = cx.ast.field(field);
        if matches!(cx.ast.expr(field.ty), Expr::Ellipsis(_)) {
            return None;
        }
        let count = field.names.len().max(1);
        if index < at + count {
            let name = cx.ast.list(field.names).nth(index - at);
            return Some(name.and_then(|name| cx.local_declared_by(name)));
        }
        at += count;
    }
    None
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

impl Watch for Holding<'_, '_> {
    type State = Held;

    fn step(&self, held: &mut Held, step: Step) -> Verdict {
        match step {
            Step::Eval(expr) => self.eval(held, expr),
            Step::Exec(stmt) => self.exec(held, stmt),
            Step::Next(_) | Step::RunDefers => Verdict::Go,
        }
    }

    fn edge(&self, held: &mut Held, label: Label) -> bool {
        match label {
            Label::Cond { expr, holds } => self.decide(held, expr, holds),
            Label::Case { switch, expr, holds } => {
                let Stmt::Switch { tag: Some(tag), .. } = self.cx.ast.stmt(switch) else { return true };
                self.compare(held, tag, expr, holds)
            }
            Label::Type { switch, clause, holds } => {
                let Stmt::TypeSwitch { subject, .. } = self.cx.ast.stmt(switch) else { return true };
                let types = self.cx.ast.clause(clause).exprs;
                let nils = self.cx.ast.list(types).filter(|&ty| self.cx.is_nil(ty)).count();
                let may_be_nil = if holds { 0 < nils } else { nils == 0 };
                may_be_nil || !self.is_error(held, subject)
            }
            Label::Always | Label::Range { .. } | Label::Select { .. } => true,
        }
    }

    fn exit(&self, _: &Held, exit: ExitKind) -> Verdict {
        if exit.returns() && self.goal == Goal::Leak { Verdict::Found } else { Verdict::Drop }
    }
}

impl Holding<'_, '_> {
    // --- conditions ------------------------------------------------------------------------------------------------

    fn is_error(&self, held: &Held, expr: ExprId) -> bool {
        held.error.is_some() && self.cx.local(expr) == held.error
    }

    /// Whether a path on which a condition is `holds` can have the resource.
    fn decide(&self, held: &mut Held, expr: ExprId, holds: bool) -> bool {
        let ast = self.cx.ast;
        let expr = ast.unparen(expr);
        match ast.expr(expr) {
            Expr::Binary { op: BinaryOp::Eq, lhs, rhs } => self.compare(held, lhs, rhs, holds),
            Expr::Binary { op: BinaryOp::Ne, lhs, rhs } => self.compare(held, lhs, rhs, !holds),
            Expr::Call { .. } => self.ask(held, expr, holds),
            // `ok` of `e, ok := err.(net.Error)` or of a question about the error.
            Expr::Ident(_) => {
                let Some(local) = self.cx.local(expr) else { return true };
                let Some((init, result)) = self.cx.local_info(local).init else { return true };
                let init = ast.unparen(init);
                match ast.expr(init) {
                    Expr::TypeAssert { base, .. } => !(holds && result == 1 && self.is_error(held, base)),
                    Expr::Call { .. } if init != expr => self.ask(held, init, holds),
                    _ => true,
                }
            }
            _ => true,
        }
    }

    /// The answer of a call that is given the error: what it says yes to is an error, but for those that say the
    /// contrary by their name.
    fn ask(&self, held: &Held, call: ExprId, holds: bool) -> bool {
        let args = self.cx.args(call);
        if !args.iter().any(|&arg| self.is_error(held, arg))
            || args.iter().any(|&arg| self.hold(held, arg).is_some())
        {
            return true;
        }
        let callee = self.cx.callee(call);
        let name: &str = match callee.name() {
            Some(name) => name.as_str(),
            None => self.cx.text(call),
        };
        let says_none = name.contains("NoError")
            || name.contains("Nil")
            || name.contains("Ok")
            || name.contains("Success");
        holds == says_none
    }

    /// Whether a path on which two expressions are equal, or not, can have the resource.
    fn compare(&self, held: &mut Held, lhs: ExprId, rhs: ExprId, equal: bool) -> bool {
        let (value, other) = if self.cx.is_nil(lhs) { (rhs, lhs) } else { (lhs, rhs) };
        let is_nil = self.cx.is_nil(other);
        if self.is_error(held, value) {
            if is_nil && equal {
                held.error = None;
            }
            return is_nil == equal;
        }
        if is_nil && equal {
            return self.hold(held, value).is_none();
        }
        true
    }

    // --- ownership -------------------------------------------------------------------------------------------------

    /// How much of the resource an expression is.
    fn hold(&self, held: &Held, expr: ExprId) -> Option<Hold> {
        let ast = self.cx.ast;
        let expr = ast.unparen(expr);
        match ast.expr(expr) {
            Expr::Ident(_) => {
                let local = self.cx.local(expr)?;
                held.holders.iter().find(|(holder, _)| *holder == local).map(|&(_, hold)| hold)
            }
            Expr::Selector { base, sel } => match self.hold(held, base)? {
                Hold::Whole
                    if ast.ident(sel).is_some_and(|name| Some(name.as_str()) == self.protocol.part) =>
                {
                    Some(Hold::Part)
                }
                _ => None,
            },
            Expr::Star(inner) | Expr::TypeAssert { base: inner, .. } => self.hold(held, inner),
            Expr::Unary { op: UnaryOp::Addr, operand } => self.hold(held, operand).map(|_| Hold::Wrapper),
            Expr::Composite { elems, .. } => {
                ast.list(elems).any(|elem| self.hold(held, elem).is_some()).then_some(Hold::Wrapper)
            }
            Expr::KeyValue { value, .. } => self.hold(held, value),
            Expr::Call { args, .. } => {
                let inside = ast.list(args).filter_map(|arg| self.hold(held, arg)).min()?;
                Some(if matches!(self.cx.callee(expr), Callee::Conversion(_)) {
                    inside
                } else {
                    Hold::Wrapper
                })
            }
            _ => None,
        }
    }

    fn eval(&self, held: &mut Held, expr: ExprId) -> Verdict {
        let ast = self.cx.ast;
        match ast.expr(expr) {
            Expr::Call { .. } => self.call(held, expr),
            Expr::Func { .. } => self.literal(held, expr),
            // A method value, such as `resp.Body.Close` given to somebody.
            Expr::Selector { base, .. } => {
                let is_method = self.cx.member_of(expr).is_none_or(|member| member.kind != MemberKind::Field);
                if is_method && self.hold(held, base).is_some() && self.hold(held, expr).is_none() {
                    Verdict::Drop
                } else {
                    Verdict::Go
                }
            }
            Expr::Unary { op: UnaryOp::Addr, operand }
                if matches!(ast.expr(ast.unparen(operand)), Expr::Ident(_))
                    && self.hold(held, operand).is_some() =>
            {
                Verdict::Drop
            }
            _ => Verdict::Go,
        }
    }

    /// A call, at once or deferred.
    fn call(&self, held: &mut Held, call: ExprId) -> Verdict {
        let call = self.cx.ast.unparen(call);
        let callee = self.cx.callee(call);
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return Verdict::Go };
        if self.protocol.by_call && self.hold(held, fun).is_some() {
            return Verdict::Drop;
        }
        if let Expr::Selector { base, sel } = self.cx.ast.expr(self.cx.ast.unparen(fun))
            && let Some(hold) = self.hold(held, base)
        {
            let name = self.cx.ast.ident(sel).map_or("", golint_conc_syntax::Symbol::as_str);
            let releases = match hold {
                Hold::Whole => self.protocol.releases_whole.contains(&name),
                Hold::Part | Hold::Wrapper => self.protocol.releases.contains(&name),
                Hold::Reader => false,
            };
            if releases {
                return Verdict::Drop;
            }
        }
        let args = self.cx.args(call);
        for (index, &arg) in args.iter().enumerate() {
            let Some(hold) = self.hold(held, arg) else { continue };
            if self.gives_away(&callee, index, hold) == Taking::Takes {
                return Verdict::Drop;
            }
        }
        if held.error.is_some() && self.speaks_of_error(held, call, &callee) {
            Verdict::Drop
        } else {
            Verdict::Go
        }
    }

    /// Whether the path goes on only with an error: a method of the error is called, or a test asserts that it is there.
    fn speaks_of_error(&self, held: &mut Held, call: ExprId, callee: &Callee) -> bool {
        if matches!(callee, Callee::Method { recv, .. } if self.is_error(held, *recv)) {
            return true;
        }
        let args = self.cx.args(call);
        match assertion(callee) {
            Some(Assertion::Nil(is_nil)) => !is_nil && args.iter().any(|&arg| self.is_error(held, arg)),
            Some(Assertion::Holds(value)) => args.into_iter().any(|arg| {
                matches!(self.cx.ast.expr(arg), Expr::Binary { .. }) && !self.decide(held, arg, value)
            }),
            Some(Assertion::Equal(_)) | None => false,
        }
    }

    /// What becomes of a resource that is given to a call.
    fn gives_away(&self, callee: &Callee, index: usize, hold: Hold) -> Taking {
        if let Some(body) = callee.body() {
            return self.flow.taking(body, index, hold, self.protocol, self.depth);
        }
        let (pkg, name) = match callee {
            Callee::Conversion(_) => return Taking::Borrows,
            Callee::Builtin(name) if *name == "len" || *name == "print" || *name == "println" => {
                return Taking::Borrows;
            }
            Callee::Func { pkg, name, .. } | Callee::Method { pkg, name, .. } => {
                (pkg.as_str(), name.as_str())
            }
            _ => return Taking::Takes,
        };
        if only_reads(pkg, name) { Taking::Borrows } else { Taking::Takes }
    }

    /// A function literal is made: what it would do with the resource counts as done, whenever it runs.
    fn literal(&self, held: &Held, literal: ExprId) -> Verdict {
        if !self.mentions_holder(held, literal) {
            return Verdict::Go;
        }
        let func = Func { body: self.cx.id, lit: Some(literal) };
        let inner = Held { error: None, ..held.clone() };
        let assigns = || {
            let mut found = false;
            walk(self.cx.ast, literal, |node| {
                if let NodeRef::Stmt(stmt) = node {
                    found |= assigned(self.cx, stmt).into_iter().any(|(target, _)| {
                        self.cx.local(target).is_some_and(|l| held.holders.iter().any(|h| h.0 == l))
                    });
                }
                Walk::Into
            });
            found
        };
        if self.depth < MAX_HANDS
            && !assigns()
            && self.flow.scan(func, self.protocol, inner, self.depth + 1) == Taking::Borrows
        {
            Verdict::Go
        } else {
            Verdict::Drop
        }
    }

    fn mentions_holder(&self, held: &Held, root: impl Into<NodeRef>) -> bool {
        let mut found = false;
        walk(self.cx.ast, root, |node| {
            if let NodeRef::Expr(expr) = node
                && let Some(local) = self.cx.local(expr)
            {
                found |= held.holders.iter().any(|&(holder, _)| holder == local);
            }
            if found { Walk::Stop } else { Walk::Into }
        });
        found
    }

    fn exec(&self, held: &mut Held, stmt: StmtId) -> Verdict {
        let ast = self.cx.ast;
        match ast.stmt(stmt) {
            Stmt::Defer(call) => self.call(held, call),
            Stmt::Go(call) if self.mentions_holder(held, call) => Verdict::Drop,
            Stmt::Send { value, .. } if self.hold(held, value).is_some() => Verdict::Drop,
            Stmt::TypeSwitch { subject, .. } if self.hold(held, subject).is_some() => Verdict::Drop,
            Stmt::Return(values) => {
                let returned = if values.is_empty() {
                    held.holders
                        .iter()
                        .any(|&(holder, _)| self.cx.local_info(holder).kind == LocalKind::Result)
                } else {
                    ast.list(values)
                        .any(|value| self.hold(held, value).is_some_and(|hold| self.leaves(hold, value)))
                };
                match (returned, self.goal) {
                    (true, Goal::Return) => Verdict::Found,
                    (true, Goal::Leak) => Verdict::Drop,
                    (false, _) => Verdict::Go,
                }
            }
            Stmt::Assign { .. } | Stmt::Decl { .. } => self.assign(held, stmt),
            _ => Verdict::Go,
        }
    }

    /// Whether a value made from the resource may still hold it: not a number, text or error.
    fn leaves(&self, hold: Hold, value: ExprId) -> bool {
        hold < Hold::Wrapper || self.may_hold(self.cx.type_of(value))
    }

    fn may_hold(&self, ty: TypeId) -> bool {
        let types = &self.cx.pkg.types;
        match types.get(ty) {
            Type::Basic(_) | Type::Untyped(_) | Type::Nil => false,
            Type::Named { .. } if ty == TypeId::ERROR => false,
            Type::Tuple(items) => items.iter().any(|&item| self.may_hold(item)),
            Type::Slice(elem) | Type::Array(elem) => self.may_hold(elem),
            _ => true,
        }
    }

    fn assign(&self, held: &mut Held, stmt: StmtId) -> Verdict {
        let sole = match self.cx.ast.stmt(stmt) {
            Stmt::Assign { rhs, .. } if rhs.len() == 1 => self.cx.ast.list(rhs).next(),
            _ => None,
        };
        let mut lost = false;
        for (target, value) in assigned(self.cx, stmt) {
            let value = value.or(sole);
            let hold = value
                .and_then(|value| self.hold(held, value))
                .filter(|&hold| hold < Hold::Wrapper || self.may_hold(self.cx.type_of(target)));
            let Some(local) = self.cx.local(target) else {
                let root = root_local(self.cx, target);
                let is_own = root.is_some_and(|root| held.holders.iter().any(|&(holder, _)| holder == root));
                if hold.is_some() && !is_own && !is_blank(self.cx, target) {
                    return Verdict::Drop;
                }
                // `resp.Body = io.NopCloser(…)`: there is nothing left to close.
                if hold.is_none() && is_own && self.hold(held, target) == Some(Hold::Part) {
                    return Verdict::Drop;
                }
                continue;
            };
            if hold.is_some() && self.cx.local_info(local).func != self.func {
                return Verdict::Drop;
            }
            if held.error == Some(local) {
                held.error = None;
            }
            let was = held.holders.len();
            held.holders.retain(|&(holder, _)| holder != local);
            lost |= held.holders.len() < was && hold.is_none();
            if let Some(hold) = hold {
                let at = held.holders.partition_point(|&entry| entry < (local, hold));
                held.holders.insert(at, (local, hold));
            }
        }
        let gone = lost && !held.holders.iter().any(|&(_, hold)| hold < Hold::Reader);
        if gone && self.goal == Goal::Leak { Verdict::Found } else { Verdict::Go }
    }
}

fn is_blank(cx: BodyCx<'_>, expr: ExprId) -> bool {
    cx.ast.ident(cx.ast.unparen(expr)).is_some_and(|name| name.is_blank())
}

/// Whether a function outside of the package is known to only read from what it is given, as those of the standard
/// library do that take a reader; what they return may hold it.
fn only_reads(pkg: &str, name: &str) -> bool {
    const PACKAGES: [&str; 20] = [
        "archive", "bufio", "bytes", "compress", "crypto", "encoding", "errors", "fmt", "hash", "html",
        "image", "io", "log", "mime", "strings", "testing", "text", "unicode", "strconv", "math",
    ];
    let first = pkg.split('/').next().unwrap_or_default();
    (is_std(pkg) && PACKAGES.contains(&first))
        || (pkg == "net/http/httputil" && name.starts_with("Dump"))
        || (pkg == "net/http" && name == "MaxBytesReader")
        || pkg.ends_with("testify/assert")
        || pkg.ends_with("testify/require")
}
