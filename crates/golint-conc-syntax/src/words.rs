//! Words in texts that are not parsed, for questions whose answer is nearly always no.

use std::ops::Range;

use memchr::memmem;

use crate::Symbol;

/// Whether a byte is part of an identifier; those of letters beyond ASCII are.
pub fn is_word_byte(byte: u8) -> bool {
    WORD_BYTES[byte as usize]
}

static WORD_BYTES: [bool; 256] = {
    let mut are = [false; 256];
    let mut byte = 0;
    while byte < are.len() {
        let ascii = byte as u8;
        are[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || !ascii.is_ascii();
        byte += 1;
    }
    are
};

/// Where the word ends that begins, or goes on, at an offset.
pub fn end_of_word(text: &[u8], start: usize) -> usize {
    let len = text[start..].iter().position(|&byte| !is_word_byte(byte));
    len.map_or(text.len(), |len| start + len)
}

/// Whether nothing stands beside the range that makes a longer word of it.
pub fn is_whole_word(text: &[u8], range: Range<usize>) -> bool {
    let before = range.start.checked_sub(1).and_then(|before| text.get(before));
    !before.copied().is_some_and(is_word_byte) && !text.get(range.end).copied().is_some_and(is_word_byte)
}

/// The words of a text, numbers included.
pub fn words(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].iter().position(|&byte| is_word_byte(byte))?;
        at = end_of_word(text, start);
        Some(start..at)
    })
}

/// Where a name begins that stands in a text as a word of its own, at each place.
pub fn find_word(text: &[u8], name: Symbol) -> impl Iterator<Item = usize> {
    let len = name.as_str().len();
    memmem::find_iter(text, name.as_str()).filter(move |&at| is_whole_word(text, at..at + len))
}

/// Whether a name occurs in a text as a word of its own.
pub fn has_word(text: &[u8], name: Symbol) -> bool {
    find_word(text, name).next().is_some()
}

/// The word that a text ends with.
pub fn last_word(text: &[u8]) -> &[u8] {
    let len = text.iter().rev().take_while(|&&byte| is_word_byte(byte)).count();
    &text[text.len() - len..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_alone() {
        for (text, occurs) in
            [("x.ch <- 1", true), ("char", false), ("undone ch_", false), ("éch", false), ("", false)]
        {
            assert_eq!(has_word(text.as_bytes(), Symbol::new("ch")), occurs, "{text}");
        }
        assert_eq!(words(b"s.ch_1 <- 2").collect::<Vec<_>>(), [0..1, 2..6, 10..11]);
        assert_eq!(last_word(b"s.ch_1"), b"ch_1");
        assert_eq!(last_word("s.größe".as_bytes()), "größe".as_bytes());
    }
}
