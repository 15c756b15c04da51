//! Maps that a call has made itself, so that no caller knows them.

use golint_conc_flow::Func;
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, LocalKind, Root, Type};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use crate::model::Model;

/// How many functions are seen through to find one that makes a map.
const MAX_MAKERS: usize = 3;

impl<'p> Model<'p> {
    /// Whether an expression makes a map of its own: a literal, `make`, a copy, or a call of a function that returns one it has
    /// made.
    pub(crate) fn makes_map(&self, cx: BodyCx<'p>, expr: ExprId, depth: usize) -> bool {
        let expr = cx.ast.unparen(expr);
        match cx.ast.expr(expr) {
            Expr::Composite { .. } => true,
            Expr::Call { .. } => {
                let callee = cx.callee(expr);
                match (&callee, callee.body()) {
                    (Callee::Builtin(name), _) => *name == "make",
                    (_, Some(body)) => depth < MAX_MAKERS && self.returns_own_map(body, depth + 1),
                    (Callee::Func { name, .. } | Callee::Method { name, .. }, None) => {
                        let name = name.as_str().to_ascii_lowercase();
                        ["clone", "copy", "collect"].iter().any(|word| name.contains(word))
                    }
                    _ => false,
                }
            }
            Expr::Ident(_) => cx.local(expr).is_some_and(|local| {
                let info = cx.local_info(local);
                let is_steady = info.kind == LocalKind::Var && !self.is_assigned_again(cx, local);
                is_steady && info.init.is_some_and(|(init, at)| at == 0 && self.makes_map(cx, init, depth))
            }),
            _ => cx.is_nil(expr),
        }
    }

    /// Whether the first result of a function is always `nil` or a map that it has made.
    fn returns_own_map(&self, body: BodyId, depth: usize) -> bool {
        let Some((cx, block)) = self.block(Func { body, lit: None }) else { return false };
        let (mut returns, mut makes) = (0, 0);
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Return(values) = cx.ast.stmt(stmt)
            {
                returns += 1;
                let first = cx.ast.list(values).next();
                makes += usize::from(
                    first.is_some_and(|first| cx.is_nil(first) || self.makes_map(cx, first, depth)),
                );
            }
        });
        0 < returns && returns == makes
    }
}

/// Whether a target is a parameter, or a field in one, that holds a map: in a copy of what the caller has, so that setting
/// it changes nothing there.
pub(crate) fn is_own_map(cx: BodyCx<'_>, func: Func, target: ExprId, path: &AccessPath) -> bool {
    let Root::Local(local) = path.root else { return false };
    let info = cx.local_info(local);
    let is_param = info.func == func.lit && matches!(info.kind, LocalKind::Param | LocalKind::Receiver);
    let mut ty = info.ty;
    is_param
        && matches!(cx.underlying(target), Type::Map(..))
        && path.fields.iter().all(|&field| {
            let is_struct = matches!(cx.pkg.types.get(cx.pkg.underlying(ty)), Type::Struct { .. });
            cx.pkg.member(ty, field).is_ok_and(|member| {
                ty = member.ty;
                is_struct
            })
        })
}
