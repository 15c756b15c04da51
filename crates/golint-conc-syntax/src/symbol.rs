//! Interned identifiers.

use std::fmt;
use std::sync::{OnceLock, RwLock};

use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

/// An interned string; equal symbols are equal strings, for the life of the process.
///
/// The order of symbols is the order of interning, which threads decide: sort by [`Symbol::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

const SHARD_BITS: u32 = 4;
const SHARDS: usize = 1 << SHARD_BITS;

#[derive(Default)]
struct Shard {
    ids: FxHashMap<&'static str, u32>,
    strings: Vec<&'static str>,
}

fn shards() -> &'static [RwLock<Shard>; SHARDS] {
    static TABLE: OnceLock<[RwLock<Shard>; SHARDS]> = OnceLock::new();
    TABLE.get_or_init(Default::default)
}

impl Symbol {
    /// The symbol of `text`.
    pub fn new(text: &str) -> Self {
        let shard_index = (FxBuildHasher.hash_one(text) >> (64 - SHARD_BITS)) as usize;
        let shard = &shards()[shard_index];
        let pack = |id: u32| Self(id << SHARD_BITS | shard_index as u32);
        {
            let shard = shard.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(&id) = shard.ids.get(text) {
                return pack(id);
            }
        }
        let mut shard = shard.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(&id) = shard.ids.get(text) {
            return pack(id);
        }
        // Identifiers live as long as the process: a package's worth is a few kilobytes.
        let text: &'static str = Box::leak(text.into());
        let id = shard.strings.len() as u32;
        shard.strings.push(text);
        shard.ids.insert(text, id);
        pack(id)
    }

    /// The text of this symbol.
    pub fn as_str(self) -> &'static str {
        let shard = shards()[self.0 as usize & (SHARDS - 1)].read();
        let shard = shard.unwrap_or_else(std::sync::PoisonError::into_inner);
        shard.strings.get((self.0 >> SHARD_BITS) as usize).copied().unwrap_or_default()
    }

    /// Whether this is the blank identifier `_`.
    pub fn is_blank(self) -> bool {
        self.as_str() == "_"
    }

    /// Whether the name is exported, that is, begins with an upper-case letter.
    pub fn is_exported(self) -> bool {
        self.as_str().chars().next().is_some_and(char::is_uppercase)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Symbol {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}
