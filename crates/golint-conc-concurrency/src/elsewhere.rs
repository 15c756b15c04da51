//! Calls between the module's packages: goroutines that run functions of others, and who calls a function from there.

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId, Callee};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;

use crate::lifetime::{Lifetime, Unending};
use crate::model::{Model, Spawn};
use crate::scope::ContextInScope;

/// How far the callers of a function are followed from package to package.
pub(crate) const MAX_PACKAGES: usize = 3;

/// How many packages may call a function whose callers are looked at.
pub(crate) const MAX_USERS: usize = 4;

/// A call of a function of another package that never ends.
#[derive(Clone, Debug)]
pub struct UnendingCall {
    /// The call.
    pub call: ExprId,
    /// Why it goes on.
    pub why: Unending,
    /// The line of the loop or wait, from 1, in the file that declares the function that has it.
    pub line: u32,
    /// The function that has it.
    pub func: String,
}

impl Model<'_> {
    /// Like [`Model::unending_without_context`], for a goroutine that is a call of a function of another package, or
    /// ends with one.
    pub fn unending_call_without_context(&self, spawn: &Spawn) -> Option<(ContextInScope, UnendingCall)> {
        let cx = self.body(spawn.body);
        let context = self.caller_context(cx, spawn.node)?;
        let call = match spawn.target {
            None => spawn.call,
            Some(target) => self.last_call(target)?,
        };
        let found = self.unending_call(cx, call)?;
        let is_tied = self.has_context(spawn)
            || self.is_waited_for(spawn)
            || self.lifetime(spawn.body, spawn.node) == Lifetime::Process;
        (!is_tied).then_some((context, found))
    }

    /// How long the places live that use an exported function or method in other packages of the module, the shortest of
    /// them; nothing where none does.
    pub(crate) fn lifetime_elsewhere(&self, body: BodyId) -> Option<Lifetime> {
        if self.pkg.bounds.count("packages of callers", MAX_PACKAGES <= self.depth) {
            return Some(Lifetime::Shorter);
        }
        let lifetime = |model: &Model<'_>, cx: BodyCx<'_>, used: ExprId| match model
            .parents(cx.id)
            .parent(used)
        {
            Some(NodeRef::Expr(call)) if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if fun == used) => {
                model.lifetime(cx.id, call)
            }
            _ => Lifetime::Shorter,
        };
        let Some(lifetimes) = self.in_users(body, lifetime) else { return Some(Lifetime::Shorter) };
        lifetimes.into_iter().max()
    }

    /// What is so at the places that use a function or method of this package in others of the module, be it through an
    /// interface of this package; `None` where too many packages do.
    pub(crate) fn in_users<T>(
        &self,
        body: BodyId,
        mut ask: impl FnMut(&Model<'_>, BodyCx<'_>, ExprId) -> T,
    ) -> Option<Vec<T>> {
        let decl = self.pkg.body_decl(body);
        let is_use = |cx: BodyCx<'_>, expr: ExprId| match (decl.recv, cx.ast.expr(expr)) {
            (None, Expr::Selector { .. }) => cx.is_external(expr, self.pkg.path.as_str(), decl.name.as_str()),
            (Some(recv), Expr::Selector { .. }) => {
                let callee = cx.callee_of(expr);
                matches!(callee, Callee::Method { pkg, type_name, name, .. }
                    if pkg == self.pkg.path && type_name == recv && name == decl.name)
                    || self.may_be_called_by(recv, decl.name, &callee)
            }
            _ => false,
        };
        let mut answers = Vec::new();
        for user in self.pkg.packages_that_use(decl.name, MAX_USERS)? {
            let mut model = Model::new(&user);
            model.depth = self.depth + 1;
            for id in user.bodies_naming(decl.name) {
                let cx = model.body(id);
                let exprs = (0..cx.ast.expr_count() as u32).map(ExprId::new);
                answers.extend(exprs.filter(|&expr| is_use(cx, expr)).map(|expr| ask(&model, cx, expr)));
            }
        }
        Some(answers)
    }

    /// The call that a literal ends with.
    fn last_call(&self, target: Func) -> Option<ExprId> {
        target.lit?;
        let (cx, block) = self.block(target)?;
        let last = cx.ast.list(cx.ast.block(block)).last()?;
        match cx.ast.stmt(last) {
            Stmt::Expr(call) if matches!(cx.ast.expr(call), Expr::Call { .. }) => Some(call),
            _ => None,
        }
    }

    fn unending_call(&self, cx: BodyCx<'_>, call: ExprId) -> Option<UnendingCall> {
        let (pkg, body) = self.pkg.body_elsewhere(&cx.callee(call))?;
        let model = Model::new(&pkg);
        let func = Func { body, lit: None };
        let turn = model.unending_loop(func).or_else(|| model.unending_wait(func))?;
        if model.knows_context(func) || model.marks_done(func) {
            return None;
        }
        let looping = model.body(turn.func.body);
        let source = &pkg.files[looping.file].source;
        let line = source.lines().line(looping.ast.stmt_span(turn.stmt).start) + 1;
        Some(UnendingCall { call, why: turn.why, line, func: format!("{}.{}", pkg.name, looping.name()) })
    }
}
