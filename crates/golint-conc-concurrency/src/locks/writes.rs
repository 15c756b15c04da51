//! Writes to what a read-write lock guards, while that is only held for reading.

use golint_conc_flow::{Func, Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Root, Type};
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::{Signals, Symbol};

use super::duty::{LockClass, class_of, is_value_of_own};
use super::summary::{HELD, READ, Taken, WRITE};
use crate::access::resolve;
use crate::model::Model;
use crate::sync::LockOpKind;

/// A write to a field beside a lock that is held for reading.
#[derive(Clone, Debug)]
pub struct ReadLockedWrite {
    /// The function.
    pub func: Func,
    /// The call that takes the read lock.
    pub rlock: ExprId,
    /// The lock.
    pub lock: AccessPath,
    /// What is written.
    pub target: ExprId,
    /// Whether it is an element of the map in the field, not the field itself.
    pub is_element: bool,
    /// Where another function takes the lock to use the field, and whether for writing.
    pub other: (BodyId, ExprId, bool),
}

impl Model<'_> {
    /// The writes in a body to fields that stand beside a `sync.RWMutex`, on which all paths hold that one for reading and
    /// no other lock for writing, while other functions use the field under the lock. The first behind each `RLock`.
    pub fn read_locked_writes(&self, body: BodyId) -> Vec<ReadLockedWrite> {
        let is_read_locked = self.lock_ops(body).iter().any(|op| op.kind == LockOpKind::RLock);
        if !is_read_locked {
            return Vec::new();
        }
        self.flow.funcs(body).into_iter().flat_map(|func| self.read_locked_writes_in(func)).collect()
    }

    fn read_locked_writes_in(&self, func: Func) -> Vec<ReadLockedWrite> {
        let Some(locks) = self.func_locks(func).filter(|locks| locks.is_complete) else { return Vec::new() };
        let cx = self.body(func.body);
        let mut found = Vec::new();
        for (_, step) in locks.graph.points() {
            let Step::Exec(stmt) = step else { continue };
            let modes = |lock: usize| locks.flows[lock].before.get(&step).copied().unwrap_or_default();
            if (0..locks.locks.len()).any(|lock| modes(lock) & WRITE != 0) {
                continue;
            }
            for (target, _) in assigned(cx, stmt) {
                let Some((written, is_element)) = field_written(cx, target) else { continue };
                let Some(path) = resolve(self, cx, written) else { continue };
                let guard = (0..locks.locks.len()).find(|&lock| {
                    modes(lock) & HELD == READ && modes(lock) == READ && is_beside(&locks.locks[lock], &path)
                });
                let is_own = |&lock: &usize| {
                    is_value_of_own(cx, &locks.locks[lock]) || is_pointer(cx, &locks.locks[lock])
                };
                let Some(lock) = guard.filter(|lock| !is_own(lock)) else { continue };
                let start = locks.starts(cx, lock).into_iter().find(|start| start.taken == Taken::RLock);
                let other = self.other_user(func.body, class_of(cx, &locks.locks[lock]), &path);
                if let (Some(start), Some(other)) = (start, other)
                    && found.iter().all(|known: &ReadLockedWrite| known.rlock != start.call)
                {
                    let (rlock, lock) = (start.call, locks.locks[lock].clone());
                    found.push(ReadLockedWrite { func, rlock, lock, target, is_element, other });
                }
            }
        }
        found
    }

    /// Another function that takes the lock and names the field; one that takes it for writing if there is one.
    fn other_user(
        &self,
        body: BodyId,
        class: LockClass,
        path: &AccessPath,
    ) -> Option<(BodyId, ExprId, bool)> {
        let &field = path.fields.last()?;
        let mut found = None;
        for id in self.pkg.bodies_naming(field) {
            if id == body || !self.pkg.body_outline(id).signals.intersects(Signals::LOCK) {
                continue;
            }
            let cx = self.body(id);
            for op in self.lock_ops(id).iter().filter(|op| op.kind.acquires()) {
                let is_same = op.path.as_ref().is_some_and(|path| class_of(cx, path) == class);
                let writes = op.kind == LockOpKind::Lock;
                if is_same && (found.is_none() || writes) {
                    found = Some((id, op.call, writes));
                }
                if found.is_some_and(|(.., writes)| writes) {
                    return found;
                }
            }
        }
        found
    }
}

/// The field that a store writes, or the map in a field of which it writes an element; not one that guards itself.
pub(super) fn field_written(cx: BodyCx<'_>, target: ExprId) -> Option<(AccessPath, bool)> {
    let target = cx.ast.unparen(target);
    let (field, is_element) = match cx.ast.expr(target) {
        Expr::Selector { .. } => (target, false),
        Expr::Index { base, .. } if matches!(cx.underlying(base), Type::Map(..)) => {
            (cx.ast.unparen(base), true)
        }
        _ => return None,
    };
    let path = cx.path(field).filter(|path| !path.fields.is_empty())?;
    Some((path, is_element))
}

/// Whether a lock is a pointer to one that lies elsewhere, which guards what lies there.
fn is_pointer(cx: BodyCx<'_>, lock: &AccessPath) -> bool {
    let mut ty = match lock.root {
        Root::Local(local) => cx.local_info(local).ty,
        Root::Global(object) => cx.pkg.object_type(object),
        Root::External(..) => return false,
    };
    for &field in &lock.fields {
        let Ok(member) = cx.pkg.member(ty, field) else { return false };
        ty = member.ty;
    }
    matches!(cx.pkg.types.get(ty), Type::Pointer(_))
}

/// Whether a field stands in the same struct as a lock.
fn is_beside(lock: &AccessPath, field: &AccessPath) -> bool {
    let owner =
        |path: &AccessPath| path.fields.split_last().map(|(_, rest)| rest.to_vec()) as Option<Vec<Symbol>>;
    lock.root == field.root && lock.fields.last() != field.fields.last() && owner(lock) == owner(field)
}
