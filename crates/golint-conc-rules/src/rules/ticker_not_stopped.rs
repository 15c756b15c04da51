//! See `rules/ticker-not-stopped.md`.

use golint_conc_flow::Kind;
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;

use crate::leak::{self, Ends};
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: TickerNotStopped = TickerNotStopped;

pub(crate) struct TickerNotStopped;

impl Rule for TickerNotStopped {
    fn id(&self) -> &'static str {
        "ticker-not-stopped"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::TIME]
    }

    fn imports(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn words(&self) -> &'static [&'static str] {
        &["NewTicker"]
    }

    fn resource(&self) -> Option<Kind> {
        Some(Kind::Ticker)
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for found in leak::leaks(cx, body, Kind::Ticker) {
            // What `main` leaves behind ends with the process.
            if found.ends != Ends::Process {
                report.add(&found);
            }
        }
    }
}
