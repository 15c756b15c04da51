//! Locks: which operations on them there are, and which are held at a place.

use std::rc::Rc;

use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::ExprId;

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
    /// The operations on locks in a body, literals included, in source order.
    pub fn lock_ops(&self, id: BodyId) -> Rc<[LockOp]> {
        if let Some(ops) = self.lock_ops.borrow().get(&id) {
            return Rc::clone(ops);
        }
        let ops: Rc<[LockOp]> = if self.pkg.body_outline(id).signals.intersects(Signals::LOCK) {
            let cx = self.body(id);
            self.calls(id).iter().filter_map(|call| self.lock_op(cx, call.expr)).collect()
        } else {
            Rc::from([])
        };
        self.lock_ops.borrow_mut().insert(id, Rc::clone(&ops));
        ops
    }

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
