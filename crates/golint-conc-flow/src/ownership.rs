//! Who owns a resource: the rules by which it is released, borrowed or taken over, for all kinds of resources.

use golint_conc_semantic::{BodyCx, Callee, LocalId, LocalKind, MemberKind, Type, TypeId, is_std};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};

use crate::calls::{Assertion, assertion};
use crate::flow::{Flow, Func};
use crate::graph::{ExitKind, FuncGraph, Label, Point, Step};
use crate::paths::{Paths, Verdict, Watch};
use crate::protocol::Protocol;
use crate::resource::{Slot, hold_of_result, is_of};
use crate::stores::{assigned, root_local};

/// How long a chain of calls is followed that hands a resource on.
pub(crate) const MAX_HANDS: usize = 6;

/// What [`MAX_HANDS`] bounds.
pub(crate) const HANDS: &str = "calls that hand a resource on";

/// What a function does with a resource that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Taking {
    /// It only looks at it.
    Borrows,
    /// It releases it, keeps it or hands it on, on some path.
    Takes,
}

/// How much of a resource an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Hold {
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    /// The variables that hold it, sorted.
    pub(crate) holders: Vec<(LocalId, Hold)>,
    /// The variable that tells by being nil that the resource is there, until that is known.
    pub(crate) error: Option<LocalId>,
    /// The variable of the context that goes with it.
    pub(crate) context: Option<LocalId>,
    /// The variable that tells by not being nil that the resource has been released.
    pub(crate) failed: Option<LocalId>,
    /// With [`Goal::ReturnTaken`]: whether it has been released or taken over.
    pub(crate) taken: bool,
}

impl Held {
    /// One variable holds it, and nothing else is known.
    pub(crate) fn by(holder: LocalId, hold: Hold) -> Self {
        Self { holders: vec![(holder, hold)], ..Self::default() }
    }
}

/// What a search looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// An exit that is reached while the resource is held, or the loss of the last variable.
    Leak,
    /// The loss of the last variable: the resource ends with the function.
    Loss,
    /// A `return` of the resource.
    Return,
    /// A `return` of the resource behind something that has released it or taken it over.
    ReturnTaken,
}

/// What is followed, for what, and how deep in calls.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) protocol: &'a Protocol,
    pub(crate) goal: Goal,
    pub(crate) depth: usize,
}

impl<'a> Search<'a> {
    pub(crate) const fn leak(protocol: &'a Protocol, depth: usize) -> Self {
        Self { protocol, goal: Goal::Leak, depth }
    }

    /// One call deeper, where anything that is done with a resource counts.
    pub(crate) const fn deeper(self) -> Self {
        Self { goal: Goal::Leak, depth: self.depth + 1, ..self }
    }
}

/// The rules of ownership for one resource in one function.
pub(crate) struct Holding<'a, 'p> {
    pub(crate) flow: &'a Flow<'p>,
    pub(crate) cx: BodyCx<'p>,
    pub(crate) func: Option<ExprId>,
    pub(crate) search: Search<'a>,
    /// The call that acquired it, where that is in this function.
    pub(crate) made: Option<ExprId>,
    /// Whether nothing keeps that call's results: when it comes again, what it gave before is lost.
    pub(crate) dropped: bool,
}

impl Watch for Holding<'_, '_> {
    type State = Held;

