//! See `rules/mutex-unlock-missing.md`.

use golint_conc_concurrency::LockLeak;
use golint_conc_flow::ExitKind;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Edit, Finding, Place, Step};
use crate::lock_steps::{operation, receiver};
use crate::route::{branch_steps, exit_place};
use crate::rule::{Cx, Report, Rule, step};
use crate::unlocks;

pub(crate) static RULE: MutexUnlockMissing = MutexUnlockMissing;

pub(crate) struct MutexUnlockMissing;

struct Missing {
    name: String,
    /// The method that takes the lock.
    method: &'static str,
    lock: Place,
    branches: Vec<Step>,
    leaves: Place,
    exit: ExitKind,
    is_released_elsewhere: bool,
    /// Whether another path leaves the lock to somebody else, so that it must not be released on every path.
    is_given_away: bool,
    edit: Option<Edit>,
}

impl Missing {
    fn unlock(&self) -> &'static str {
        unlock_of(self.method)
    }

    fn way_out(&self) -> &'static str {
        match self.exit {
            ExitKind::Return(_) => "returns",
            ExitKind::Panic(_) => "panics, and recovers,",
            _ => "ends",
        }
    }
}

impl Finding for Missing {
    fn message(&self) -> String {
        let name = &self.name;
        if self.is_released_elsewhere {
            format!("`{name}` is still locked on a path on which the function {}", self.way_out())
        } else {
            format!("`{name}` is locked here and nobody unlocks it")
        }
    }

    fn primary(&self) -> Place {
        self.lock
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![step(self.lock, 0, format!("`{}`", self.method))];
        steps.extend(self.branches.clone());
        steps.push(step(
            self.leaves,
            0,
            format!("the function {} without `{}`", self.way_out(), self.unlock()),
        ));
        steps
    }

    fn help(&self) -> Option<String> {
        if self.is_given_away {
            return Some(format!(
                "`{}.{}()` on this path, which leaves the lock to nobody",
                self.name,
                self.unlock()
            ));
        }
        Some(format!(
            "`defer {}.{}()` right behind the lock, or unlock on this path too",
            self.name,
            self.unlock()
        ))
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        if self.branches.is_empty() && self.is_released_elsewhere {
            Confidence::High
        } else {
            Confidence::Medium
        }
    }
}

impl Rule for MutexUnlockMissing {
    fn id(&self) -> &'static str {
        "mutex-unlock-missing"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::LOCK]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Lock("]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for leak in &cx.model.lock_faults(body.id).leaks {
            if let Some(finding) = missing(cx, body, leak) {
                report.add(&finding);
            }
        }
    }
}

fn missing(cx: &Cx<'_>, body: BodyCx<'_>, leak: &LockLeak) -> Option<Missing> {
    let method = operation(body, leak.call)?;
    Some(Missing {
        name: receiver(body, leak.call)?,
        method,
        edit: unlocks::release(cx, body, leak, unlock_of(method)).filter(|_| !leak.is_given_away),
        lock: cx.expr_place(body, leak.call),
        branches: branch_steps(cx, body, &leak.branches),
        leaves: exit_place(cx, leak.func, body, leak.exit)?,
        exit: leak.exit,
        is_released_elsewhere: leak.is_released_elsewhere,
        is_given_away: leak.is_given_away,
    })
}

fn unlock_of(method: &str) -> &'static str {
    if method.contains("RLock") { "RUnlock" } else { "Unlock" }
}
