//! See `rules/context-request-in-goroutine.md`.

use golint_conc_concurrency::{Doomed, Spawn};
use golint_conc_semantic::build::LangVersion;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ContextRequestInGoroutine = ContextRequestInGoroutine;

pub(crate) struct ContextRequestInGoroutine;

/// The first version with `context.WithoutCancel`.
const WITHOUT_CANCEL: LangVersion = LangVersion::new(1, 21);

struct Outlived {
    start: Place,
    request: Place,
    used: Place,
    name: String,
    has_without_cancel: bool,
    doomed: Doomed,
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
            format!("use `context.WithoutCancel({}.Context())` in the goroutine, or wait for it", self.name)
        } else {
            "use a context of the server in the goroutine, or wait for it".into()
        })
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
        const { &[Signals::GO.union(Signals::HTTP), Signals::SPAWN.union(Signals::HTTP)] }
    }

    fn imports(&self) -> &'static [&'static str] {
        &["net/http"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        if cx.model.cancelled_under(spawn).is_some() {
            return;
        }
        let Some(doomed) = cx.model.request_outlived(spawn) else { return };
        let body = cx.body(spawn.body);
        let request = body.local_info(doomed.context);
        report.add(&Outlived {
            start: cx.start_place(spawn),
            request: cx.expr_place(body, request.ident),
            used: cx.expr_place(cx.body(doomed.used.body), doomed.mention),
            name: request.name.to_string(),
            has_without_cancel: WITHOUT_CANCEL <= cx.lang(spawn.body),
            doomed,
        });
    }
}
