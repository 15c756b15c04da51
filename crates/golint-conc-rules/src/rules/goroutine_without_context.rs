//! See `rules/goroutine-without-context.md`.

use golint_conc_concurrency::{AbandonedSend, ContextInScope, Spawn, Unending};
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: GoroutineWithoutContext = GoroutineWithoutContext;

pub(crate) struct GoroutineWithoutContext;

struct Untied {
    start: Place,
    wait: Place,
    declared: Place,
    context: ContextInScope,
    why: Unending,
}

impl Finding for Untied {
    fn message(&self) -> String {
        let context = &self.context.expr;
        match &self.why {
            Unending::NoExit => {
                format!("goroutine loops for ever: nothing in it looks at `{context}`, which is in scope")
            }
            Unending::NeverClosed(channel) => {
                format!(
                    "goroutine waits for ever on `{channel}`, which nothing closes, and does not look at `{context}`"
                )
            }
            Unending::Polls => {
                format!(
                    "goroutine tries again until it succeeds, whatever becomes of `{context}`, which is in scope"
                )
            }
        }
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        let what =
            if self.context.is_request { "the request ends its context" } else { "the context is in scope" };
        let why = match self.why {
            Unending::NoExit => "the loop has no condition, `return` or `break`",
            Unending::NeverClosed(_) => "the loop ends when the channel is closed, which happens nowhere",
            Unending::Polls => "the loop sleeps and tries again, and nobody can call it off",
        };
        vec![
            step(self.declared, 0, what),
            step(self.start, 0, "the goroutine starts without it"),
            step(self.wait, 1, why),
        ]
    }

    fn help(&self) -> Option<String> {
        let context = &self.context.expr;
        Some(if self.context.is_request {
            format!(
                "return from its loop on `<-ctx.Done()`, where `ctx` is `{context}`, or one of the server's if the work \
                 is to go on when the request is over"
            )
        } else {
            format!("pass `{context}` to the goroutine and return from its loop on `<-{context}.Done()`")
        })
    }

    fn confidence(&self) -> Confidence {
        if self.why == Unending::NoExit { Confidence::High } else { Confidence::Medium }
    }
}

struct Abandoned {
    start: Place,
    send: Place,
    leave: Place,
    channel: String,
    done: String,
}

impl Finding for Abandoned {
    fn message(&self) -> String {
        format!(
            "goroutine blocks for ever on its send to `{}` when `{}` is ready first",
            self.channel, self.done
        )
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.start, 0, "the goroutine starts"),
            step(self.leave, 0, format!("its starter stops waiting for `{}` and leaves", self.channel)),
            step(self.send, 1, "nobody receives any more, and the channel has no buffer"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!("give `{}` a buffer of 1, or send in a `select` with `<-{}`", self.channel, self.done))
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

impl Rule for GoroutineWithoutContext {
    fn id(&self) -> &'static str {
        "goroutine-without-context"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::GO.union(Signals::CONTEXT), Signals::GO.union(Signals::HTTP)] }
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        if let Some(abandoned) = abandoned(cx, spawn) {
            report.add(&abandoned);
            return;
        }
        let Some((context, turn)) = cx.model.loop_without_context(spawn) else { return };
        if cx.is_meant_for_ever(spawn, &turn) {
            return;
        }
        let body = cx.body(spawn.body);
        report.add(&Untied {
            start: cx.start_place(spawn),
            wait: cx.keyword_place(cx.body(turn.func.body), turn.stmt),
            declared: cx.expr_place(body, body.local_info(context.local).ident),
            context,
            why: turn.why,
        });
    }
}

fn abandoned(cx: &Cx<'_>, spawn: &Spawn) -> Option<Abandoned> {
    let body = cx.body(spawn.body);
    cx.model.caller_context(body, spawn.node)?;
    let AbandonedSend { send, leaves } = cx.model.abandoned_send(spawn)?;
    let stmt = cx.model.parents(spawn.body).enclosing_stmt(send.expr)?;
    let leave = cx.stmt_place(body, leaves);
    Some(Abandoned {
        start: cx.start_place(spawn),
        send: cx.stmt_place(body, stmt),
        leave,
        channel: body.text(send.expr).to_owned(),
        done: body.text_at(leave.span).trim_start_matches("<-").trim().to_owned(),
    })
}
