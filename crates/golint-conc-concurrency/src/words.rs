//! Words in the texts of declarations: what tells, without parsing, that there is nothing to look for.

use golint_conc_semantic::{ObjId, ObjKind};
use golint_conc_syntax::{Symbol, find_word, is_word_byte, words};
use rustc_hash::FxHashMap;

use crate::model::Model;

/// Words to look for, all in one pass.
#[derive(Debug)]
pub(crate) struct Words(FxHashMap<&'static [u8], Symbol>);

impl Words {
    pub(crate) fn new(words: impl IntoIterator<Item = Symbol>) -> Self {
        Self(words.into_iter().map(|word| (word.as_str().as_bytes(), word)).collect())
    }

    /// Where they stand in the text as words of their own.
    pub(crate) fn find_iter<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, Symbol)> + 'a {
        words(text).filter_map(|range| Some((range.start, *self.0.get(&text[range])?)))
    }

    /// Whether one of them stands in the text as a word of its own.
    pub(crate) fn occur_in(&self, text: &[u8]) -> bool {
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
            let words = Words::new(new);
            let (naming, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|(_, object)| words.occur_in(self.pkg.object_text(object)));
            new = naming.iter().map(|(_, object)| object.name).collect();
            found.extend(naming.into_iter().map(|(id, object)| (id, object.name)));
            rest = others;
        }
        found
    }
}

/// Whether a text may set a field of this name or take its address, as far as what stands beside the name tells.
pub(crate) fn may_store(text: &[u8], field: Symbol) -> bool {
    find_word(text, field).any(|at| {
        let rest = text[at + field.as_str().len()..].trim_ascii_start();
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        match rest {
            [b'.' | b'(', ..] => false,
            [b'=', next, ..] => *next != b'=',
            [b':', ..] => true,
            [b',', ..] if line.contains(&b'=') => true,
            _ => {
                let is_path =
                    |&&byte: &&u8| is_word_byte(byte) || matches!(byte, b'.' | b'(' | b')' | b'[' | b']');
                let path = text[..at].iter().rev().take_while(is_path).count();
                text[..at - path].last() == Some(&b'&')
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone() {
        let words = Words::new([Symbol::new("ch"), Symbol::new("done")]);
        for (text, occurs) in
            [("x.ch <- 1", true), ("char", false), ("undone ch_", false), ("done", true), ("", false)]
        {
            assert_eq!(words.occur_in(text.as_bytes()), occurs, "{text}");
        }
    }
}
