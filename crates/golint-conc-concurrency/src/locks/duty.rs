//! Whether it is for a function to release a lock that it has taken.

use golint_conc_flow::Func;
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, LocalKind, Root, Type};
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Symbol};
use memchr::memmem;

use super::hold::{DoubleLock, LockLeak};
use super::summary::{FuncLocks, RELEASED};
use crate::model::Model;
use crate::sync::{LockOpKind, lock_effect_of_name};

/// A lock by the type that holds it and the field; none for the type of what is not a field of a declared type.
pub(crate) type LockClass = (Option<Symbol>, Symbol);

impl<'p> Model<'p> {
    /// Whether a lock that is held when a function ends is the function's to release: it is no helper that locks for its
    /// callers, and nobody else releases what is locked here.
    pub(crate) fn is_own_duty(&self, locks: &FuncLocks, lock: usize, leak: &LockLeak) -> bool {
        let (cx, func, path) = (self.body(locks.func.body), locks.func, &locks.locks[lock]);
        if self.is_lock_helper(cx, func) || is_own_variable(cx, func, path) {
            return false;
        }
        let class = class_of(cx, path);
        let others = self.releasers_for_others(class, func);
        if leak.is_released_elsewhere {
            return others.is_empty() || self.callers_never_release(func, &others);
        }
        let is_exported = class.1.as_str().starts_with(char::is_uppercase);
        others.is_empty() && func.lit.is_none() && !is_exported
    }

    /// Whether a local variable's lock is released by a function that has not taken it: then it is a signal between
    /// goroutines.
    pub(crate) fn is_released_by_others(&self, locks: &FuncLocks, lock: usize) -> bool {
        let (cx, path) = (self.body(locks.func.body), &locks.locks[lock]);
        matches!(path.root, Root::Local(local)
            if !matches!(cx.local_info(local).kind, LocalKind::Receiver | LocalKind::Param))
            && self.flow.funcs(cx.id).into_iter().filter(|&func| func != locks.func).any(|func| {
                self.func_locks(func).is_some_and(|other| {
                    let index = other.locks.iter().position(|known| known == path);
                    index.is_some_and(|index| other.releases_for_others(index))
                })
            })
    }

    /// A place that takes the lock for writing, by the type and field that hold it. A lock in a variable of the function's
    /// own is known only to the literals in it.
    pub fn writer_of(&self, double: &DoubleLock) -> Option<(BodyId, ExprId)> {
        let (func, path) = (double.func, &double.lock);
        let cx = self.body(func.body);
        if is_value_of_own(cx, path) {
            let ops = self.lock_ops(func.body);
            let write = ops.iter().find(|op| {
                let is_write = op.kind == LockOpKind::Lock && op.path.as_ref() == Some(path);
                is_write && self.func_of(func.body, op.call) != func
            });
            return write.map(|op| (func.body, op.call));
        }
        let class = class_of(cx, path);
        let bodies = self.pkg.bodies().map(|(id, _)| id);
        let mut bodies = bodies.filter(|&id| self.pkg.body_outline(id).signals.intersects(Signals::LOCK));
        bodies.find_map(|id| {
            let inner = self.body(id);
            let ops = self.lock_ops(id);
            let write = ops.iter().find(|op| {
                op.kind == LockOpKind::Lock
                    && op.path.as_ref().is_some_and(|path| class_of(inner, path) == class)
            });
            write.map(|op| (id, op.call))
        })
    }

    /// Whether a function says, by its name or the comment above it, that it leaves something locked.
    fn is_lock_helper(&self, cx: BodyCx<'p>, func: Func) -> bool {
        const NAMES: [&str; 8] =
            ["acquire", "begin", "enter", "hold", "start", "checkout", "reserve", "pause"];
        const WORDS: [&[u8]; 6] =
            [b"unlock", b"locked", b"lock held", b"holding", b"hold the", b"release the"];
        let decl = self.pkg.body_decl(func.body);
        let named = match func.lit {
            None => Some(decl.name),
            Some(lit) => name_of_literal(cx, lit),
        };
        let is_named = named.is_none_or(|name| {
            let lower = name.as_str().to_ascii_lowercase();
            0 < lock_effect_of_name(&lower) || NAMES.iter().any(|word| lower.starts_with(word))
        });
        if is_named {
            return true;
        }
        let comment = self.pkg.comment_above(func.body).to_ascii_lowercase();
        WORDS.iter().any(|word| memmem::find(&comment, word).is_some())
    }

    /// The other functions of the package that release such a lock for somebody who has taken it elsewhere.
    fn releasers_for_others(&self, class: LockClass, except: Func) -> Vec<Func> {
        let releasers = self.releasers().iter().filter(|&&(func, (owner, field))| {
            func != except && field == class.1 && (owner.is_none() || class.0.is_none() || owner == class.0)
        });
        let funcs: Vec<_> = releasers.map(|&(func, _)| func).collect();
        funcs.iter().copied().filter(|&func| !self.is_accounted_for(func, class.1, &funcs)).collect()
    }

