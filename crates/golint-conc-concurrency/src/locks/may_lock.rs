//! Which bodies may come to a lock, as far as words tell, so that calls of others are not followed.

use golint_conc_semantic::BodyId;
use golint_conc_syntax::Signals;
use memchr::memmem;

use crate::model::Model;

impl Model<'_> {
    /// Whether a body may come to a lock, or to the right to run the function of a `sync.Once`.
    pub(crate) fn may_lock(&self, body: BodyId) -> bool {
        let find = || {
            let bodies = self.pkg.bodies().map(|(id, _)| id);
            self.bodies_that_reach(bodies.filter(|&id| self.has_lock_words(id)).collect())
        };
        self.locks.may_lock.get_or_init(find)[body.index()]
    }

    /// Whether a body itself names an operation on a lock.
    pub(crate) fn has_lock_words(&self, body: BodyId) -> bool {
        let signals = self.pkg.body_outline(body).signals;
        signals.intersects(Signals::LOCK)
            || (signals.intersects(Signals::HTTP)
                && memmem::find(self.pkg.body_text(body), b".Do(").is_some())
    }
}
