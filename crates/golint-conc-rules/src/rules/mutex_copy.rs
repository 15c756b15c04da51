//! See `rules/mutex-copy.md`.

use golint_conc_concurrency::{CopyKind, LockCopy};
use golint_conc_semantic::{BodyCx, BodyId, Entity, Type};
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Symbol, tokens};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place};
use crate::edits;
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: MutexCopy = MutexCopy;

pub(crate) struct MutexCopy;

struct Copied {
    place: Place,
    kind: CopyKind,
    func: String,
    value: String,
    lock: String,
    confidence: Confidence,
    edit: Option<Edit>,
}

impl Finding for Copied {
    fn message(&self) -> String {
        let Self { func, value, lock, .. } = self;
        match self.kind {
            CopyKind::Receiver => format!("every call of `{func}` copies its receiver with {lock}"),
            CopyKind::Param => format!("parameter `{value}` takes {lock} by value"),
            CopyKind::Assign | CopyKind::Declare => format!("assignment copies `{value}` with {lock}"),
            CopyKind::Element => format!("literal copies `{value}` with {lock}"),
            CopyKind::Argument => format!("argument copies `{value}` with {lock}"),
            CopyKind::Return => format!("return copies `{value}` with {lock}"),
            CopyKind::Range => format!("loop variable `{value}` gets a copy of each element with {lock}"),
            CopyKind::LoopVariable => format!("each turn of the loop copies `{value}` with {lock}"),
            CopyKind::Send => format!("send copies `{value}` with {lock}"),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        "a copy excludes nobody who uses the original".into()
    }

    fn help(&self) -> Option<String> {
        Some(match self.kind {
            CopyKind::Range => "range over the index and take the element's address, or keep pointers".into(),
            _ => "pass and keep a pointer to the value".into(),
        })
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for MutexCopy {
    fn id(&self) -> &'static str {
        "mutex-copy"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for id in cx.model.bodies_with_locks() {
            let body = cx.body(id);
            if body.ast.is_opaque {
                continue;
            }
            for copy in cx.model.lock_copies(body) {
                report.add(&finding(cx, body, &copy));
            }
        }
    }
}

fn finding(cx: &Cx<'_>, body: BodyCx<'_>, copy: &LockCopy) -> Copied {
    let ty = match cx.pkg.types.get(copy.lock.ty) {
        Type::Named { pkg, name, .. } if pkg == cx.pkg.path => name.to_string(),
        _ => cx.pkg.types.display(copy.lock.ty),
    };
    let path: Vec<_> = copy.lock.path.iter().map(|field| field.as_str()).collect();
    let lock = if path.is_empty() { format!("a {ty}") } else { format!("its {ty} `{}`", path.join(".")) };
    // Tests copy values to compare them, and lock none.
    let is_compared = cx.is_test(body.id) && matches!(copy.kind, CopyKind::Range | CopyKind::Argument);
    Copied {
        place: cx.place(body.id, copy.span),
        kind: copy.kind,
        func: body.name(),
        value: body.text_at(copy.span).to_owned(),
        lock,
        confidence: if is_compared { Confidence::Low } else { Confidence::High },
        edit: pointer(cx, body, copy),
    }
}

/// The edit that makes a receiver or parameter a pointer, with the calls of the function.
fn pointer(cx: &Cx<'_>, body: BodyCx<'_>, copy: &LockCopy) -> Option<Edit> {
    let ty = copy.ty?;
    let func = body.ast.func()?;
    let fields: Vec<_> = body.ast.list(body.ast.sig(func.sig).params).collect();
    let mut before = 0;
    let mut position = None;
    for field in func.recv.into_iter().chain(fields) {
        let field = body.ast.field(field);
        if field.ty == ty {
            let mut names = body.ast.list(field.names);
            let only_named = matches!((names.next(), names.next()), (Some(name), None)
                if only_selected_from(cx, body, name));
            let is_unnamed = field.names.is_empty();
            position = (only_named || is_unnamed).then_some(before);
            break;
        }
        before += if copy.kind == CopyKind::Param { field.names.len().max(1) } else { 0 };
    }
    let recv = usize::from(func.recv.is_some());
    let mut replacements = vec![edits::insert(cx, body, body.ast.expr_span(ty).start, "*")];
    let title = match copy.kind {
        CopyKind::Receiver => {
            position?;
            let mut calls = calls_of(cx, body.id);
            // What a method is called on must have an address.
            calls
                .all(|(home, call)| receiver(home, call).is_some_and(|base| has_address(home, base)))
                .then_some("make the receiver a pointer")?
        }
        CopyKind::Param if recv == 0 => {
            let position = position?;
            let name = body.ast.ident(func.name)?;
            let calls: Vec<_> = calls_of(cx, body.id).collect();
            // A use as a value would have another type, and callers elsewhere are not seen.
            if name.as_str().starts_with(char::is_uppercase) || mentions(cx, name) != calls.len() + 1 {
                return None;
            }
            for (home, call) in calls {
                let arg = *home.args(call).get(position)?;
                replacements.push(match home.ast.expr(home.ast.unparen(arg)) {
                    Expr::Star(pointer) => {
                        let pointer = home.text(pointer).to_owned();
                        edits::replace(cx, home, home.ast.expr_span(arg), pointer)
                    }
                    Expr::Composite { .. } => edits::insert(cx, home, home.ast.expr_span(arg).start, "&"),
                    _ if has_address(home, arg) => {
                        edits::insert(cx, home, home.ast.expr_span(arg).start, "&")
                    }
                    _ => return None,
                });
            }
            "pass a pointer"
        }
        _ => return None,
    };
    Some(Edit { title: title.into(), applicability: Applicability::Suggested, replacements })
}

/// Whether the variable with this name is only used to select from, which a pointer does as well.
fn only_selected_from(cx: &Cx<'_>, body: BodyCx<'_>, name: ExprId) -> bool {
    let parents = cx.model.parents(body.id);
    body.local_declared_by(name).is_none_or(|local| {
        cx.model.uses_of(body, local).into_iter().all(|use_| {
            matches!(parents.parent(use_), Some(NodeRef::Expr(above))
                if matches!(body.ast.expr(above), Expr::Selector { base, .. } if base == use_))
        })
    })
}

/// The calls of a function in its package.
fn calls_of<'a>(cx: &'a Cx<'_>, func: BodyId) -> impl Iterator<Item = (BodyCx<'a>, ExprId)> {
    let name = cx.pkg.body_outline(func).names.first().map(|&(name, _)| name);
    let naming = name.into_iter().flat_map(|name| cx.pkg.bodies_naming(name));
    naming.flat_map(move |id| {
        let calls = cx.model.calls(id);
        let own: Vec<_> =
            calls.iter().filter(|call| call.callee.body() == Some(func)).map(|call| call.expr).collect();
        own.into_iter().map(move |call| (cx.body(id), call))
    })
}

/// What a method is called on.
fn receiver(body: BodyCx<'_>, call: ExprId) -> Option<ExprId> {
    let Expr::Call { fun, .. } = body.ast.expr(call) else { return None };
    match body.ast.expr(body.ast.unparen(fun)) {
        Expr::Selector { base, .. } => Some(base),
        _ => None,
    }
}

/// Whether `&expr` is surely allowed, or `expr` a pointer already.
fn has_address(body: BodyCx<'_>, expr: ExprId) -> bool {
    let expr = body.ast.unparen(expr);
    match body.ast.expr(expr) {
        Expr::Ident(_) => matches!(body.entity(expr), Entity::Local(_) | Entity::Object(_)),
        Expr::Star(_) => true,
        Expr::Selector { base, .. } => matches!(body.ty(base), Type::Pointer(_)) || has_address(body, base),
        Expr::Index { base, .. } => matches!(body.underlying(base), Type::Slice(_)),
        _ => false,
    }
}

/// How often a name stands in the package, other than behind a point.
fn mentions(cx: &Cx<'_>, name: Symbol) -> usize {
    let in_file = |text: &[u8]| {
        let mut before: &[u8] = b"";
        tokens(text)
            .filter(|token| {
                let token = token.slice(text);
                std::mem::replace(&mut before, token) != b"." && token == name.as_str().as_bytes()
            })
            .count()
    };
    cx.pkg.files.iter().map(|file| in_file(file.source.text())).sum()
}
