//! See `rules/rwmutex-write-under-rlock.md`.

use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::ExprId;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: RwmutexWriteUnderRlock = RwmutexWriteUnderRlock;

pub(crate) struct RwmutexWriteUnderRlock;

struct ReadLocked {
    lock: String,
    target: String,
    is_element: bool,
    rlock: Place,
    write: Place,
    other: Place,
    other_writes: bool,
}

impl Finding for ReadLocked {
    fn message(&self) -> String {
        let what = if self.is_element { "a map element" } else { "a field" };
        format!(
            "`{}` is written while `{}` is only held for reading: {what} that several goroutines may write at once",
            self.target, self.lock
        )
    }

    fn primary(&self) -> Place {
        self.write
    }

    fn steps(&self) -> Vec<Step> {
        let other = if self.other_writes {
            "others take it with `Lock` to use it"
        } else {
            "others read it at the same time"
        };
        vec![
            step(self.rlock, 0, "`RLock`, which lets others in"),
            step(self.write, 0, "writes"),
            step(self.other, 1, other),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!("take `{}` with `Lock`, or make it atomic", self.lock))
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

impl Rule for RwmutexWriteUnderRlock {
    fn id(&self) -> &'static str {
        "rwmutex-write-under-rlock"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::LOCK]
    }

    fn words(&self) -> &'static [&'static str] {
        &["RLock("]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for found in cx.model.read_locked_writes(body.id) {
            if says_one_writer(cx, body, found.rlock) {
                continue;
            }
            let (other, op, other_writes) = found.other;
            report.add(&ReadLocked {
                lock: body.display_path(&found.lock),
                target: body.text(found.target).to_owned(),
                is_element: found.is_element,
                rlock: cx.expr_place(body, found.rlock),
                write: cx.expr_place(body, found.target),
                other: cx.expr_place(cx.body(other), op),
                other_writes,
            });
        }
    }
}

/// Whether a comment at the `RLock`, on one of the lines behind it or above the function says that nobody else writes.
fn says_one_writer(cx: &Cx<'_>, body: BodyCx<'_>, rlock: ExprId) -> bool {
    const WORDS: [&str; 5] = ["rlock", "read lock", "single thread", "single-thread", "only writer"];
    const ABOVE: [&str; 3] = ["externally synchronized", "no concurrent", "only writer"];
    const LINES: u32 = 4;
    let source = &cx.pkg.files[body.file].source;
    let line = source.lines().line(body.ast.expr_span(rlock).start) + LINES;
    cx.comment_above_says(body.id, &ABOVE)
        || cx.comment_says(body, source.lines().line_span(source.text(), line), LINES + 1, &WORDS)
}
