//! Which bodies a word stands in, so that those that cannot have to do with a name are never parsed.

use std::fmt::{self, Debug};
use std::hash::BuildHasher;

use golint_conc_syntax::{DeclKind, Symbol, has_word, words};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::package::{BodyId, Package};

/// The hashes of the words in a package, comments and literals included.
///
/// Two words with the same hash share an entry; who asks looks at the texts.
#[derive(Default)]
pub(crate) struct WordIndex {
    /// By words in the texts of bodies, the bodies that have them.
    bodies: FxHashMap<u32, Vec<BodyId>>,
    /// The words in the declarations of types and variables.
    declarations: FxHashSet<u32>,
}

impl WordIndex {
    fn new(pkg: &Package) -> Self {
        let mut index = Self::default();
        for (id, _) in pkg.bodies() {
            hash_words(pkg.body_text(id), |hash| {
                let bodies = index.bodies.entry(hash).or_default();
                if bodies.last() != Some(&id) {
                    bodies.push(id);
                }
            });
        }
        for file in &pkg.files {
            let decls = file.source.outline().decls.iter();
            for decl in decls.filter(|decl| matches!(decl.kind, DeclKind::Type | DeclKind::Var)) {
                hash_words(decl.span.slice(file.source.text()), |hash| {
                    index.declarations.insert(hash);
                });
            }
        }
        index
    }

    fn get(&self, name: Symbol) -> &[BodyId] {
        self.bodies.get(&hash(name.as_str().as_bytes())).map_or(&[], Vec::as_slice)
    }

    fn has(&self, name: Symbol) -> bool {
        let hash = hash(name.as_str().as_bytes());
        self.bodies.contains_key(&hash) || self.declarations.contains(&hash)
    }
}

impl Debug for WordIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WordIndex of {} words", self.bodies.len())
    }
}

/// Calls a function with the hash of each word of a text but numbers.
fn hash_words(text: &[u8], mut each: impl FnMut(u32)) {
    for word in words(text).map(|word| &text[word]).filter(|word| !word[0].is_ascii_digit()) {
        each(hash(word));
    }
}

fn hash(word: &[u8]) -> u32 {
    (FxBuildHasher.hash_one(word) >> 32) as u32
}

impl Package {
    fn words(&self) -> &WordIndex {
        self.words.get_or_init(|| WordIndex::new(self))
    }

    /// The bodies in whose text a name stands as a word of its own, in source order.
    pub fn bodies_naming(&self, name: Symbol) -> impl Iterator<Item = BodyId> {
        self.words().get(name).iter().copied().filter(move |&id| has_word(self.body_text(id), name))
    }

    /// Whether a name may stand in the text of a body or in the declaration of a type or variable; next to never where it
    /// does not.
    pub(crate) fn may_name(&self, name: Symbol) -> bool {
        self.words().has(name)
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
