//! How often an analysis was cut short by one of its bounds.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Counts of bounds that were hit, by what was bounded. A bound ends a search without a finding; that it was hit is for
/// `--stats` to say.
#[derive(Debug, Default)]
pub struct Bounds(RefCell<BTreeMap<&'static str, usize>>);

impl Bounds {
    /// Counts one where `is_hit`, and gives that back.
    pub fn count(&self, what: &'static str, is_hit: bool) -> bool {
        if is_hit {
            *self.0.borrow_mut().entry(what).or_default() += 1;
        }
        is_hit
    }

    /// The counts.
    pub fn into_counts(self) -> BTreeMap<&'static str, usize> {
        self.0.into_inner()
    }
}
