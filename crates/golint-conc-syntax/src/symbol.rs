//! Interned identifiers.
//!
//! A symbol is a reference to its text, so that reading it takes no lock. Interning asks a small cache of the thread
//! first, then one shard of the table, under its lock.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashSet};

/// An interned string; equal symbols are equal strings, for the life of the process.
///
/// Symbols have no order of their own: sort by [`Symbol::as_str`].
#[derive(Clone, Copy)]
pub struct Symbol(&'static Entry);

/// Two entries never hold the same text, so an entry's address stands for its text.
struct Entry {
    text: &'static str,
}

const SHARD_BITS: u32 = 4;
/// Slots of a thread's cache; a large package has as many identifiers.
const CACHE_SLOTS: usize = 1 << 13;
/// Identifiers are stored in pieces of this many bytes.
const CHUNK_BYTES: usize = 1 << 14;
/// Entries are stored in pieces of this many.
const CHUNK_ENTRIES: usize = 1 << 9;

/// An entry in a set, found by its text.
#[derive(Clone, Copy)]
struct ByText(&'static Entry);

impl PartialEq for ByText {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for ByText {}

impl Hash for ByText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl Borrow<str> for ByText {
    fn borrow(&self) -> &str {
        self.0.text
    }
}

/// What is interned lives as long as the process: the whole Go distribution has some megabytes of it.
#[derive(Default)]
struct Shard {
    entries: FxHashSet<ByText>,
    free_bytes: &'static mut [u8],
    free_entries: &'static mut [Entry],
}

impl Shard {
    fn intern(&mut self, text: &str) -> &'static Entry {
        if let Some(known) = self.entries.get(text) {
            return known.0;
        }
        let text = self.store(text);
        let free = std::mem::take(&mut self.free_entries);
        let entry: &'static Entry = if let Some((entry, rest)) = free.split_first_mut() {
            self.free_entries = rest;
            entry.text = text;
            entry
        } else {
            let fresh: Vec<_> = (0..CHUNK_ENTRIES).map(|_| Entry { text: "" }).collect();
            self.free_entries = fresh.leak();
            Box::leak(Box::new(Entry { text }))
        };
        self.entries.insert(ByText(entry));
        entry
    }

    fn store(&mut self, text: &str) -> &'static str {
        if self.free_bytes.len() < text.len() {
            self.free_bytes = vec![0; CHUNK_BYTES.max(text.len())].leak();
        }
        let (own, rest) = std::mem::take(&mut self.free_bytes).split_at_mut(text.len());
        self.free_bytes = rest;
        own.copy_from_slice(text.as_bytes());
        std::str::from_utf8(own).unwrap_or_default()
    }
}

static TABLE: LazyLock<[Mutex<Shard>; 1 << SHARD_BITS]> = LazyLock::new(Default::default);

thread_local! {
    static CACHE: RefCell<Vec<Symbol>> = RefCell::new(vec![intern("", 0); CACHE_SLOTS]);
}

fn intern(text: &str, hash: u64) -> Symbol {
    let shard = &TABLE[(hash >> (u64::BITS - SHARD_BITS)) as usize];
    Symbol(shard.lock().unwrap_or_else(PoisonError::into_inner).intern(text))
}

impl Symbol {
    /// The symbol of `text`.
    pub fn new(text: &str) -> Self {
        // A text is always in the shard that its hash names, but for the empty one that fills the caches.
        let hash = if text.is_empty() { 0 } else { FxBuildHasher.hash_one(text) };
        CACHE.with_borrow_mut(|cache| {
            let slot = &mut cache[hash as usize % CACHE_SLOTS];
            if slot.as_str() != text {
                *slot = intern(text, hash);
            }
            *slot
        })
    }

    /// The text of this symbol.
    pub fn as_str(self) -> &'static str {
        self.0.text
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

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Symbol {}

impl Hash for Symbol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_the_same_symbol_on_every_thread() {
        let texts: Vec<String> = (0..3 * CACHE_SLOTS).map(|n| format!("name{n}")).collect();
        let intern_all = || texts.iter().map(|text| Symbol::new(text)).collect::<Vec<_>>();
        let (here, there) = std::thread::scope(|scope| {
            let there = scope.spawn(intern_all);
            (intern_all(), there.join().expect("no panic"))
        });
        assert_eq!(here, there);
        assert!(here.iter().zip(&texts).all(|(symbol, text)| symbol == text.as_str()));
        let long = "x".repeat(2 * CHUNK_BYTES);
        assert_eq!(Symbol::new(&long), long.as_str());
        assert_eq!(Symbol::new(""), Symbol::new(""));
        assert_ne!(Symbol::new("a"), Symbol::new("b"));
    }
}
