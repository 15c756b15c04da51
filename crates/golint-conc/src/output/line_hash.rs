//! The fingerprint by which GitHub follows an alert from commit to commit.
//!
//! The algorithm is that of `src/fingerprints.ts` in github/codeql-action (MIT): over the UTF-16 code units of the file
//! without spaces and tabs, line ends made LF, a rolling hash of the [`BLOCK`] units from each line's first one on.

use rustc_hash::FxHashMap;

/// How many code units a hash covers.
const BLOCK: usize = 100;

/// The base of the polynomial.
const BASE: u64 = 37;

/// Stands behind the last code unit.
const EOF: u16 = u16::MAX;

/// The hashes of all lines of a file.
#[derive(Debug)]
pub(super) struct LineHashes(Vec<String>);

impl LineHashes {
    /// Hashes a file. Bytes that are not UTF-8 count as replacement characters.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        let mut after_cr = false;
        for unit in String::from_utf8_lossy(text).encode_utf16() {
            let is_blank = unit == u16::from(b' ') || unit == u16::from(b'\t');
            if is_blank || (after_cr && unit == u16::from(b'\n')) {
                after_cr = false;
                continue;
            }
            after_cr = unit == u16::from(b'\r');
            hasher.push(if after_cr { u16::from(b'\n') } else { unit });
        }
        hasher.push(EOF);
        for _ in 0..BLOCK {
            hasher.emit();
            hasher.roll(0);
        }
        Self(hasher.hashes)
    }

    /// The hash of a 1-based line: hexadecimal, a colon, and how often it occurred so far in the file.
    pub(super) fn line(&self, line: u32) -> Option<&str> {
        self.0.get(line.checked_sub(1)? as usize).map(String::as_str)
    }
}

struct Hasher {
    window: [u16; BLOCK],
    /// Whether the unit at this place of the window is the first of a line whose hash is still to come.
    begins: [bool; BLOCK],
    at: usize,
    hash: u64,
    at_line_start: bool,
    counts: FxHashMap<u64, u32>,
    hashes: Vec<String>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            window: [0; BLOCK],
            begins: [false; BLOCK],
            at: 0,
            hash: 0,
            at_line_start: true,
            counts: FxHashMap::default(),
            hashes: Vec::new(),
        }
    }
}

impl Hasher {
    fn push(&mut self, unit: u16) {
        self.emit();
        self.begins[self.at] = std::mem::replace(&mut self.at_line_start, unit == u16::from(b'\n'));
        self.roll(unit);
    }

    /// Gives out the hash of the window if a line begins it.
    fn emit(&mut self) {
        if std::mem::take(&mut self.begins[self.at]) {
            let count = self.counts.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn roll(&mut self, unit: u16) {
        const OLDEST: u64 = BASE.wrapping_pow(BLOCK as u32);
        let old = std::mem::replace(&mut self.window[self.at], unit);
        self.hash = BASE
            .wrapping_mul(self.hash)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(OLDEST.wrapping_mul(u64::from(old)));
        self.at = (self.at + 1) % BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        LineHashes::new(text.as_bytes()).0
    }

    /// The vectors of codeql-action's own tests (`src/fingerprints.test.ts`).
    #[test]
    fn the_vectors_of_codeql_action() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        let short = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        for text in [" a\nb\n  \t\tc\n d", " a\r\nb\r\n  \t\tc\r\n d", " a\rb\r  \t\tc\r d"] {
            assert_eq!(hashes(text), short, "{text:?}");
        }
        let lorem = hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        let first: Vec<_> = (1..=6).map(|n| format!("a7f2ff13bc495cf2:{n}")).collect();
        assert_eq!(lorem[..6], first);
        assert_eq!(lorem.len(), 11);
    }

    #[test]
    fn astral_characters_are_two_units_and_bad_bytes_one() {
        assert_ne!(hashes("𝄞"), hashes("é"));
        assert_eq!(LineHashes::new(b"\xff").0, hashes("\u{fffd}"));
    }
}
