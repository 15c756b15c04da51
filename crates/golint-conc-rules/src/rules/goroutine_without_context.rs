//! See `rules/goroutine-without-context.md`.

use golint_conc_concurrency::{
    AbandonedReceive, AbandonedSend, ContextInScope, Spawn, Unending, UnendingCall,
};
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::route::exit_place;
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
            Unending::NeverSent(channel) => {
                format!(
                    "goroutine waits for ever on `{channel}`, on which nothing is sent, and does not look at `{context}`"
                )
            }
            Unending::NoCase => {
                format!("goroutine waits for nothing: its `select` has no case, and `{context}` is in scope")
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
            Unending::NeverSent(_) => "nothing is sent on the channel, and nothing closes it",
            Unending::NoCase => "a `select` without a case never goes on",
        };
        vec![
            step(self.declared, 0, what),
            step(self.start, 0, "the goroutine starts without it"),
            step(self.wait, 1, why),
        ]
    }

    fn help(&self) -> Option<String> {
        let context = &self.context.expr;
        let from = match self.why {
            Unending::NoExit | Unending::NeverClosed(_) | Unending::Polls => " from its loop",
            Unending::NeverSent(_) | Unending::NoCase => "",
        };
        Some(if self.context.is_request {
            format!(
                "return{from} on `<-ctx.Done()`, where `ctx` is `{context}`, or one of the server's if the work \
                 is to go on when the request is over"
            )
        } else {
            format!("pass `{context}` to the goroutine and return{from} on `<-{context}.Done()`")
        })
    }

    fn confidence(&self) -> Confidence {
        match self.why {
            Unending::NoExit | Unending::NeverSent(_) | Unending::NoCase => Confidence::High,
            Unending::NeverClosed(_) | Unending::Polls => Confidence::Medium,
        }
    }
}

/// The goroutine runs a function of another package.
struct Elsewhere {
    start: Place,
    call: Place,
    declared: Place,
    context: String,
    found: UnendingCall,
}

impl Finding for Elsewhere {
    fn message(&self) -> String {
        let Self { context, found: UnendingCall { func, .. }, .. } = self;
        format!(
            "goroutine runs `{func}`, which never ends and does not look at `{context}`, which is in scope"
        )
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        let UnendingCall { func, why, line, .. } = &self.found;
        let why = match why {
            Unending::NoExit => "a loop without condition, `return` or `break`".to_owned(),
            Unending::NeverClosed(channel) => format!("a loop over `{channel}`, which nothing closes"),
            Unending::Polls => "a loop that sleeps and tries again".to_owned(),
            Unending::NeverSent(channel) => format!("a receive from `{channel}`, on which nothing is sent"),
            Unending::NoCase => "a `select` without a case".to_owned(),
        };
        let mut steps = vec![
            step(self.declared, 0, "the context is in scope"),
            step(self.start, 0, "the goroutine starts without it"),
        ];
        steps.push(step(self.call, 1, format!("`{func}` has {why} in line {line} of its file")));
        steps
    }

    fn help(&self) -> Option<String> {
        let Self { context, found, .. } = self;
        Some(format!("give `{}` the context, and let it return on `<-{context}.Done()`", found.func))
    }

    fn confidence(&self) -> Confidence {
        Confidence::Medium
    }
}

struct Abandoned {
    start: Place,
    send: Place,
    leave: Place,
    channel: String,
    done: String,
    /// Whether such goroutines pile up.
    piles_up: bool,
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
        if self.piles_up { Confidence::Medium } else { Confidence::Low }
    }
}

struct Deserted {
    start: Place,
    wait: Place,
    leave: Place,
    channel: String,
    context: String,
    /// Whether such goroutines pile up.
    piles_up: bool,
}

impl Finding for Deserted {
    fn message(&self) -> String {
        format!(
            "goroutine waits for ever on `{}` when its starter returns first, whatever becomes of `{}`",
            self.channel, self.context
        )
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(self.start, 0, "the goroutine starts"),
            step(self.wait, 1, format!("it waits for `{}`", self.channel)),
            step(self.leave, 0, "its starter ends here, and neither sent nor closed before: nobody else can"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!(
            "close `{0}` in a `defer`, or wait in a `select` with `<-{1}.Done()`",
            self.channel, self.context
        ))
    }

    fn confidence(&self) -> Confidence {
        if self.piles_up { Confidence::Medium } else { Confidence::Low }
    }
}

impl Rule for GoroutineWithoutContext {
    fn id(&self) -> &'static str {
        "goroutine-without-context"
    }

    fn gates(&self) -> &'static [Signals] {
        const { &[Signals::GO.union(Signals::CONTEXT), Signals::GO.union(Signals::HTTP)] }
    }

    /// The context of a caller is a parameter or what a method `Context` returns.
    fn words(&self) -> &'static [&'static str] {
        &[".Context", " Context", "Request"]
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        if cx.is_fault_injection(cx.body(spawn.body), spawn.node) {
            return;
        }
        if let Some(abandoned) = abandoned(cx, spawn) {
            report.add(&abandoned);
            return;
        }
        if let Some(deserted) = deserted(cx, spawn) {
            report.add(&deserted);
            return;
        }
        if let Some(elsewhere) = elsewhere(cx, spawn) {
            report.add(&elsewhere);
            return;
        }
        let Some((context, turn)) = cx.model.unending_without_context(spawn) else { return };
        if cx.is_meant_for_ever(spawn, &turn) {
            return;
        }
        let body = cx.body(spawn.body);
        report.add(&Untied {
            start: cx.start_place(spawn),
            wait: match turn.why {
                Unending::NeverSent(_) => cx.stmt_place(cx.body(turn.func.body), turn.stmt),
                _ => cx.keyword_place(cx.body(turn.func.body), turn.stmt),
            },
            declared: cx.expr_place(body, body.local_info(context.local).ident),
            context,
            why: turn.why,
        });
    }
}

fn elsewhere(cx: &Cx<'_>, spawn: &Spawn) -> Option<Elsewhere> {
    let (context, found) = cx.model.unending_call_without_context(spawn)?;
    let body = cx.body(spawn.body);
    Some(Elsewhere {
        start: cx.start_place(spawn),
        call: cx.expr_place(body, found.call),
        declared: cx.expr_place(body, body.local_info(context.local).ident),
        context: context.expr,
        found,
    })
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
        piles_up: cx.model.leaves_behind_again(spawn),
    })
}

fn deserted(cx: &Cx<'_>, spawn: &Spawn) -> Option<Deserted> {
    let body = cx.body(spawn.body);
    let context = cx.model.caller_context(body, spawn.node)?;
    let AbandonedReceive { channel, leaves } = cx.model.abandoned_receive(spawn)?;
    Some(Deserted {
        start: cx.start_place(spawn),
        wait: cx.expr_place(body, channel),
        leave: exit_place(cx, cx.model.func_of(spawn.body, spawn.node), body, leaves)?,
        channel: body.text(channel).to_owned(),
        context: context.expr,
        piles_up: cx.model.leaves_behind_again(spawn),
    })
}
