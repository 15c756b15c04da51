//! See `rules/mutex-double-lock.md`.

use golint_conc_concurrency::{DoubleLock, Taken};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::lock_steps::{called, double_confidence, double_steps, second_place, taken_by};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: MutexDoubleLock = MutexDoubleLock;

pub(crate) struct MutexDoubleLock;

struct Double {
    name: String,
    held: Taken,
    taken: Taken,
    /// The function that takes the lock again, if it is another one.
    callee: Option<String>,
    place: Place,
    steps: Vec<Step>,
    confidence: Confidence,
}

impl Finding for Double {
    fn message(&self) -> String {
        let (name, held, taken) = (&self.name, taken_by(self.held), taken_by(self.taken));
        match &self.callee {
            Some(callee) => {
                format!(
                    "`{callee}` comes to `{taken}` of `{name}`, which is held here with `{held}`: it waits for itself"
                )
            }
            None => format!("`{name}.{taken}` while `{name}` is held with `{held}`: it waits for itself"),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn steps(&self) -> Vec<Step> {
        self.steps.clone()
    }

    fn help(&self) -> Option<String> {
        Some(match &self.callee {
            Some(callee) => {
                format!("release `{}` before `{callee}` is called, or split off a part that expects it held", self.name)
            }
            None if self.held == Taken::RLock => {
                "a read lock cannot be turned into a write lock: release it first, then check again what was read".into()
            }
            None => "release it in between, or lock once".into(),
        })
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for MutexDoubleLock {
    fn id(&self) -> &'static str {
        "mutex-double-lock"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for id in cx.model.bodies_that_lock() {
            let body = cx.body(id);
            for double in &cx.model.lock_faults(id).doubles {
                let is_lock = double.taken != Taken::Once;
                let is_read_twice = double.held == Taken::RLock && double.taken == Taken::RLock;
                if is_lock && !is_read_twice {
                    report.add(&finding(cx, body, double));
                }
            }
        }
    }
}

fn finding(cx: &Cx<'_>, body: BodyCx<'_>, double: &DoubleLock) -> Double {
    Double {
        name: body.display_path(&double.lock),
        held: double.held,
        taken: double.taken,
        callee: called(body, double),
        place: second_place(cx, body, double),
        steps: double_steps(cx, body, double, "takes it again, and waits for ever"),
        confidence: double_confidence(double),
    }
}
