//! See `rules/context-premature-cancel.md`.

use golint_conc_concurrency::{ContextEnd, Doomed, Spawn};
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: ContextPrematureCancel = ContextPrematureCancel;

pub(crate) struct ContextPrematureCancel;

struct Cancelled {
    start: Place,
    cancel: Place,
    used: Place,
    context: String,
    doomed: Doomed,
}

impl Finding for Cancelled {
    fn message(&self) -> String {
        format!(
            "`{}` is cancelled while the goroutine still works with it: nobody waits for it",
            self.context
        )
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        let (first, second, what) = match self.doomed.end {
            ContextEnd::Called(_) => {
                ((self.start, "the goroutine starts"), self.cancel, "and the context ends here")
            }
            _ => (
                (self.cancel, "the context ends when the function returns"),
                self.start,
                "which does not wait for the goroutine",
            ),
        };
        vec![
            step(first.0, 0, first.1),
            step(second, 0, what),
            step(self.used, 1, format!("the goroutine works with `{}`", self.context)),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!(
            "wait for the goroutine, or let it work with a context of its own, such as one made from \
             `context.WithoutCancel({})`",
            self.context
        ))
    }

    fn confidence(&self) -> Confidence {
        if self.doomed.is_at_once { Confidence::High } else { Confidence::Medium }
    }
}

impl Rule for ContextPrematureCancel {
    fn id(&self) -> &'static str {
        "context-premature-cancel"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::GO.union(Signals::CONTEXT), Signals::SPAWN.union(Signals::CONTEXT)] }
    }

    fn imports(&self) -> &'static [&'static str] {
        &["context"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["WithCancel", "WithTimeout", "WithDeadline", "NotifyContext"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let Some(doomed) = cx.model.cancelled_under(spawn) else { return };
        let body = cx.body(spawn.body);
        let (ContextEnd::Deferred(cancel) | ContextEnd::Called(cancel)) = doomed.end else { return };
        report.add(&Cancelled {
            start: cx.start_place(spawn),
            cancel: cx.stmt_place(body, cancel),
            used: cx.expr_place(cx.body(doomed.used.body), doomed.mention),
            context: body.local_info(doomed.context).name.to_string(),
            doomed,
        });
    }
}
