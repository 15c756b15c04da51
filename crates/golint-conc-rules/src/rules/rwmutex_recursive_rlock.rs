//! See `rules/rwmutex-recursive-rlock.md`.

use golint_conc_concurrency::Taken;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::lock_steps::{called, double_confidence, double_steps, second_place};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: RwmutexRecursiveRlock = RwmutexRecursiveRlock;

pub(crate) struct RwmutexRecursiveRlock;

struct Recursive {
    name: String,
    /// The function that takes the lock again, if it is another one.
    callee: Option<String>,
    place: Place,
    steps: Vec<Step>,
    writer: Place,
    confidence: Confidence,
}

impl Finding for Recursive {
    fn message(&self) -> String {
        let name = &self.name;
        match &self.callee {
            Some(callee) => format!(
                "`{callee}` comes to `RLock` of `{name}`, which is held here with `RLock`: a writer in between stops both"
            ),
            None => {
                format!("`{name}.RLock` while `{name}` is held with `RLock`: a writer in between stops both")
            }
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = self.steps.clone();
        steps.push(step(self.writer, 1, "a writer that waits here lets no further reader in"));
        steps
    }

    fn help(&self) -> Option<String> {
        Some(match &self.callee {
            Some(callee) => format!("split off a part of `{callee}` that expects the lock held"),
            None => "lock once".into(),
        })
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for RwmutexRecursiveRlock {
    fn id(&self) -> &'static str {
        "rwmutex-recursive-rlock"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn package_words(&self) -> &'static [&'static str] {
        &["RWMutex"]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for id in cx.model.bodies_that_lock() {
            let body = cx.body(id);
            for double in &cx.model.lock_faults(id).doubles {
                if (double.held, double.taken) != (Taken::RLock, Taken::RLock) {
                    continue;
                }
                let Some((writer, lock)) = cx.model.writer_of(double) else { continue };
                report.add(&Recursive {
                    name: body.display_path(&double.lock),
                    callee: called(body, double),
                    place: second_place(cx, body, double),
                    steps: double_steps(cx, body, double, "takes it again: waits if a writer does"),
                    writer: cx.expr_place(cx.body(writer), lock),
                    confidence: double_confidence(double).min(Confidence::Medium),
                });
            }
        }
    }
}
