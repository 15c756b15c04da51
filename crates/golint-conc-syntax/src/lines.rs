//! Lines and columns.

use crate::Span;

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

/// A position for people and editors. All numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in bytes, as Go's tools count.
    pub column: u32,
    /// The column in Unicode scalar values.
    pub char_column: u32,
    /// The column in UTF-16 code units, as editors and SARIF viewers count.
    pub utf16_column: u32,
}

impl LineIndex {
    /// Indexes `text`; a line ends with LF, and a CR before it belongs to the line.
    pub fn new(text: &[u8]) -> Self {
        let starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at as u32 + 1)).collect();
        Self { starts }
    }

    /// The 1-based line that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The bytes of a 1-based line, without its line end; empty when there is no such line.
    pub fn line_span(&self, text: &[u8], line: u32) -> Span {
        let Some(&start) = (line as usize).checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return Span::default();
        };
        let end = self.starts.get(line as usize).map_or(text.len() as u32, |&next| next - 1);
        let has_cr = start < end && text.get(end as usize - 1) == Some(&b'\r');
        Span::new(start, end - u32::from(has_cr))
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The position of the byte at `offset`. Bytes that are not UTF-8 count as one replacement character each sequence.
    pub fn position(&self, text: &[u8], offset: u32) -> Position {
        let offset = offset.min(text.len() as u32);
        let line = self.line(offset);
        let start = self.starts[line as usize - 1];
        let before = &text[start as usize..offset as usize];
        // Editors do not show a byte order mark; Go's tools count its bytes.
        let shown = if line == 1 { before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before) } else { before };
        let before = String::from_utf8_lossy(shown);
        Position {
            line,
            column: offset - start + 1,
            char_column: before.chars().count() as u32 + 1,
            utf16_column: before.encode_utf16().count() as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_bytes_characters_and_utf16_units() {
        let text = "a\r\n\té𝄞x\n".as_bytes();
        let index = LineIndex::new(text);
        let x = 3 + 1 + 2 + 4;
        assert_eq!(index.position(text, x), Position { line: 2, column: 8, char_column: 4, utf16_column: 5 });
        assert_eq!(index.line_span(text, 1), Span::new(0, 1));
        assert_eq!(index.line_count(), 3);
    }
}