    fn step(&self, held: &mut Held, step: Step) -> Verdict {
        let verdict = match step {
            Step::Eval(expr) if self.dropped && self.made == Some(expr) => Verdict::Found,
            Step::Eval(expr) => self.eval(held, expr),
            Step::Exec(stmt) => self.exec(held, stmt),
            // Who ranges over what holds it may do anything with the elements.
            Step::Next(stmt) => match self.cx.ast.stmt(stmt) {
                Stmt::Range { subject, .. } if self.has_elements(held, subject) => Verdict::Drop,
                _ => Verdict::Go,
            },
            Step::RunDefers => Verdict::Go,
        };
        if verdict == Verdict::Drop && self.search.goal == Goal::ReturnTaken && !held.taken {
            held.taken = true;
            return Verdict::Go;
        }
        verdict
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
            // Nobody closes the channel of a ticker.
            Label::Range { stmt, more: false } => {
                let Stmt::Range { subject, .. } = self.cx.ast.stmt(stmt) else { return true };
                !(self.is_field(subject) && self.hold(held, subject) == Some(Hold::Reader))
            }
            Label::Always | Label::Range { .. } | Label::Select { .. } => true,
        }
    }

    fn exit(&self, _: &Held, exit: ExitKind) -> Verdict {
        if exit.returns() && self.search.goal == Goal::Leak { Verdict::Found } else { Verdict::Drop }
    }
}

impl Holding<'_, '_> {
    /// Whether a list or map has the resource in it.
    fn has_elements(&self, held: &Held, expr: ExprId) -> bool {
        let is_list = matches!(self.cx.underlying(expr), Type::Slice(_) | Type::Array(_) | Type::Map(..));
        is_list && self.hold(held, expr).is_some()
    }

    // --- conditions ------------------------------------------------------------------------------------------------

    fn is_error(&self, held: &Held, expr: ExprId) -> bool {
        held.error.is_some() && self.cx.local(expr) == held.error
    }

