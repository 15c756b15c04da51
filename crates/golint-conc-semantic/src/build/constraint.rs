//! Build constraints: `//go:build` expressions and the older `// +build` lines.

use super::LangVersion;

/// How many operands an expression may have, as in `go/build/constraint`.
const MAX_OPERANDS: usize = 1000;

/// How deep parentheses may nest; real lines have one or two.
const MAX_NESTING: usize = 100;

/// Why a constraint can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// The expression ends where an operand must come.
    #[error("unexpected end of expression")]
    UnexpectedEnd,
    /// A token that can't come here.
    #[error("unexpected `{0}`")]
    Unexpected(String),
    /// `!!x`
    #[error("double negation")]
    DoubleNegation,
    /// Nothing closes a parenthesis.
    #[error("missing `)`")]
    MissingParen,
    /// Too many operands.
    #[error("expression too large")]
    TooLarge,
    /// A file has two `//go:build` lines.
    #[error("more than one //go:build line")]
    Repeated,
}

/// A boolean expression over build tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Holds when the tag is set.
    Tag(String),
    /// `!x`
    Not(Box<Constraint>),
    /// `x && y`
    And(Box<Constraint>, Box<Constraint>),
    /// `x || y`
    Or(Box<Constraint>, Box<Constraint>),
}

impl Constraint {
    /// Reads what follows `//go:build`.
    ///
    /// # Errors
    /// Where the text is no expression.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let mut parser = Parser { text, pos: 0, token: Token::End, operands: 0, depth: 0 };
        let expr = parser.or()?;
        match parser.token {
            Token::End => Ok(expr),
            token => Err(token.unexpected()),
        }
    }

    /// Reads what follows `// +build`: options separated by spaces, of terms separated by commas.
    pub fn parse_plus_build(text: &str) -> Self {
        let never = || Self::Tag("ignore".into());
        let term = |term: &str| {
            let (name, is_negated) = term.strip_prefix('!').map_or((term, false), |name| (name, true));
            if name.is_empty() && is_negated || name.starts_with('!') {
                return never();
            }
            let is_tag = !name.is_empty() && name.chars().all(is_tag_char);
            let tag = if is_tag { Self::Tag(name.into()) } else { never() };
            if is_negated { Self::Not(Box::new(tag)) } else { tag }
        };
        let clause = |clause: &str| {
            let terms = clause.split(',').map(term);
            terms.reduce(|x, y| Self::And(Box::new(x), Box::new(y))).unwrap_or_else(never)
        };
        let clauses = text.split_ascii_whitespace().map(clause);
        clauses.reduce(|x, y| Self::Or(Box::new(x), Box::new(y))).unwrap_or_else(never)
    }

    /// The value, where `is_set` says which tags are set.
    pub fn eval(&self, is_set: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Tag(tag) => is_set(tag),
            Self::Not(x) => !x.eval(is_set),
            Self::And(x, y) => x.eval(is_set) && y.eval(is_set),
            Self::Or(x, y) => x.eval(is_set) || y.eval(is_set),
        }
    }

    /// The oldest language version under which the expression can hold, where it implies one; this is
    /// `constraint.GoVersion`.
    pub fn min_version(&self) -> Option<LangVersion> {
        self.min_version_signed(true)
    }

    fn min_version_signed(&self, is_positive: bool) -> Option<LangVersion> {
        match self {
            Self::Tag(tag) if is_positive => match tag.strip_prefix("go1.") {
                Some(minor) => Some(LangVersion::new(1, minor.parse().ok()?)),
                None => (tag == "go1").then_some(LangVersion::new(1, 0)),
            },
            Self::Tag(_) => None,
            Self::Not(x) => x.min_version_signed(!is_positive),
            Self::And(x, y) | Self::Or(x, y) => {
                let (x, y) = (x.min_version_signed(is_positive), y.min_version_signed(is_positive));
                // Both must hold in a conjunction, and in the negation of a disjunction.
                if matches!(self, Self::And(..)) == is_positive { x.max(y) } else { x.min(y) }
            }
        }
    }
}

/// What the head of a file says about when it is compiled, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileConstraint {
    /// Must hold for the file to be compiled.
    pub constraint: Option<Constraint>,
    /// The version that a `//go:build` line implies; lines of the older form imply none.
    pub min_version: Option<LangVersion>,
}

impl FileConstraint {
    /// Reads the comments before the package clause. A `//go:build` line wins over all `// +build` lines, which count
    /// only where a blank line follows them.
    ///
    /// # Errors
    /// Where a `//go:build` line is wrong; a wrong `// +build` line never holds.
    pub fn of_file(text: &[u8]) -> Result<Self, ConstraintError> {
        let head = Head::of_file(text)?;
        if let Some(line) = head.go_build {
            let constraint = Constraint::parse(&line)?;
            return Ok(Self { min_version: constraint.min_version(), constraint: Some(constraint) });
        }
        let lines = head.plus_build.iter().map(|line| Constraint::parse_plus_build(line));
        let constraint = lines.reduce(|x, y| Constraint::And(Box::new(x), Box::new(y)));
        Ok(Self { constraint, min_version: None })
    }

