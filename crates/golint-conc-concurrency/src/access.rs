//! Which steps of a function read or write shared memory.

use golint_conc_flow::{Step, assigned};
use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, LocalId, LocalKind, Root, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId, UnaryOp};

use crate::model::Model;
use crate::words::may_store;

/// How often a variable is replaced by what it was made from.
const MAX_ALIASES: usize = 4;

/// The kinds of memory whose accesses are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Memory {
    /// The elements of a map.
    MapElements,
}

/// An access that one step makes.
#[derive(Clone, Debug)]
pub(crate) struct StepAccess {
    pub(crate) memory: Memory,
    /// Of a map, the variable that holds it.
    pub(crate) path: AccessPath,
    pub(crate) is_write: bool,
    pub(crate) expr: ExprId,
}

/// A lock, or another thing that goroutines meet at, by the variable that holds it.
pub(crate) type SyncPath = AccessPath;

/// A lock that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The variable; none where it is not known which one, so that it may be any.
    pub path: Option<AccessPath>,
    /// Whether it excludes others that hold it, as `RLock` does not.
    pub is_exclusive: bool,
}

/// An access to shared memory, in the words of the function that the question is about.
#[derive(Clone, Debug)]
pub struct Access {
    /// What is accessed.
    pub memory: Memory,
    /// The variable.
    pub path: AccessPath,
    /// Whether it is written.
    pub is_write: bool,
    /// The function.
    pub body: BodyId,
    /// The place.
    pub expr: ExprId,
    /// The locks that may be held.
    pub locks: Vec<Lock>,
    /// What the goroutine has waited for before.
    pub(crate) waited: Vec<SyncPath>,
    /// What the goroutine has surely signalled before.
    pub(crate) released: Vec<SyncPath>,
    /// Whether it has waited for something unknown.
    pub(crate) waited_for_any: bool,
    /// Whether the memory was made by the function that names it, so that no caller knows it by that path.
    pub(crate) is_own: bool,
    /// The calls that lead to it, outermost first.
    pub calls: Vec<(BodyId, ExprId)>,
}

impl Model<'_> {
    /// Whether the function that makes an access asks first whether its memory is there: `m != nil`. Then it may well
    /// be there for some callers only, and nothing is known of whether those are the ones that race.
    pub fn is_optional(&self, access: &Access) -> bool {
        let cx = self.body(access.body);
        let name = |path: &AccessPath| path.fields.last().copied();
        (0..cx.ast.expr_count() as u32).map(ExprId::new).any(|expr| {
            let Expr::Binary { op: BinaryOp::Ne, lhs, rhs } = cx.ast.expr(expr) else { return false };
            cx.is_nil(rhs)
                && cx.path(lhs).is_some_and(|path| match name(&path) {
                    // The function may name its receiver as it likes.
                    Some(field) => name(&access.path) == Some(field),
                    None => path.root == access.path.root && access.path.fields.is_empty(),
                })
        })
    }
}

/// Functions that read every element of a map among their arguments.
const READERS: [(&str, &[&str]); 5] = [
    (
        "fmt",
        &["Print", "Printf", "Println", "Sprint", "Sprintf", "Sprintln", "Fprint", "Fprintf", "Fprintln"],
    ),
    ("encoding/json", &["Marshal", "MarshalIndent"]),
    ("maps", &["Clone", "Equal", "EqualFunc"]),
    ("reflect", &["DeepEqual"]),
    ("log", &["Print", "Printf", "Println"]),
];