    /// Whether a value is the result of a call that gets the error.
    fn is_given_error(&self, held: &Held, value: ExprId) -> bool {
        self.cx.args(value).into_iter().any(|arg| self.is_error(held, arg))
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
                let is_from_same_call = |&(holder, _): &(LocalId, Hold)| {
                    let made = self.cx.local_info(holder).init;
                    made.is_some_and(|(made, _)| ast.unparen(made) == init)
                };
                // `ctx, cancel, ok := …`
                if !holds
                    && self.cx.local_info(local).ty == TypeId::BOOL
                    && held.holders.iter().any(is_from_same_call)
                {
                    return false;
                }
                match ast.expr(init) {
                    Expr::TypeAssert { base, .. } => !(holds && result == 1 && self.is_error(held, base)),
                    Expr::Call { .. } if result == 1 && !holds && self.has_deadline(init) => false,
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
        if !holds && self.tells_end(held, call) {
            return false;
        }
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

    /// Whether a call asks for a context's deadline, and the context that the resource ends was made with one.
    fn has_deadline(&self, call: ExprId) -> bool {
        const WITH: [&str; 4] = ["WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"];
        self.cx.callee(call).is_method("context", "Context", &["Deadline"])
            && self.made.is_some_and(|made| self.cx.callee(made).is_func("context", &WITH))
    }

    /// Whether a call is of a method that has released the resource once it returns false.
    fn tells_end(&self, held: &Held, call: ExprId) -> bool {
        self.calls_one_of(held, call, &self.search.protocol.ends)
    }

    /// Whether a call is of one of these methods of the resource.
    fn calls_one_of(&self, held: &Held, call: ExprId, names: &[Symbol]) -> bool {
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return false };
        let Expr::Selector { base, sel } = self.cx.ast.expr(self.cx.ast.unparen(fun)) else { return false };
        self.cx.ast.ident(sel).is_some_and(|name| names.contains(&name))
            && self.hold(held, base).is_some_and(|hold| hold < Hold::Wrapper)
    }

    /// Whether a call has released the resource once it returns an error.
    fn tells_failure(&self, held: &Held, call: ExprId) -> bool {
        self.calls_one_of(held, call, &self.search.protocol.fails) || self.reads(held, call)
    }

    /// Whether a call reads from the resource, and only that can make it fail.
    fn reads(&self, held: &Held, call: ExprId) -> bool {
        let call = self.cx.ast.unparen(call);
        let readings = &self.search.protocol.readings;
        if readings.is_empty() || !matches!(self.cx.ast.expr(call), Expr::Call { .. }) {
            return false;
        }
        let (callee, args) = (self.cx.callee(call), self.cx.args(call));
        readings.iter().any(|reading| {
            reading.who.is_called(self.cx, call, &callee)
                && args.get(reading.from).is_some_and(|&from| self.is_read_as_is(held, from, 0))
                && reading.to.is_none_or(|to| args.get(to).is_some_and(|&to| never_fails(self.cx, to)))
        })
    }

    /// Whether a reader is the part that is to be released, perhaps behind one that adds no errors of its own.
    fn is_read_as_is(&self, held: &Held, reader: ExprId, depth: usize) -> bool {
        if self.hold(held, reader) == Some(Hold::Part) {
            return true;
        }
        let init = self.cx.local(reader).and_then(|local| self.cx.local_info(local).init);
        let made = self.cx.ast.unparen(init.map_or(reader, |(init, _)| init));
        let adds_none = matches!(self.cx.ast.expr(made), Expr::Call { .. }) && {
            let callee = self.cx.callee(made);
            callee.is_func("io", &["LimitReader", "NopCloser"])
                || callee.is_func("bufio", &["NewReader", "NewReaderSize"])
        };
        adds_none
            && depth < MAX_HANDS
            && self.cx.args(made).first().is_some_and(|&inner| self.is_read_as_is(held, inner, depth + 1))
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
        if !is_nil {
            return !(equal && self.is_nothing_left(held, lhs, rhs));
        }
        if !equal && self.tells_failure(held, self.cx.ast.unparen(value)) {
            return false;
        }
        // `apiErr := asAPIError(err); apiErr != nil`
        let init = self.cx.local(value).and_then(|local| self.cx.local_info(local).init);
        let tells_error = |(init, _)| {
            let init = self.cx.ast.unparen(init);
            self.is_given_error(held, init)
                && !self.cx.args(init).into_iter().any(|arg| self.hold(held, arg).is_some())
        };
        if !equal && init.is_some_and(tells_error) {
            return false;
        }
        if !equal && held.failed.is_some() && self.cx.local(value) == held.failed {
            return false;
        }
        if equal {
            self.hold(held, value).is_none() && !self.is_context(held, value)
        } else {
            !self.is_err_of_context(held, value)
        }
    }

    /// Whether a field of the resource is compared with a constant at which there is nothing to release.
    fn is_nothing_left(&self, held: &Held, lhs: ExprId, rhs: ExprId) -> bool {
        let Some((field, constants)) = &self.search.protocol.nothing_at else { return false };
        let is_field = |expr: ExprId| match self.cx.ast.expr(self.cx.ast.unparen(expr)) {
            Expr::Selector { base, sel } => {
                self.cx.ast.ident(sel) == Some(*field) && self.hold(held, base) == Some(Hold::Whole)
            }
            _ => false,
        };
        let is_constant = |expr: ExprId| {
            constants.iter().any(|&((pkg, name), number)| {
                self.cx.is_external(expr, pkg.as_str(), name.as_str())
                    || self.cx.const_int(expr) == Some(number)
            })
        };
        (is_field(lhs) && is_constant(rhs)) || (is_field(rhs) && is_constant(lhs))
    }

    fn is_context(&self, held: &Held, expr: ExprId) -> bool {
        held.context.is_some() && self.cx.local(expr) == held.context
    }

    /// Whether a value is `ctx.Err()`, or a variable that was declared with it.
    fn is_err_of_context(&self, held: &Held, value: ExprId) -> bool {
        let init = self.cx.local(value).and_then(|local| self.cx.local_info(local).init);
        self.asks_context(held, init.map_or(value, |(init, _)| init), "Err")
    }

    /// Whether a value is the result of this method of the context.
    fn asks_context(&self, held: &Held, value: ExprId, method: &str) -> bool {
        let value = self.cx.ast.unparen(value);
        let Expr::Call { fun, .. } = self.cx.ast.expr(value) else { return false };
        let Expr::Selector { base, sel } = self.cx.ast.expr(self.cx.ast.unparen(fun)) else { return false };
        self.is_context(held, base) && self.cx.ast.ident(sel).is_some_and(|name| name == method)
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
                Hold::Whole if ast.ident(sel).is_some_and(|name| Some(name) == self.search.protocol.part) => {
                    Some(Hold::Part)
                }
                Hold::Wrapper => self.hold_of_field(expr),
                // The channel of a ticker.
                Hold::Part if self.is_field(expr) && self.may_hold(self.cx.type_of(expr)) => {
                    Some(Hold::Reader)
                }
                Hold::Whole | Hold::Part | Hold::Reader => None,
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

    /// How much of the resource a field of something that holds it may be.
    fn hold_of_field(&self, selector: ExprId) -> Option<Hold> {
        let ty = self.cx.type_of(selector);
        if !self.is_field(selector) || !self.may_hold(ty) {
            return None;
        }
        let is_resource = is_of(&self.cx.pkg.types, self.search.protocol, ty);
        Some(if is_resource { hold_of_result(self.search.protocol) } else { Hold::Wrapper })
    }

    fn is_field(&self, selector: ExprId) -> bool {
        self.cx.member_of(selector).is_some_and(|member| member.kind == MemberKind::Field)
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
            Expr::Unary { op: UnaryOp::Recv, operand } if self.asks_context(held, operand, "Done") => {
                Verdict::Drop
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
        if self.releases_at(held, call) {
            return Verdict::Drop;
        }
        if let Expr::Selector { base, .. } = self.cx.ast.expr(self.cx.ast.unparen(fun))
            && let Some(hold) = self.hold(held, base)
            && self.works_on(&callee, hold) == Taking::Takes
        {
            return Verdict::Drop;
        }
        let args = self.cx.args(call);
        let is_copied = self.search.protocol.copies.is_some_and(|copies| copies(self.cx, call));
        if is_copied && args.iter().any(|&arg| self.hold(held, arg) == Some(Hold::Whole)) {
            return Verdict::Drop;
        }
        for (index, &arg) in args.iter().enumerate() {
            let Some(hold) = self.hold(held, arg) else { continue };
            if self.gives_away(&callee, Slot::Param(index), hold) == Taking::Takes {
                return Verdict::Drop;
            }
        }
        if held.error.is_some() && self.speaks_of_error(held, call, &callee) {
            Verdict::Drop
        } else {
            Verdict::Go
        }
    }

    /// Whether a step is a plain release, at once or deferred.
    pub(crate) fn releases(&self, held: &Held, step: Step) -> bool {
        match step {
            Step::Eval(expr) => self.releases_at(held, expr),
            Step::Exec(stmt) => {
                matches!(self.cx.ast.stmt(stmt), Stmt::Defer(call) if self.releases_at(held, call))
            }
            Step::Next(_) | Step::RunDefers => false,
        }
    }

    /// Whether a call releases what it is called on.
    fn releases_at(&self, held: &Held, call: ExprId) -> bool {
        let Expr::Call { fun, .. } = self.cx.ast.expr(self.cx.ast.unparen(call)) else { return false };
        if self.search.protocol.by_call && self.hold(held, fun).is_some() {
            return true;
        }
        let Expr::Selector { base, sel } = self.cx.ast.expr(self.cx.ast.unparen(fun)) else { return false };
        let is_in = |names: &[Symbol]| self.cx.ast.ident(sel).is_some_and(|name| names.contains(&name));
        match self.hold(held, base) {
            Some(Hold::Whole) => is_in(&self.search.protocol.releases_whole),
            Some(Hold::Part | Hold::Wrapper) => is_in(&self.search.protocol.releases),
            Some(Hold::Reader) | None => false,
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

    /// What a method does with a resource that its receiver is or holds.
    fn works_on(&self, callee: &Callee, hold: Hold) -> Taking {
        match callee {
            Callee::Method { kind: MemberKind::Method(_), .. } => {
                self.gives_away(callee, Slot::Receiver, hold)
            }
            // The resource's own methods are known, those of what was made with it are not.
            Callee::Method { .. } if hold == Hold::Wrapper => self.gives_away(callee, Slot::Receiver, hold),
            _ => Taking::Borrows,
        }
    }

    /// What becomes of a resource that is given to a call.
    fn gives_away(&self, callee: &Callee, slot: Slot, hold: Hold) -> Taking {
        if let Some(body) = callee.body() {
            return self.flow.taking(body, slot, hold, self.search);
        }
        if let Some(taking) = self.flow.taking_elsewhere(callee, slot, hold, self.search) {
            return taking;
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
        let is_read = if self.search.protocol.by_call { only_prints(pkg) } else { only_reads(pkg, name) };
        if is_read { Taking::Borrows } else { Taking::Takes }
    }

    /// A function literal is made: what it would do with the resource counts as done, whenever it runs.
    fn literal(&self, held: &Held, literal: ExprId) -> Verdict {
        if !self.mentions_holder(held, literal) {
            return Verdict::Go;
        }
        let func = Func { body: self.cx.id, lit: Some(literal) };
        let inner = Held { error: None, context: None, failed: None, ..held.clone() };
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
        if !self.cx.pkg.bounds.count(HANDS, MAX_HANDS <= self.search.depth)
            && !assigns()
            && self.flow.scan(func, inner, self.search.deeper()) == Taking::Borrows
        {
            Verdict::Go
        } else {
            Verdict::Drop
        }
    }

    /// Whether a goroutine uses the resource and never ends.
    fn uses_for_ever(&self, held: &Held, call: ExprId) -> bool {
        if !self.mentions_holder(held, call) {
            return false;
        }
        if let Some(body) = self.cx.callee(call).body() {
            return self.flow.never_returns(body);
        }
        let Expr::Call { fun, .. } = self.cx.ast.expr(call) else { return false };
        let literal = Some(self.cx.ast.unparen(fun));
        let func = Func { body: self.cx.id, lit: literal };
        let Some(graph) = self.flow.graph(func) else { return false };
        let search = self.search.deeper();
        let watch =
            Holding { flow: self.flow, cx: self.cx, func: literal, search, made: None, dropped: false };
        let entry = Point { block: FuncGraph::ENTRY, step: 0 };
        let held = Held { error: None, context: None, failed: None, ..held.clone() };
        Paths::new(self.cx, &graph).search(entry, &held, &watch).is_none()
    }

    fn mentions_holder(&self, held: &Held, root: impl Into<NodeRef>) -> bool {
        self.mentions(root, |local| held.holders.iter().any(|&(holder, _)| holder == local))
    }

    fn mentions(&self, root: impl Into<NodeRef>, is_wanted: impl Fn(LocalId) -> bool) -> bool {
        let mut found = false;
        walk(self.cx.ast, root, |node| {
            if let NodeRef::Expr(expr) = node {
                found |= self.cx.local(expr).is_some_and(&is_wanted);
            }
            if found { Walk::Stop } else { Walk::Into }
        });
        found
    }

    /// Whether some function literal uses a variable of the function around it.
    fn is_captured(&self, local: LocalId) -> bool {
        let owner = self.cx.local_info(local).func;
        let literals = (0..self.cx.ast.expr_count() as u32).map(ExprId::new);
        literals
            .filter(|&expr| matches!(self.cx.ast.expr(expr), Expr::Func { .. }) && Some(expr) != owner)
            .filter(|&expr| {
                owner.is_none_or(|owner| !self.cx.ast.expr_span(expr).contains(self.cx.ast.expr_span(owner)))
            })
            .any(|literal| self.mentions(literal, |other| other == local))
    }

    /// Whether an edge is taken once the resource has been released by what a call answers.
    pub(crate) fn is_told_end(&self, held: &Held, label: Label) -> bool {
        matches!(label, Label::Cond { expr, holds: false } if self.tells_end(held, self.cx.ast.unparen(expr)))
    }

    fn exec(&self, held: &mut Held, stmt: StmtId) -> Verdict {
        let ast = self.cx.ast;
        match ast.stmt(stmt) {
            Stmt::Defer(call) => self.call(held, call),
            Stmt::Go(call) => match self.call(held, call) {
                Verdict::Go if self.uses_for_ever(held, call) => Verdict::Drop,
                verdict => verdict,
            },
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
                match (returned, self.search.goal) {
                    (true, Goal::Return) => Verdict::Found,
                    (true, Goal::ReturnTaken) if held.taken => Verdict::Found,
                    (true, Goal::Leak | Goal::Loss | Goal::ReturnTaken) => Verdict::Drop,
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
            Type::Named { .. } if ty == TypeId::ERROR || types.is_named(ty, "context", "Context") => false,
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
        let stores = assigned(self.cx, stmt);
        // Of several results, the error is the last.
        let last = stores.last().map(|&(target, _)| target);
        for (target, own) in stores {
            let value = own.or(sole);
            let hold = value
                .and_then(|value| self.hold(held, value))
                .filter(|&hold| hold < Hold::Wrapper || self.may_hold(self.cx.type_of(target)));
            let Some(local) = self.cx.local(target) else {
                let root = root_local(self.cx, target);
                let is_own = root.is_some_and(|root| held.holders.iter().any(|&(holder, _)| holder == root));
                // `_ = cancel` is what people write when they mean it, and `_ = resp` for the compiler.
                let is_kept = !is_blank(self.cx, target) || self.search.protocol.by_call;
                if hold.is_some() && !is_own && is_kept {
                    return Verdict::Drop;
                }
                // `resp.Body = io.NopCloser(…)`: there is nothing left to close.
                if hold.is_none() && is_own && self.hold(held, target) == Some(Hold::Part) {
                    return Verdict::Drop;
                }
                continue;
            };
            if hold.is_some() && (self.cx.local_info(local).func != self.func || self.is_captured(local)) {
                return Verdict::Drop;
            }
            // `retry, err := shouldRetry(err)` gives the same error back, or one made from it.
            if held.error == Some(local) && !value.is_some_and(|value| self.is_given_error(held, value)) {
                held.error = None;
            }
            let may_be_error = own.is_some() || last == Some(target);
            if may_be_error && value.is_some_and(|value| self.tells_failure(held, value)) {
                held.failed = Some(local);
            } else if held.failed == Some(local) {
                held.failed = None;
            }
            let is_derived = |value| self.cx.args(value).into_iter().any(|arg| self.is_context(held, arg));
            if held.context == Some(local) && !value.is_some_and(is_derived) {
                held.context = None;
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
        if gone && matches!(self.search.goal, Goal::Leak | Goal::Loss) { Verdict::Found } else { Verdict::Go }
    }
}

pub(crate) fn is_blank(cx: BodyCx<'_>, expr: ExprId) -> bool {
    cx.ast.ident(cx.ast.unparen(expr)).is_some_and(Symbol::is_blank)
}

/// Whether what is written to a writer is never refused.
fn never_fails(cx: BodyCx<'_>, writer: ExprId) -> bool {
    const WRITERS: [(&str, &str); 5] = [
        ("bytes", "Buffer"),
        ("strings", "Builder"),
        ("hash", "Hash"),
        ("hash", "Hash32"),
        ("hash", "Hash64"),
    ];
    let ty = cx.type_of(writer);
    WRITERS.iter().any(|(pkg, name)| cx.pkg.types.is_named_or_ptr(ty, pkg, name))
        || ["io", "io/ioutil"].iter().any(|pkg| cx.is_external(writer, pkg, "Discard"))
}

/// Whether the functions of a package that get a function value only look at it.
fn only_prints(pkg: &str) -> bool {
    pkg == "fmt" || pkg == "log" || pkg.ends_with("testify/assert") || pkg.ends_with("testify/require")
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