    /// The language version of the file in a module of version `module`.
    pub fn lang(&self, module: LangVersion) -> LangVersion {
        self.min_version.map_or(module, |version| version.max(LangVersion::MIN_FILE_VERSION))
    }
}

/// The constraint lines of a file, as `parseFileHeader` of `go/build` finds them.
#[derive(Default)]
struct Head {
    go_build: Option<String>,
    plus_build: Vec<String>,
}

impl Head {
    fn of_file(text: &[u8]) -> Result<Self, ConstraintError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut head = Self::default();
        // `// +build` lines wait here until a blank line follows.
        let mut pending = Vec::new();
        let (mut only_lines, mut in_block) = (true, false);
        'lines: for line in text.split(|&b| b == b'\n') {
            let mut line = line.trim_ascii();
            if line.is_empty() && only_lines {
                head.plus_build.append(&mut pending);
                continue;
            }
            only_lines &= line.starts_with(b"//");
            if !in_block && let Some(expr) = after_word(line, b"//go:build") {
                if head.go_build.replace(expr).is_some() {
                    return Err(ConstraintError::Repeated);
                }
            } else if only_lines && let Some(comment) = line.strip_prefix(b"//") {
                pending.extend(after_word(comment.trim_ascii(), b"+build"));
            }
            while !line.is_empty() {
                if in_block {
                    let Some(end) = line.windows(2).position(|pair| pair == b"*/") else { continue 'lines };
                    in_block = false;
                    line = line[end + 2..].trim_ascii();
                } else if line.starts_with(b"//") {
                    continue 'lines;
                } else if let Some(rest) = line.strip_prefix(b"/*") {
                    in_block = true;
                    line = rest.trim_ascii();
                } else {
                    break 'lines;
                }
            }
        }
        Ok(head)
    }
}

/// What follows `word` in a line, where white space or nothing follows.
fn after_word(line: &[u8], word: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(word)?;
    let is_whole = rest.first().is_none_or(u8::is_ascii_whitespace);
    is_whole.then(|| String::from_utf8_lossy(rest.trim_ascii()).into_owned())
}

fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    End,
    Tag(&'t str),
    Punct(&'t str),
}

impl Token<'_> {
    fn unexpected(self) -> ConstraintError {
        match self {
            Self::End => ConstraintError::UnexpectedEnd,
            Self::Tag(text) | Self::Punct(text) => ConstraintError::Unexpected(text.into()),
        }
    }
}