/// The accesses that a step makes to memory that has a path.
pub(crate) fn of_step(model: &Model<'_>, cx: BodyCx<'_>, step: Step) -> Vec<StepAccess> {
    let mut found = Vec::new();
    let mut add = |container: ExprId, is_write: bool, expr: ExprId| {
        if !is_map(cx, container) {
            return;
        }
        if let Some(path) = canonical(model, cx, container) {
            found.push(StepAccess { memory: Memory::MapElements, path, is_write, expr });
        }
    };
    match step {
        Step::Eval(expr) => match cx.ast.expr(expr) {
            Expr::Index { base, .. } => add(base, false, expr),
            Expr::Call { .. } => {
                let (callee, args) = (cx.callee(expr), cx.args(expr));
                match (&callee, &*args) {
                    (Callee::Builtin(name), [map, ..]) => match name.as_str() {
                        "delete" | "clear" => add(*map, true, expr),
                        "len" => add(*map, false, expr),
                        _ => {}
                    },
                    (Callee::Func { pkg, name, .. }, args) if *pkg == "maps" => match (name.as_str(), args) {
                        ("Copy", [to, from]) => {
                            add(*to, true, expr);
                            add(*from, false, expr);
                        }
                        ("DeleteFunc" | "Insert", [map, ..]) => add(*map, true, expr),
                        _ => {
                            args.iter().filter(|_| is_reader(&callee)).for_each(|&arg| add(arg, false, expr));
                        }
                    },
                    (Callee::Func { .. }, args) if is_reader(&callee) => {
                        for &arg in args {
                            add(arg, false, expr);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        },
        Step::Exec(stmt) => match cx.ast.stmt(stmt) {
            Stmt::Assign { lhs, .. } => {
                for target in cx.ast.list(lhs) {
                    let target = cx.ast.unparen(target);
                    if let Expr::Index { base, .. } = cx.ast.expr(target) {
                        add(base, true, target);
                    }
                }
            }
            Stmt::IncDec { target, .. } => {
                let target = cx.ast.unparen(target);
                if let Expr::Index { base, .. } = cx.ast.expr(target) {
                    add(base, true, target);
                }
            }
            _ => {}
        },
        Step::Next(stmt) => {
            if let Stmt::Range { subject, .. } = cx.ast.stmt(stmt) {
                add(subject, false, subject);
            }
        }
        Step::RunDefers => {}
    }
    found
}

fn is_reader(callee: &Callee) -> bool {
    READERS.iter().any(|(pkg, names)| callee.is_func(pkg, names))
}

fn is_map(cx: BodyCx<'_>, expr: ExprId) -> bool {
    matches!(cx.underlying(cx.ast.unparen(expr)), Type::Map(..))
}

/// The path of an expression, with variables that only stand for another path replaced by it. None for elements of
/// containers, of which there may be many.
pub(crate) fn canonical(model: &Model<'_>, cx: BodyCx<'_>, expr: ExprId) -> Option<AccessPath> {
    resolve(model, cx, cx.path(expr)?)
}

/// As [`canonical`], for a path.
pub(crate) fn resolve(model: &Model<'_>, cx: BodyCx<'_>, path: AccessPath) -> Option<AccessPath> {
    let mut path = path;
    for _ in 0..MAX_ALIASES {
        let Root::Local(local) = path.root else { break };
        let Some(mut target) = alias(model, cx, local) else { break };
        target.fields.append(&mut path.fields);
        path = target;
    }
    let element = Symbol::new("[*]");
    (!path.fields.contains(&element)).then_some(path)
}

/// The path that a variable is a second name of: it is made from it, holds a reference, and is never assigned again.
fn alias(model: &Model<'_>, cx: BodyCx<'_>, local: LocalId) -> Option<AccessPath> {
    if let Some(known) = model.aliases.borrow().get(&(cx.id, local)) {
        return known.clone();
    }
    let found = find_alias(model, cx, local);
    model.aliases.borrow_mut().insert((cx.id, local), found.clone());
    found
}

fn find_alias(model: &Model<'_>, cx: BodyCx<'_>, local: LocalId) -> Option<AccessPath> {
    let info = cx.local_info(local);
    let (init, 0) = info.init? else { return None };
    if info.kind != LocalKind::Var || !is_reference(cx, info.ty) || model.is_assigned_again(cx, local) {
        return None;
    }
    let path = match cx.ast.expr(cx.ast.unparen(init)) {
        Expr::Ident(_) | Expr::Selector { .. } | Expr::Unary { op: UnaryOp::Addr, .. } => cx.path(init)?,
        _ => return None,
    };
    let is_itself = path.root == Root::Local(local);
    // `old := c.conns; c.conns = nil` takes what was there.
    let has_elements = matches!(cx.pkg.types.get(cx.pkg.underlying(info.ty)), Type::Map(..) | Type::Slice(_));
    let is_taken = path.fields.last().filter(|_| has_elements).is_some_and(|&field| {
        may_store(cx.pkg.body_text(cx.id), field)
            && (0..cx.ast.stmt_count() as u32).map(StmtId::new).any(|stmt| {
                assigned(cx, stmt).into_iter().any(|(target, _)| cx.path(target).as_ref() == Some(&path))
            })
    });
    (!is_itself && !is_taken && !path.fields.contains(&Symbol::new("[*]"))).then_some(path)
}

fn is_reference(cx: BodyCx<'_>, ty: TypeId) -> bool {
    matches!(
        cx.pkg.types.get(cx.pkg.underlying(ty)),
        Type::Pointer(_) | Type::Map(..) | Type::Chan(..) | Type::Slice(_) | Type::Func(_)
    )
}
