//! Objects that hold the function which cancels their context, and that nobody keeps.

use golint_conc_flow::{Assertion, Func, assertion, is_statement};
use golint_conc_semantic::{BodyCx, BodyId, LocalId, LocalKind, MemberKind, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Parents};

use crate::lifetime::Lifetime;
use crate::model::{MAX_REACH, Model};
use crate::outliving::makes_cancellable;

/// A call whose result holds the only way to cancel a context, and that drops it.
#[derive(Clone, Debug)]
pub struct DroppedHolder {
    /// The function that makes context and object.
    pub maker: BodyId,
    /// The statement's variable for the context.
    pub context: LocalId,
    /// The element of the literal that stores the cancel function.
    pub stored: ExprId,
    /// The type of the object and its field.
    pub field: (Symbol, Symbol),
    /// The goroutine that the function starts with the object, if any.
    pub start: Option<NodeRef>,
    /// The body with the call.
    pub caller: BodyId,
    /// The call.
    pub call: ExprId,
}

/// An object that a function makes around a cancel function and returns.
struct Holder {
    stored: ExprId,
    owner: Symbol,
    field: Symbol,
    result: usize,
    start: Option<NodeRef>,
}

impl<'p> Model<'p> {
    /// The calls of a function that drop what it returns, where that alone can cancel the context that the function makes.
    pub fn dropped_holders(&self, maker: BodyId) -> Vec<DroppedHolder> {
        let cx = self.body(maker);
        let made = (0..cx.ast.stmt_count() as u32).map(StmtId::new);
        made.filter_map(|stmt| makes_cancellable(cx, stmt))
            .filter_map(|(context, cancel)| Some((context, self.holder(cx, cancel)?)))
            .flat_map(|(context, holder)| {
                let callers = self.callers(maker).unwrap_or_default();
                let dropping = callers.into_iter().filter(move |&(body, call)| {
                    self.drops(body, call, holder.result)
                        && !self.is_to_fail(body, call)
                        && self.lifetime(body, call) != Lifetime::Process
                });
                dropping.map(move |(caller, call)| DroppedHolder {
                    maker,
                    context,
                    stored: holder.stored,
                    field: (holder.owner, holder.field),
                    start: holder.start,
                    caller,
                    call,
                })
            })
            .collect()
    }

    /// The object that holds a cancel function and goes to the caller and nowhere else.
    fn holder(&self, cx: BodyCx<'p>, cancel: LocalId) -> Option<Holder> {
        let parents = self.parents(cx.id);
        let [mention] = *self.uses_of(cx, cancel) else { return None };
        let NodeRef::Expr(stored) = parents.parent(mention)? else { return None };
        let Expr::KeyValue { key, value } = cx.ast.expr(stored) else { return None };
        let NodeRef::Expr(literal) = parents.parent(stored)? else { return None };
        let Type::Named { pkg, name: owner, .. } = cx.pkg.types.get(cx.type_of(literal)) else { return None };
        let field = cx.ast.ident(key).filter(|_| value == mention && pkg == cx.pkg.path)?;
        let mut whole = literal;
        if let Some(NodeRef::Expr(above)) = parents.parent(literal)
            && matches!(cx.ast.expr(above), Expr::Unary { op: UnaryOp::Addr, .. })
        {
            whole = above;
        }
        let holder = |result, start| Holder { stored, owner, field, result, start };
        let NodeRef::Stmt(stmt) = parents.parent(whole)? else { return None };
        match cx.ast.stmt(stmt) {
            Stmt::Return(values) => {
                let result = cx.ast.list(values).position(|value| value == whole)?;
                Some(holder(result, None))
            }
            Stmt::Assign { lhs, rhs, .. } if lhs.len() == 1 && rhs.len() == 1 => {
                let object = cx.local(cx.ast.list(lhs).next()?)?;
                let (mut result, mut start) = (None, None);
                for used in self.uses_of(cx, object) {
                    match parents.parent(used)? {
                        NodeRef::Stmt(stmt) => {
                            let Stmt::Return(values) = cx.ast.stmt(stmt) else { return None };
                            result = cx.ast.list(values).position(|value| value == used);
                        }
                        NodeRef::Expr(selector) if self.is_lent(cx, &parents, selector, used, field) => {
                            let call = parents.parent(selector).and_then(|call| parents.parent(call));
                            start = start.or(call.filter(|&node| is_go(cx, node)));
                        }
                        NodeRef::Expr(_) | NodeRef::Clause(_) => return None,
                    }
                }
                Some(holder(result?, start))
            }
            _ => None,
        }
    }

