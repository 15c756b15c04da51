//! See `rules/context-request-in-goroutine.md`.

use golint_conc_concurrency::{ContextEnd, Doomed, Spawn};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};
use crate::{edits, imports};

pub(crate) static RULE: ContextRequestInGoroutine = ContextRequestInGoroutine;

pub(crate) struct ContextRequestInGoroutine;

/// The first version with `context.WithoutCancel`.
const WITHOUT_CANCEL: LangVersion = LangVersion::new(1, 21);

struct Outlived {
    start: Place,
    request: Place,
    used: Place,
    name: String,
    context: String,
    has_without_cancel: bool,
    doomed: Doomed,
    edit: Option<Edit>,
}

impl Finding for Outlived {
    fn message(&self) -> String {
        format!(
            "goroutine works with the context of request `{}`, which ends when the handler returns",
            self.name
        )
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.request, 0, "the request ends when its handler returns"),
            step(self.start, 0, "which does not wait for the goroutine"),
            step(self.used, 1, "the goroutine works with the context of the request"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(if self.has_without_cancel {
            format!("use `context.WithoutCancel({})` in the goroutine, or wait for it", self.context)
        } else {
            "use a context of the server in the goroutine, or wait for it".into()
        })
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        if self.doomed.is_at_once { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for ContextRequestInGoroutine {
    fn id(&self) -> &'static str {
        "context-request-in-goroutine"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::GO, Signals::SPAWN]
    }

    fn imports(&self) -> &'static [&'static str] {
        &[
            "net/http",
            "github.com/gin-gonic/gin",
            "github.com/labstack/echo/v4",
            "github.com/labstack/echo/v5",
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Request", "gin.Context", "echo.Context"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        if cx.model.cancelled_under(spawn).is_some() {
            return;
        }
        let Some(doomed) = cx.model.request_outlived(spawn) else { return };
        let body = cx.body(spawn.body);
        let ContextEnd::Handled { selector } = doomed.end else { return };
        let request = body.local_info(doomed.context);
        report.add(&Outlived {
            start: cx.start_place(spawn),
            request: cx.expr_place(body, request.ident),
            used: cx.expr_place(cx.body(doomed.used.body), doomed.mention),
            name: request.name.to_string(),
            context: format!("{}{selector}", request.name),
            has_without_cancel: WITHOUT_CANCEL <= cx.lang(spawn.body),
            edit: detach(cx, body, spawn, &doomed),
            doomed,
        });
    }
}

/// Takes the goroutine's context out of the reach of the request's end, wherever it is mentioned.
fn detach(cx: &Cx<'_>, body: BodyCx<'_>, spawn: &Spawn, doomed: &Doomed) -> Option<Edit> {
    if cx.lang(body.id) < WITHOUT_CANCEL {
        return None;
    }
    let (context, import) = imports::name_of(cx, body, "context")?;
    let parents = cx.model.parents(body.id);
    let is_of_request = |expr: ExprId| {
        let callee = body.callee(expr);
        callee.is_method("net/http", "Request", &["Context"])
            && matches!(callee, Callee::Method { recv, .. } if body.local(recv) == Some(doomed.context))
    };
    let is_mention = |expr: ExprId| {
        let outer = body.local(expr).map(|local| body.local_info(local));
        is_of_request(expr)
            || outer.is_some_and(|local| {
                body.ast.expr_span(local.ident).start < spawn.span.start
                    && local.init.is_some_and(|(init, _)| is_of_request(init))
            })
    };
    let mut mentions = Vec::new();
    let mut is_waited_for = false;
    walk(body.ast, spawn.node, |node| {
        if let NodeRef::Expr(expr) = node
            && is_mention(expr)
        {
            is_waited_for |= !matches!(parents.parent(expr), Some(NodeRef::Expr(above))
                if matches!(body.ast.expr(above), Expr::Call { .. }));
            mentions.push(body.ast.expr_span(expr));
            return Walk::Over;
        }
        Walk::Into
    });
    if mentions.is_empty() || is_waited_for {
        return None;
    }
    let wrap = |span: Span| {
        let inner = body.text_at(span);
        edits::replace(cx, body, span, format!("{context}.WithoutCancel({inner})"))
    };
    Some(Edit {
        title: "detach the goroutine from the end of the request".into(),
        applicability: Applicability::Suggested,
        replacements: mentions.into_iter().map(wrap).chain(import).collect(),
    })
}
