//! Words in the texts of declarations: what tells, without parsing, that there is nothing to look for.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, Match, MatchKind};
use golint_conc_semantic::{ObjId, ObjKind};
use golint_conc_syntax::Symbol;
use memchr::memmem;

use crate::model::Model;

/// Words to look for, all in one pass.
#[derive(Debug)]
pub struct Words(AhoCorasick);

impl Words {
    /// The automaton for these words; a match says which of them by its position.
    ///
    /// # Errors
    /// When they are too many.
    pub fn new(words: &[Symbol]) -> Result<Self, BuildError> {
        AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(words.iter().map(|word| word.as_str()))
            .map(Self)
    }

    /// Where they stand in the text as words of their own.
    pub(crate) fn find_iter<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Match> + 'a {
        self.0.find_iter(text).filter(|found| is_whole_word(text, found.range()))
    }

    /// Whether one of them stands in the text as a word of its own.
    pub fn occur_in(&self, text: &[u8]) -> bool {
        self.find_iter(text).next().is_some()
    }
}

impl Model<'_> {
    /// The types of the package whose declarations name one of the `words` or another such type, as far as their texts
    /// tell. A declaration names its own type, so that types among the words are among the result.
    pub(crate) fn types_naming(&self, words: Vec<Symbol>) -> Vec<(ObjId, Symbol)> {
        let types = self.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Type);
        let mut rest: Vec<_> = types.collect();
        let mut found = Vec::new();
        let mut new = words;
        while !new.is_empty() && !rest.is_empty() {
            let Ok(words) = Words::new(&new) else { break };
            let (naming, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|(_, object)| words.occur_in(self.pkg.object_text(object)));
            new = naming.iter().map(|(_, object)| object.name).collect();
            found.extend(naming.into_iter().map(|(id, object)| (id, object.name)));
            rest = others;
        }
        found
    }
}

/// Whether a name occurs in a text as a word of its own.
pub(crate) fn has_word(text: &[u8], name: Symbol) -> bool {
    let len = name.as_str().len();
    memmem::find_iter(text, name.as_str()).any(|at| is_whole_word(text, at..at + len))
}

/// Whether no letter, digit or underscore stands beside the range.
pub(crate) fn is_whole_word(text: &[u8], range: Range<usize>) -> bool {
    let before = range.start.checked_sub(1).and_then(|before| text.get(before));
    !before.copied().is_some_and(is_word) && !text.get(range.end).copied().is_some_and(is_word)
}

/// The letters, digits and underscores at the end of a text.
pub(crate) fn last_word(text: &[u8]) -> &[u8] {
    let len = text.iter().rev().take_while(|&&byte| is_word(byte)).count();
    &text[text.len() - len..]
}

/// Whether a byte is part of an identifier that has no letters beyond ASCII.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone() {
        let words = Words::new(&[Symbol::new("ch"), Symbol::new("done")]).expect("few words");
        for (text, occurs) in
            [("x.ch <- 1", true), ("char", false), ("undone ch_", false), ("done", true), ("", false)]
        {
            assert_eq!(words.occur_in(text.as_bytes()), occurs, "{text}");
            let one = ["ch", "done"].iter().any(|word| has_word(text.as_bytes(), Symbol::new(word)));
            assert_eq!(one, occurs, "{text}");
        }
        assert_eq!(last_word(b"s.ch_1"), b"ch_1");
    }
}
