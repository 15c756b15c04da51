//! Locks: which operations on them there are, and which are held at a place.

use golint_conc_semantic::{AccessPath, BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, walk_inline};

use crate::model::Model;

/// What a call does to a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOpKind {
    /// `Lock`
    Lock,
    /// `Unlock`
    Unlock,
    /// `RLock`
    RLock,
    /// `RUnlock`
    RUnlock,
}

impl LockOpKind {
    /// The method's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lock => "Lock",
            Self::Unlock => "Unlock",
            Self::RLock => "RLock",
            Self::RUnlock => "RUnlock",
        }
    }

    /// Whether it acquires.
    pub const fn acquires(self) -> bool {
        matches!(self, Self::Lock | Self::RLock)
    }
}

/// A call of a method of `sync.Mutex` or `sync.RWMutex`.
#[derive(Clone, Debug)]
pub struct LockOp {
    /// The call.
    pub call: ExprId,
    /// What it does.
    pub kind: LockOpKind,
    /// The lock, where it has a path.
    pub path: Option<AccessPath>,
    /// Whether the lock is a `sync.RWMutex`.
    pub is_rw: bool,
}

impl<'p> Model<'p> {
    /// What a call does to a lock of package `sync`, if anything.
    pub fn lock_op(&self, cx: BodyCx<'p>, call: ExprId) -> Option<LockOp> {
        let callee = cx.callee(call);
        let Callee::Method { pkg, type_name, name, .. } = &callee else { return None };
        let is_rw = *type_name == "RWMutex";
        if *pkg != "sync" || !(is_rw || *type_name == "Mutex") {
            return None;
        }
        let kind = match name.as_str() {
            "Lock" => LockOpKind::Lock,
            "Unlock" => LockOpKind::Unlock,
            "RLock" => LockOpKind::RLock,
            "RUnlock" => LockOpKind::RUnlock,
            _ => return None,
        };
        Some(LockOp { call, kind, path: cx.receiver_path(&callee), is_rw })
    }

    /// Whether some lock may be held when `at` runs: an earlier statement in a block around it, within its function,
    /// locks and none after it unlocks. Calls whose names speak of locking count as locks of their own.
    pub fn may_hold_lock(&self, cx: BodyCx<'p>, at: impl Into<NodeRef>) -> bool {
        let at = at.into();
        let parents = self.parents(cx.id);
        let chain: Vec<_> = std::iter::once(at).chain(parents.ancestors(at)).collect();
        for pair in chain.windows(2) {
            let (inner, outer) = (pair[0], pair[1]);
            if let NodeRef::Expr(expr) = inner
                && matches!(cx.ast.expr(expr), Expr::Func { .. })
                && inner != at
            {
                return false;
            }
            let before: Vec<StmtId> = match outer {
                NodeRef::Stmt(block) => cx.ast.list(cx.ast.block(block)).collect(),
                NodeRef::Clause(clause) => cx.ast.list(cx.ast.clause(clause).body).collect(),
                NodeRef::Expr(_) => continue,
            };
            let mut held = 0_i32;
            for stmt in before.into_iter().take_while(|&stmt| NodeRef::Stmt(stmt) != inner) {
                if matches!(cx.ast.stmt(stmt), Stmt::Defer(_) | Stmt::Go(_)) {
                    continue;
                }
                walk_inline(cx.ast, stmt, |node| {
                    if let NodeRef::Expr(call) = node
                        && matches!(cx.ast.expr(call), Expr::Call { .. })
                    {
                        held += lock_effect(&cx.callee(call));
                    }
                });
                held = held.max(0);
            }
            if 0 < held {
                return true;
            }
        }
        false
    }
}

/// What a call does to some lock, by the callee's name: 1 for one that takes it, -1 for one that gives it back.
pub(crate) fn lock_effect(callee: &Callee) -> i32 {
    callee.name().map_or(0, |name| lock_effect_of_name(name.as_str()))
}

/// As [`lock_effect`], of a name.
pub(crate) fn lock_effect_of_name(name: &str) -> i32 {
    let name = name.to_ascii_lowercase();
    if name.contains("unlock") || name.ends_with("release") {
        -1
    } else {
        i32::from(
            name.contains("lock") && !name.contains("block") && !name.contains("clock") || name == "acquire",
        )
    }
}