    /// The functions that release locks which they have not taken, with the locks.
    fn releasers(&self) -> &[(Func, LockClass)] {
        self.locks.releasers.get_or_init(|| {
            let mut found: Vec<(Func, LockClass)> = Vec::new();
            for (body, _) in self.pkg.bodies() {
                if !self.pkg.body_outline(body).signals.intersects(Signals::LOCK) {
                    continue;
                }
                let cx = self.body(body);
                if cx.ast.is_opaque {
                    continue;
                }
                for func in self.flow.funcs(body) {
                    if func.lit.is_some_and(|lit| self.is_called_on_the_spot(cx, lit)) {
                        continue;
                    }
                    let summary = self.lock_summary(func);
                    let exits = summary.exits.iter().filter(|(_, modes)| modes & RELEASED != 0);
                    found.extend(exits.map(|(path, _)| (func, class_of(cx, path))));
                    found.extend(summary.own_releases.iter().map(|&class| (func, class)));
                }
            }
            found
        })
    }

    /// Whether those who call a function that releases a lock, or make the literal, have taken the lock themselves.
    fn is_accounted_for(&self, func: Func, field: Symbol, releasers: &[Func]) -> bool {
        let takes = |body: BodyId| {
            self.lock_ops(body).iter().any(|op| {
                op.kind.acquires()
                    && op.path.as_ref().is_none_or(|path| name_of_lock(self.body(body), path) == field)
            })
        };
        if func.lit.is_some() || self.is_test_func(func.body) {
            return func.lit.is_none() || takes(func.body);
        }
        let Some(callers) = self.callers(func.body).filter(|callers| !callers.is_empty()) else {
            return false;
        };
        callers
            .into_iter()
            .all(|(caller, call)| takes(caller) || releasers.contains(&self.func_of(caller, call)))
    }

    /// Whether a function is run by `go test`, so that nobody hands it a lock.
    fn is_test_func(&self, body: BodyId) -> bool {
        let decl = self.pkg.body_decl(body);
        let name = decl.name.as_str();
        self.pkg.files[decl.file].is_test
            && ["Test", "Benchmark", "Fuzz", "Example"].iter().any(|word| name.starts_with(word))
    }

    fn is_called_on_the_spot(&self, cx: BodyCx<'p>, literal: ExprId) -> bool {
        matches!(self.parents(cx.id).parent(literal), Some(NodeRef::Expr(call))
            if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if cx.ast.unparen(fun) == literal))
    }

    /// Whether all who call a function are known, and none of them speaks of unlocking or of those who unlock.
    fn callers_never_release(&self, func: Func, releasers: &[Func]) -> bool {
        let Some(callers) = self.callers(func.body).filter(|callers| !callers.is_empty()) else {
            return false;
        };
        let names: Vec<_> = releasers.iter().map(|releaser| self.pkg.body_decl(releaser.body).name).collect();
        func.lit.is_none()
            && callers.iter().all(|&(caller, _)| {
                let text = self.pkg.body_text(caller);
                memmem::find(text, b"nlock").is_none()
                    && names.iter().all(|name| memmem::find(text, name.as_str().as_bytes()).is_none())
            })
    }
}

/// Whether the lock lies in a variable of the function's own, which nobody sees when it has ended.
fn is_own_variable(cx: BodyCx<'_>, func: Func, path: &AccessPath) -> bool {
    let Root::Local(local) = path.root else { return false };
    let info = cx.local_info(local);
    info.func == func.lit && path.fields.is_empty() && is_value_of_own(cx, path)
}

/// The variable that a literal is stored in, by its name.
fn name_of_literal(cx: BodyCx<'_>, literal: ExprId) -> Option<Symbol> {
    let own =
        cx.locals().find(|(_, info)| info.init.is_some_and(|(init, _)| cx.ast.unparen(init) == literal));
    own.map_or_else(|| Some(Symbol::new("func")), |(_, info)| Some(info.name))
}

/// The type and field that a lock lies in.
pub(crate) fn class_of(cx: BodyCx<'_>, path: &AccessPath) -> LockClass {
    let Some((&last, rest)) = path.fields.split_last() else { return (None, name_of_lock(cx, path)) };
    let mut ty = match path.root {
        Root::Local(local) => cx.local_info(local).ty,
        Root::Global(object) => cx.pkg.object_type(object),
        Root::External(..) => return (None, last),
    };
    for &field in rest {
        match cx.pkg.member(ty, field) {
            Ok(member) => ty = member.ty,
            Err(_) => return (None, last),
        }
    }
    match cx.pkg.types.get(cx.pkg.types.deref(ty)) {
        Type::Named { name, .. } => (Some(name), last),
        _ => (None, last),
    }
}

/// The field that a lock lies in, or the variable that it is.
fn name_of_lock(cx: BodyCx<'_>, path: &AccessPath) -> Symbol {
    path.fields.last().copied().unwrap_or_else(|| match path.root {
        Root::Local(local) => cx.local_info(local).name,
        Root::Global(object) => cx.pkg.object(object).name,
        Root::External(_, name) => name,
    })
}

/// Whether two locks may be the same, by the types and fields that hold them.
pub(crate) fn may_be(a: LockClass, b: LockClass) -> bool {
    let is_open = |class: LockClass| class.1.as_str().is_empty();
    is_open(a) || is_open(b) || (a.1 == b.1 && (a.0.is_none() || b.0.is_none() || a.0 == b.0))
}

/// Whether a lock lies in a local variable itself, not in what that points to.
pub(super) fn is_value_of_own(cx: BodyCx<'_>, path: &AccessPath) -> bool {
    let Root::Local(local) = path.root else { return false };
    let info = cx.local_info(local);
    !matches!(info.kind, LocalKind::Receiver | LocalKind::Param)
        && !matches!(cx.pkg.types.get(info.ty), Type::Pointer(_) | Type::Unknown(_))
}