    /// Whether a use of an object only reads or sets another of its fields, or calls a method that does neither keep it
    /// nor cancel its context.
    fn is_lent(
        &self,
        cx: BodyCx<'p>,
        parents: &Parents,
        selector: ExprId,
        object: ExprId,
        field: Symbol,
    ) -> bool {
        let Expr::Selector { base, .. } = cx.ast.expr(selector) else { return false };
        let Some(member) = cx.member_of(selector).filter(|_| base == object) else { return false };
        match member.kind {
            MemberKind::Field => member.name != field,
            MemberKind::Method(body) => {
                let is_called = matches!(parents.parent(selector), Some(NodeRef::Expr(call))
                    if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if fun == selector));
                is_called && self.only_borrows(body, field)
            }
            MemberKind::ExternalMethod | MemberKind::InterfaceMethod => false,
        }
    }

    /// Whether a method neither keeps its receiver nor does anything with a field, itself or through others.
    fn only_borrows(&self, method: BodyId, field: Symbol) -> bool {
        let (reached, _) = self.reach(Func { body: method, lit: None });
        reached.len() < MAX_REACH
            && reached.into_iter().all(|func| {
                let cx = self.body(func.body);
                let parents = self.parents(func.body);
                let receiver = cx.locals().find(|(_, local)| local.kind == LocalKind::Receiver);
                let uses = receiver.map(|(local, _)| self.uses_of(cx, local)).unwrap_or_default();
                let is_base = |used: ExprId| {
                    matches!(parents.parent(used), Some(NodeRef::Expr(above))
                        if matches!(cx.ast.expr(above), Expr::Selector { base, .. } if base == used))
                };
                !self.mentions(func.body, field) && uses.into_iter().all(is_base)
            })
    }

    /// Whether a test asserts that a call returns an error: the first use of the error behind the call says so.
    fn is_to_fail(&self, body: BodyId, call: ExprId) -> bool {
        let cx = self.body(body);
        let parents = self.parents(body);
        let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return false };
        let Stmt::Assign { lhs, .. } = cx.ast.stmt(stmt) else { return false };
        let end = cx.ast.stmt_span(stmt).end;
        let errors = cx.ast.list(lhs).filter_map(|target| cx.local(target));
        errors.filter(|&local| cx.local_info(local).ty == TypeId::ERROR).any(|error| {
            let uses = self.uses_of(cx, error).into_iter();
            let next = uses.filter(|&used| end <= cx.ast.expr_span(used).start);
            let next = next.min_by_key(|&used| cx.ast.expr_span(used).start);
            matches!(next.and_then(|used| parents.parent(used)), Some(NodeRef::Expr(above))
                if assertion(&cx.callee(above)) == Some(Assertion::Nil(false)))
        })
    }

    /// Whether nothing takes a result of a call.
    fn drops(&self, body: BodyId, call: ExprId, result: usize) -> bool {
        let cx = self.body(body);
        if is_statement(cx, call) {
            return true;
        }
        let Some(NodeRef::Stmt(stmt)) = self.parents(body).parent(call) else { return false };
        let Stmt::Assign { lhs, rhs, .. } = cx.ast.stmt(stmt) else { return false };
        rhs.len() == 1
            && cx
                .ast
                .list(lhs)
                .nth(result)
                .is_some_and(|target| cx.ast.ident(target).is_some_and(Symbol::is_blank))
    }
}

fn is_go(cx: BodyCx<'_>, node: NodeRef) -> bool {
    matches!(node, NodeRef::Stmt(stmt) if matches!(cx.ast.stmt(stmt), Stmt::Go(_)))
}
