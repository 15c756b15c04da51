//! See `rules/mutex-copy.md`.

use golint_conc_concurrency::{CopyKind, LockCopy};
use golint_conc_semantic::{BodyCx, Type};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: MutexCopy = MutexCopy;

pub(crate) struct MutexCopy;

struct Copied {
    place: Place,
    kind: CopyKind,
    func: String,
    value: String,
    lock: String,
    pointer: Option<Place>,
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
        let insert = |place: Place| Replacement {
            place: Place { span: Span::new(place.span.start, place.span.start), ..place },
            text: "*".into(),
        };
        let edit = |place| Edit {
            title: "make the receiver a pointer".into(),
            applicability: Applicability::Suggested,
            replacements: vec![insert(place)],
        };
        self.pointer.into_iter().map(edit).collect()
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
    let pointer = copy.ty.filter(|_| copy.kind == CopyKind::Receiver);
    Copied {
        place: cx.place(body.id, copy.span),
        kind: copy.kind,
        func: body.name(),
        value: body.text_at(copy.span).to_owned(),
        lock,
        pointer: pointer.map(|ty| cx.expr_place(body, ty)),
    }
}
