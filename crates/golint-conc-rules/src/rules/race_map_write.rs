//! See `rules/race-map-write.md`.

use golint_conc_concurrency::{Access, Concurrency, Memory, Race, Thread};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::diagnostic::{Confidence, Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: RaceMapWrite = RaceMapWrite;

pub(crate) struct RaceMapWrite;

/// Who makes the other access.
enum Beside {
    /// The function that started the goroutine.
    Starter,
    /// A goroutine that is started at this place.
    Goroutine(Place),
    /// A goroutine of the same place, which a loop starts.
    NextTurn,
    /// A handler, for another request.
    Request,
}

struct MapRace {
    map: String,
    access: Vec<Place>,
    other: Vec<Place>,
    start: Place,
    beside: Beside,
    writes: bool,
    other_writes: bool,
    is_under_rlock: bool,
    confidence: Confidence,
}

impl MapRace {
    fn verb(writes: bool) -> &'static str {
        if writes { "writes" } else { "reads" }
    }

    /// The calls that lead to an access, and the access.
    fn way(places: &[Place], lane: u32, text: String) -> Vec<Step> {
        let Some((last, calls)) = places.split_last() else { return Vec::new() };
        let mut steps: Vec<_> = calls.iter().map(|&place| step(place, lane, "calls")).collect();
        steps.push(step(*last, lane, text));
        steps
    }
}

impl Finding for MapRace {
    fn message(&self) -> String {
        let (map, verb) = (&self.map, Self::verb(self.other_writes));
        let is = if self.writes { "written" } else { "read" };
        match self.beside {
            Beside::Request => {
                format!("map `{map}` is written in a handler, which runs for many requests at once")
            }
            Beside::NextTurn => {
                format!("map `{map}` is written in a goroutine beside other goroutines of the same loop")
            }
            Beside::Goroutine(_) => {
                format!("map `{map}` is written in a goroutine while another goroutine {verb} it")
            }
            Beside::Starter => format!(
                "map `{map}` is {is} in a goroutine while the function that started the goroutine {verb} it"
            ),
        }
    }

    fn primary(&self) -> Place {
        self.access.last().copied().unwrap_or(self.start)
    }

    fn steps(&self) -> Vec<Step> {
        let started = match self.beside {
            Beside::Request => "each request runs the handler in a goroutine",
            Beside::NextTurn => "each turn of the loop starts a goroutine",
            Beside::Starter | Beside::Goroutine(_) => "starts a goroutine",
        };
        let (lock, why) = if self.is_under_rlock {
            (", with no more than a read lock", "which the read lock does not exclude")
        } else {
            ("", "under no common lock, and nothing makes one wait for the other")
        };
        let mut steps = vec![step(self.start, 0, started)];
        steps.extend(Self::way(&self.access, 1, format!("{} `{}`{lock}", Self::verb(self.writes), self.map)));
        let lane = match self.beside {
            Beside::Starter => 0,
            Beside::Goroutine(place) => {
                steps.push(step(place, 0, "starts another goroutine"));
                2
            }
            Beside::NextTurn | Beside::Request => 2,
        };
        steps.extend(Self::way(
            &self.other,
            lane,
            format!("{} `{}`, {why}", Self::verb(self.other_writes), self.map),
        ));
        steps
    }

    fn help(&self) -> Option<String> {
        Some("guard every access with one mutex, or wait for the goroutine before the next access".into())
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for RaceMapWrite {
    fn id(&self) -> &'static str {
        "race-map-write"
    }

    fn gates(&self) -> &'static [Signals] {
        &[]
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for id in cx.model.bodies_with_starters() {
            if !cx.model.may_write_map(id) {
                continue;
            }
            let body = cx.body(id);
            if !body.ast.is_opaque {
                check(cx, body, report);
            }
        }
    }
}

fn check(cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
    let mut seen = Vec::new();
    for func in cx.model.starters(body) {
        for race in cx.model.races(func).iter().filter(|race| race.access.memory == Memory::MapElements) {
            let key = (race.access.body, race.access.expr);
            if !seen.contains(&key) {
                seen.push(key);
                report.add(&finding(cx, body, race));
            }
        }
    }
}

fn finding(cx: &Cx<'_>, body: BodyCx<'_>, race: &Race) -> MapRace {
    let start = |thread: &Thread| cx.node_place(cx.body(thread.body), thread.node);
    let way = |access: &Access| -> Vec<Place> {
        let calls = access.calls.iter().copied().chain([(access.body, access.expr)]);
        calls.map(|(id, expr)| cx.expr_place(cx.body(id), expr)).collect()
    };
    let beside = match &race.other_thread {
        None => Beside::Starter,
        Some(_) if race.thread.concurrency == Concurrency::Handler => Beside::Request,
        Some(_) if race.is_same_place => Beside::NextTurn,
        Some(reader) => Beside::Goroutine(start(reader)),
    };
    let is_direct = race.access.calls.is_empty() && race.other.calls.is_empty();
    let written = if race.access.is_write { &race.access } else { &race.other };
    let confidence = match (cx.model.is_optional(written), is_direct) {
        (true, _) => Confidence::Low,
        (false, true) => Confidence::High,
        (false, false) => Confidence::Medium,
    };
    MapRace {
        map: body.display_path(&race.access.path),
        access: way(&race.access),
        other: way(&race.other),
        start: start(&race.thread),
        beside,
        writes: race.access.is_write,
        other_writes: race.other.is_write,
        is_under_rlock: !race.access.locks.is_empty() && !race.other.locks.is_empty(),
        confidence,
    }
}
