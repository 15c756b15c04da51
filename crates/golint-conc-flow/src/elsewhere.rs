//! What functions of the module's other packages do, from their bodies.

use std::cell::RefCell;

use golint_conc_semantic::{BodyId, Callee};
use golint_conc_syntax::Symbol;
use rustc_hash::FxHashMap;

use crate::calls::CallEnd;
use crate::flow::{Flow, Func, ending_words};
use crate::ownership::{Hold, Search, Taking};
use crate::protocol::Protocol;
use crate::resource::Slot;

/// How far calls are followed from package to package.
const MAX_PACKAGES: usize = 3;

/// Package, receiver and name of a function.
type Name = (Symbol, Option<Symbol>, Symbol);

/// Answers by question; none where the body is not at hand.
type Answers<K, T> = RefCell<FxHashMap<K, Option<T>>>;

/// What was found out about functions of other packages.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    /// From how many packages calls were followed to this one.
    depth: usize,
    ends: Answers<Name, CallEnd>,
    takings: Answers<(Name, Slot, Hold, Symbol), Taking>,
    hands_out: Answers<(Name, Symbol, usize), bool>,
}

impl Flow<'_> {
    /// How a function of another package ends; asked only of those whose name tells that they may not return.
    pub(crate) fn end_elsewhere(&self, callee: &Callee) -> Option<CallEnd> {
        let name = name_of(callee)?;
        if !ending_words().is_some_and(|words| words.is_match(name.2.as_str())) {
            return None;
        }
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime only")]
        self.ask(&self.elsewhere.ends, name, callee, |flow, body| flow.func_end(body))
    }

    /// What a function of another package does with a resource that it gets in `slot`.
    pub(crate) fn taking_elsewhere(
        &self,
        callee: &Callee,
        slot: Slot,
        hold: Hold,
        search: Search<'_>,
    ) -> Option<Taking> {
        let key = (name_of(callee)?, slot, hold, search.protocol.noun);
        self.ask(&self.elsewhere.takings, key, callee, |flow, body| flow.taking(body, slot, hold, search))
    }

    /// Whether a function of another package returns, as this result, a resource that it acquired.
    pub(crate) fn hands_out_elsewhere(
        &self,
        callee: &Callee,
        protocol: &Protocol,
        result: usize,
        depth: usize,
    ) -> Option<bool> {
        let key = (name_of(callee)?, protocol.noun, result);
        self.ask(&self.elsewhere.hands_out, key, callee, |flow, body| {
            flow.hands_out(Func { body, lit: None }, protocol, result, depth)
        })
    }

    /// The answer to a question about the body that a call surely runs.
    fn ask<K: std::hash::Hash + Eq, T: Copy>(
        &self,
        memo: &Answers<K, T>,
        key: K,
        callee: &Callee,
        question: impl FnOnce(&Flow<'_>, BodyId) -> T,
    ) -> Option<T> {
        if let Some(&known) = memo.borrow().get(&key) {
            return known;
        }
        let answer = self.answer(callee, question);
        memo.borrow_mut().insert(key, answer);
        answer
    }

    fn answer<T>(&self, callee: &Callee, question: impl FnOnce(&Flow<'_>, BodyId) -> T) -> Option<T> {
        if self.pkg.bounds.count("packages that calls lead through", MAX_PACKAGES <= self.elsewhere.depth) {
            return None;
        }
        let (pkg, body) = self.pkg.body_elsewhere(callee)?;
        let elsewhere = Elsewhere { depth: self.elsewhere.depth + 1, ..Elsewhere::default() };
        let mut flow = Flow::new(&pkg);
        flow.elsewhere = elsewhere;
        Some(question(&flow, body))
    }
}

fn name_of(callee: &Callee) -> Option<Name> {
    match *callee {
        Callee::Func { pkg, name, .. } => Some((pkg, None, name)),
        Callee::Method { pkg, type_name, name, .. } => Some((pkg, Some(type_name), name)),
        _ => None,
    }
}
