//! Goroutines that run functions of the module's other packages.

use golint_conc_flow::Func;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};

use crate::lifetime::{Lifetime, Unending};
use crate::model::{Model, Spawn};
use crate::scope::ContextInScope;

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
