//! Go language versions.

use std::fmt;

/// A version of the Go language, such as 1.22.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangVersion {
    /// Always 1 so far.
    pub major: u16,
    /// The release.
    pub minor: u16,
}

impl LangVersion {
    /// Of a module whose go.mod has no `go` line.
    pub const WITHOUT_GO_LINE: Self = Self::new(1, 16);
    /// Below this a build constraint can't set a file's version.
    pub const MIN_FILE_VERSION: Self = Self::new(1, 21);
    /// Since then each iteration of a loop has variables of its own.
    pub const LOOP_VARIABLES: Self = Self::new(1, 22);
    /// Of files outside of any module: the newest that this program knows.
    pub const NEWEST: Self = Self::new(1, 27);

    /// The version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads `1.22`, `1.22.3`, `1.22rc1` and the same with `go` before it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        Some(Self::new(major.parse().ok()?, rest[..digits].parse().ok()?))
    }
}

impl fmt::Display for LangVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::LangVersion;

    #[test]
    fn releases_and_candidates_are_their_language_version() {
        for text in ["1.22", "1.22.3", "1.22rc1", "go1.22"] {
            assert_eq!(LangVersion::parse(text), Some(LangVersion::new(1, 22)), "{text}");
        }
        assert_eq!(LangVersion::parse("1.x"), None);
    }
}
