//! See `rules/goroutine-never-stops.md`.

use golint_conc_concurrency::{Lifetime, Piling, Spawn, Unending};
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: GoroutineNeverStops = GoroutineNeverStops;

pub(crate) struct GoroutineNeverStops;

struct NeverStops {
    start: Place,
    turn: Place,
    name: Option<String>,
    /// Why such goroutines pile up: the place and what to say of it.
    why: Option<(Place, String)>,
    confidence: Confidence,
}

impl Finding for NeverStops {
    fn message(&self) -> String {
        match &self.name {
            Some(name) => format!("goroutine never stops: the loop in `{name}` has no way out"),
            None => "goroutine never stops: its loop has no way out".into(),
        }
    }

    fn primary(&self) -> Place {
        self.start
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![
            step(self.start, 0, "the goroutine starts"),
            step(
                self.turn,
                1,
                "the loop has no condition, `return` or `break`, and calls nothing that ends it",
            ),
        ];
        steps.extend(self.why.iter().map(|(place, why)| step(*place, 0, why.clone())));
        steps
    }

    fn help(&self) -> Option<String> {
        Some("give the loop an end: a `context.Context` or a channel that its owner closes".into())
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for GoroutineNeverStops {
    fn id(&self) -> &'static str {
        "goroutine-never-stops"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::GO, Signals::SPAWN]
    }

    fn highest_confidence(&self) -> Confidence {
        Confidence::Medium
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let Some(target) = spawn.target else { return };
        let Some(turn) = cx.model.unending_loop(target).filter(|turn| turn.why == Unending::NoExit) else {
            return;
        };
        let lifetime = cx.model.lifetime(spawn.body, spawn.node);
        if lifetime == Lifetime::Process
            || cx.model.unending_without_context(spawn).is_some()
            || cx.is_meant_for_ever(spawn, &turn)
            || cx.is_fault_injection(cx.body(spawn.body), spawn.node)
        {
            return;
        }
        let body = cx.body(turn.func.body);
        let piling = cx.model.piling(spawn, &turn);
        report.add(&NeverStops {
            why: piling.map(|piling| why(cx, piling)),
            start: cx.start_place(spawn),
            turn: cx.keyword_place(body, turn.stmt),
            name: (turn.func != target || target.lit.is_none()).then(|| body.name()),
            confidence: match (piling, lifetime) {
                (Some(_), Lifetime::Shorter) => Confidence::Medium,
                _ => Confidence::Low,
            },
        });
    }
}

fn why(cx: &Cx<'_>, piling: Piling) -> (Place, String) {
    match piling {
        Piling::OwnerEnds(method) => {
            let name = cx.body(method).name();
            (cx.name_place(method), format!("`{name}` ends what it belongs to, but not the goroutine"))
        }
        Piling::Ignores(body, receive) => {
            let body = cx.body(body);
            (cx.expr_place(body, receive), "the loop hears that it shall end, and goes on".to_owned())
        }
        Piling::StartedAgain(body, node) => {
            let body = cx.body(body);
            (cx.node_place(body, node), "which comes again and again".to_owned())
        }
    }
}
