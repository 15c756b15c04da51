//! Where the time of an analysis goes, told by a clock that whoever wants to know brings along.

use std::cell::{Cell, RefCell};
use std::time::Duration;

/// A part of the work that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Splitting a file into declarations.
    Outline,
    /// Making the tree of a declaration.
    Parse,
    /// Making the AST of a tree.
    Lower,
    /// Resolving the names of a body.
    Resolve,
}

/// Tells the time since some moment.
pub type Clock = fn() -> Duration;

/// What the stages took on one thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    times: [Duration; 4],
    /// How many bytes were parsed.
    pub parsed: usize,
}

impl Stages {
    /// The time of a stage, without what other stages in it took.
    pub fn time(&self, stage: Stage) -> Duration {
        self.times[stage as usize]
    }

    /// The time of all stages.
    pub fn total(&self) -> Duration {
        self.times.iter().sum()
    }

    /// Adds what was measured elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (own, other) in self.times.iter_mut().zip(other.times) {
            *own += other;
        }
        self.parsed += other.parsed;
    }
}

thread_local! {
    static CLOCK: Cell<Option<Clock>> = const { Cell::new(None) };
    /// What stages inside of the current one took.
    static INNER: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static STAGES: RefCell<Stages> = RefCell::default();
}

/// From now on, or no longer, measures the stages on this thread.
pub fn set_clock(clock: Option<Clock>) {
    CLOCK.set(clock);
}

/// What the stages took on this thread since this was last asked.
pub fn take() -> Stages {
    STAGES.take()
}

/// Does work that belongs to a stage.
pub fn timed<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    let Some(clock) = CLOCK.get() else { return work() };
    let outer = INNER.replace(Duration::ZERO);
    let start = clock();
    let result = work();
    let whole = clock().saturating_sub(start);
    let own = whole.saturating_sub(INNER.get());
    INNER.set(outer + whole);
    STAGES.with_borrow_mut(|stages| stages.times[stage as usize] += own);
    result
}

/// Counts bytes that are parsed.
pub(crate) fn count_parsed(bytes: usize) {
    if CLOCK.get().is_some() {
        STAGES.with_borrow_mut(|stages| stages.parsed += bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_the_time_that_is_its_own() {
        // A clock that goes on by a second whenever somebody looks.
        thread_local!(static NOW: Cell<u64> = const { Cell::new(0) });
        let resolve_with_a_parse = || timed(Stage::Resolve, || timed(Stage::Parse, || ()));
        resolve_with_a_parse();
        assert_eq!(take().total(), Duration::ZERO);
        set_clock(Some(|| Duration::from_secs(NOW.replace(NOW.get() + 1))));
        resolve_with_a_parse();
        timed(Stage::Parse, || count_parsed(7));
        let stages = take();
        assert_eq!(stages.time(Stage::Resolve), Duration::from_secs(2));
        assert_eq!(stages.time(Stage::Parse), Duration::from_secs(2));
        assert_eq!((stages.total(), stages.parsed), (Duration::from_secs(4), 7));
        assert_eq!(take().total(), Duration::ZERO);
        set_clock(None);
    }
}
