//! Which bodies a word stands in, so that those that cannot have to do with a name are never parsed.

use std::fmt::{self, Debug};

use golint_conc_syntax::{Symbol, has_word, is_word_byte};
use rustc_hash::FxHashMap;

use crate::package::{BodyId, Package};

/// By the hashes of the words in the texts of bodies, comments and literals included, the bodies that have them.
///
/// Two words with the same hash share an entry; who asks looks at the texts.
#[derive(Default)]
pub(crate) struct WordIndex(FxHashMap<u32, Vec<BodyId>>);

impl WordIndex {
    fn new(pkg: &Package) -> Self {
        let mut index: FxHashMap<u32, Vec<BodyId>> = FxHashMap::default();
        for (id, _) in pkg.bodies() {
            let text = pkg.body_text(id);
            let mut at = 0;
            while at < text.len() {
                let (mut hash, start) = (Hash::default(), at);
                while at < text.len() && is_word_byte(text[at]) {
                    hash.add(text[at]);
                    at += 1;
                }
                if start < at && !text[start].is_ascii_digit() {
                    let bodies = index.entry(hash.value()).or_default();
                    if bodies.last() != Some(&id) {
                        bodies.push(id);
                    }
                }
                at += 1;
            }
        }
        Self(index)
    }

    fn get(&self, name: Symbol) -> &[BodyId] {
        let mut hash = Hash::default();
        name.as_str().bytes().for_each(|byte| hash.add(byte));
        self.0.get(&hash.value()).map_or(&[], Vec::as_slice)
    }
}

impl Debug for WordIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WordIndex of {} words", self.0.len())
    }
}

/// A hash that is made while a word is read.
#[derive(Default)]
struct Hash(u64);

impl Hash {
    const fn add(&mut self, byte: u8) {
        self.0 = (self.0.rotate_left(5) ^ byte as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    const fn value(&self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl Package {
    fn words(&self) -> &WordIndex {
        self.words.get_or_init(|| WordIndex::new(self))
    }

    /// The bodies in whose text a name stands as a word of its own, in source order.
    pub fn bodies_naming(&self, name: Symbol) -> impl Iterator<Item = BodyId> {
        self.words().get(name).iter().copied().filter(move |&id| has_word(self.body_text(id), name))
    }

    /// Bodies in source order among which are all in whose text one of the names stands; next to no others.
    pub fn bodies_naming_one_of(&self, names: impl IntoIterator<Item = Symbol>) -> Vec<BodyId> {
        let words = self.words();
        let mut found: Vec<_> = names.into_iter().flat_map(|name| words.get(name)).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