/// Recursive descent; on entry of each function the next token is not yet read, on exit it is in `token`.
struct Parser<'t> {
    text: &'t str,
    pos: usize,
    token: Token<'t>,
    operands: usize,
    depth: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Constraint, ConstraintError> {
        let mut x = self.and()?;
        while self.token == Token::Punct("||") {
            x = Constraint::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Constraint, ConstraintError> {
        let mut x = self.not()?;
        while self.token == Token::Punct("&&") {
            x = Constraint::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Constraint, ConstraintError> {
        self.operands += 1;
        if MAX_OPERANDS < self.operands {
            return Err(ConstraintError::TooLarge);
        }
        self.advance()?;
        if self.token != Token::Punct("!") {
            return self.atom();
        }
        self.advance()?;
        if self.token == Token::Punct("!") {
            return Err(ConstraintError::DoubleNegation);
        }
        Ok(Constraint::Not(Box::new(self.atom()?)))
    }

    /// On entry the first token of the atom is in `token`.
    fn atom(&mut self) -> Result<Constraint, ConstraintError> {
        match self.token {
            Token::Tag(tag) => {
                self.advance()?;
                Ok(Constraint::Tag(tag.into()))
            }
            Token::Punct("(") => {
                self.depth += 1;
                if MAX_NESTING < self.depth {
                    return Err(ConstraintError::TooLarge);
                }
                let x = self.or()?;
                self.depth -= 1;
                if self.token != Token::Punct(")") {
                    return Err(ConstraintError::MissingParen);
                }
                self.advance()?;
                Ok(x)
            }
            token => Err(token.unexpected()),
        }
    }

    fn advance(&mut self) -> Result<(), ConstraintError> {
        let text = self.text;
        let rest = text[self.pos..].trim_start_matches([' ', '\t']);
        let start = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            self.token = Token::End;
            return Ok(());
        };
        let len = match first {
            '(' | ')' | '!' => 1,
            '&' if rest.starts_with("&&") => 2,
            '|' if rest.starts_with("||") => 2,
            _ => rest.find(|c| !is_tag_char(c)).unwrap_or(rest.len()),
        };
        if len == 0 {
            return Err(ConstraintError::Unexpected(first.into()));
        }
        self.pos = start + len;
        let token = &rest[..len];
        self.token = if is_tag_char(first) { Token::Tag(token) } else { Token::Punct(token) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expr: &str, tags: &[&str]) -> bool {
        Constraint::parse(expr).expect("valid").eval(&|tag| tags.contains(&tag))
    }

    #[test]
    fn precedence_is_not_and_or() {
        assert!(holds("a || b && c", &["a"]));
        assert!(!holds("(a || b) && c", &["a"]));
        assert!(holds("!a && b", &["b"]));
        assert!(holds("!(a && b) || go1.22", &["a"]));
        assert!(holds("goexperiment.x\t&&\t386", &["goexperiment.x", "386"]));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for (text, error) in [
            ("", ConstraintError::UnexpectedEnd),
            ("a &&", ConstraintError::UnexpectedEnd),
            ("a b", ConstraintError::Unexpected("b".into())),
            ("a & b", ConstraintError::Unexpected("&".into())),
            ("!!a", ConstraintError::DoubleNegation),
            ("(a", ConstraintError::MissingParen),
            (")", ConstraintError::Unexpected(")".into())),
            ("a-b", ConstraintError::Unexpected("-".into())),
        ] {
            assert_eq!(Constraint::parse(text), Err(error), "{text}");
        }
        assert_eq!(Constraint::parse(&"(".repeat(100_000)), Err(ConstraintError::TooLarge));
        assert_eq!(Constraint::parse(&vec!["a"; 2000].join("||")), Err(ConstraintError::TooLarge));
    }

    /// Reference: the tables of `TestGoVersion` in the Go distribution.
    #[test]
    fn implied_versions_are_those_of_the_constraint_package() {
        for (expr, version) in [
            ("linux", None),
            ("go1", Some(0)),
            ("go1.9", Some(9)),
            ("!go1.99", None),
            ("go1.21.3", None),
            ("linux && go1.17", Some(17)),
            ("go1.21 || go1.22", Some(21)),
            ("go1.22 || linux", None),
            ("go1.17 && (linux || go1.21)", Some(17)),
            ("go1.17 && go1.21", Some(21)),
            ("!(!go1.17 && linux)", None),
            ("!(!go1.17 || linux)", Some(17)),
        ] {
            let found = Constraint::parse(expr).expect("valid").min_version();
            assert_eq!(found, version.map(|minor| LangVersion::new(1, minor)), "{expr}");
        }
    }

    /// Measured with go 1.26.8: whether loop variables are new in each iteration.
    #[test]
    fn a_constraint_moves_the_version_of_a_file_both_ways() {
        for (module, constraint, is_new) in [
            ("1.21", "", false),
            ("1.22", "", true),
            ("1.22", "go1.21", false),
            ("1.26", "go1.18", false),
            ("1.16", "go1.22", true),
            ("1.21", "go1.22", true),
            ("1.22", "go1.21 || go1.22", false),
            ("1.22", "linux && go1.21", false),
            ("1.21", "go1.22 || linux", false),
            ("1.22", "linux", true),
            ("1.22", "!go1.99", true),
        ] {
            let text =
                if constraint.is_empty() { String::new() } else { format!("//go:build {constraint}\n") };
            let file = FileConstraint::of_file(format!("{text}\npackage p\n").as_bytes()).expect("valid");
            let lang = file.lang(LangVersion::parse(module).expect("valid"));
            assert_eq!(LangVersion::LOOP_VARIABLES <= lang, is_new, "{module} {constraint}");
        }
        let lowest = FileConstraint { constraint: None, min_version: Some(LangVersion::new(1, 5)) };
        assert_eq!(lowest.lang(LangVersion::new(1, 26)), LangVersion::MIN_FILE_VERSION);
    }

    fn file_holds(text: &str, tags: &[&str]) -> bool {
        let file = FileConstraint::of_file(text.as_bytes()).expect("valid");
        file.constraint.is_none_or(|constraint| constraint.eval(&|tag| tags.contains(&tag)))
    }

    #[test]
    fn old_lines_count_before_a_blank_line_and_without_a_new_one() {
        assert!(!file_holds("// +build linux\n\npackage p\n", &[]));
        assert!(!file_holds("//+build linux\n// text\n\npackage p\n", &[]));
        assert!(file_holds("// +build linux\npackage p\n", &[]));
        assert!(file_holds("/* x */\n// +build linux\n\npackage p\n", &[]));
        assert!(file_holds("//go:build a\n// +build b\n\npackage p\n", &["a"]));
        assert!(file_holds("// +build a,b c\n// +build !d\n\npackage p\n", &["c"]));
        assert!(!file_holds("// +build a,b c\n// +build !d\n\npackage p\n", &["c", "d"]));
        assert!(!file_holds("// +build !!a\n\npackage p\n", &[]));
        assert!(!file_holds("// +build\n\npackage p\n", &["a"]));
    }

    #[test]
    fn only_the_head_of_a_file_is_read() {
        assert!(file_holds("package p\n//go:build a\n", &[]));
        assert!(file_holds("/*\n//go:build a\n*/\npackage p\n", &[]));
        assert!(!file_holds("\u{feff}/* x */ // y\n//go:build a\r\npackage p\r\n", &[]));
        assert!(file_holds("//go:builder a\npackage p\n", &[]));
        let two = FileConstraint::of_file(b"//go:build a\n//go:build b\npackage p\n");
        assert_eq!(two, Err(ConstraintError::Repeated));
    }
}
