//! See `rules/once-reentrant.md`.

use golint_conc_concurrency::Taken;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::lock_steps::{double_confidence, double_steps};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: OnceReentrant = OnceReentrant;

pub(crate) struct OnceReentrant;

struct Reentry {
    name: String,
    place: Place,
    steps: Vec<Step>,
    confidence: Confidence,
}

impl Finding for Reentry {
    fn message(&self) -> String {
        format!("the function that `{0}.Do` runs comes to `{0}.Do` again: it waits for itself", self.name)
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        self.steps.clone()
    }

    fn help(&self) -> Option<String> {
        Some("let the function use what it makes directly, without `Do`".into())
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for OnceReentrant {
    fn id(&self) -> &'static str {
        "once-reentrant"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::HTTP]
    }

    fn words(&self) -> &'static [&'static str] {
        &[".Do("]
    }

    fn package_words(&self) -> &'static [&'static str] {
        &["sync.Once"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for double in cx.model.lock_faults(body.id).doubles.iter().filter(|d| d.taken == Taken::Once) {
            // The first of the calls is `Do` itself, which the first step shows.
            let inner = &double.calls[1.min(double.calls.len())..];
            let shown = golint_conc_concurrency::DoubleLock { calls: inner.to_vec(), ..double.clone() };
            report.add(&Reentry {
                name: body.display_path(&double.lock),
                place: cx.expr_place(body, double.first),
                steps: double_steps(cx, body, &shown, "waits for the call that runs it, for ever"),
                confidence: double_confidence(double),
            });
        }
    }
}
