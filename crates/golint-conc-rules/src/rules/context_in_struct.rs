//! See `rules/context-in-struct.md`.

use golint_conc_semantic::{ObjKind, Object, Package, Type, TypeId};
use golint_conc_syntax::ast::{Ast, Expr, Spec};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Confidence, FileId, Finding, Place};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: ContextInStruct = ContextInStruct;

pub(crate) struct ContextInStruct;

/// Ends of type names that say that the value lives as long as one call or one request.
const SHORT_LIVED: [&str; 26] = [
    "Request",
    "Req",
    "Options",
    "Option",
    "Opts",
    "Config",
    "Params",
    "Args",
    "Call",
    "Query",
    "Op",
    "Operation",
    "Iterator",
    "Iter",
    "Event",
    "Message",
    "Msg",
    "Job",
    "Task",
    "Txn",
    "Tx",
    "Context",
    "Ctx",
    "Span",
    "Command",
    "Stream",
];

struct Kept {
    place: Place,
    field: String,
    ty: String,
}

impl Finding for Kept {
    fn message(&self) -> String {
        format!(
            "`{}.{}` keeps a context: whose deadline and cancellation it carries can't be seen at the calls",
            self.ty, self.field
        )
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn help(&self) -> Option<String> {
        Some("pass the context as the first parameter of the methods that need it".into())
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

impl Rule for ContextInStruct {
    fn id(&self) -> &'static str {
        "context-in-struct"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for (_, object) in cx.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Type) {
            if !cx.pkg.object_outline(object).signals.contains(Signals::CONTEXT)
                || !cx.pkg.imports(object.file, "context")
            {
                continue;
            }
            let name = object.name.as_str();
            if SHORT_LIVED.iter().any(|end| ends_with_word(name, end)) || is_context(cx.pkg, object) {
                continue;
            }
            for (field, span) in context_fields(cx.pkg, object) {
                let place = Place { file: FileId(object.file as u32), span };
                report.add(&Kept { place, field, ty: name.to_owned() });
            }
        }
    }
}

/// Whether the last word of a Go name is `word`, whatever the case of its first letter.
fn ends_with_word(name: &str, word: &str) -> bool {
    name.ends_with(word) || name.eq_ignore_ascii_case(word)
}

/// Whether a type is a context itself.
fn is_context(pkg: &Package, object: &Object) -> bool {
    pkg.methods_of(object.name).iter().any(|&method| pkg.body_decl(method).name == "Deadline")
}

/// The named fields of type `context.Context` in the struct that an object declares, with where each stands.
fn context_fields(pkg: &Package, object: &Object) -> Vec<(String, Span)> {
    let ast: &Ast = pkg.decl_ast(object);
    let Some(Spec::Type { ty, .. }) = pkg.spec(object).map(|(spec, _)| ast.spec(spec)) else {
        return Vec::new();
    };
    let Expr::Struct { fields } = ast.expr(ast.unparen(ty)) else { return Vec::new() };
    let own = pkg.types.named(pkg.path.as_str(), object.name.as_str());
    let Type::Struct(types) = pkg.types.get(pkg.underlying(own)) else { return Vec::new() };
    // Who keeps the cancel function as well owns the life of the context.
    if types.iter().any(|field| is_cancel(pkg, field.ty)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for field in ast.list(fields) {
        let field = ast.field(field);
        for name in ast.list(field.names) {
            let Some(symbol) = ast.ident(name) else { continue };
            let is_context = types.iter().any(|known| {
                known.name == symbol
                    && !known.is_embedded
                    && pkg.types.is_named(known.ty, "context", "Context")
            });
            if is_context {
                found.push((symbol.to_string(), ast.expr_span(name)));
            }
        }
    }
    found
}

/// Whether a type is one of package `context`'s cancel functions.
fn is_cancel(pkg: &Package, ty: TypeId) -> bool {
    pkg.types.is_named(ty, "context", "CancelFunc") || pkg.types.is_named(ty, "context", "CancelCauseFunc")
}
