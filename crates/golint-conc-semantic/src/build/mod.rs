//! Which files make up a package, and in which version of the language they are written.
//!
//! Follows the packages `go/build` and `go/build/constraint` of the Go distribution, without touching a file.

mod constraint;
mod context;
mod gomod;
mod version;

pub use constraint::{Constraint, ConstraintError, FileConstraint};
pub use context::{BuildContext, KNOWN_ARCH, KNOWN_OS};
pub use gomod::{GoMod, GoWork, ModError, Replace};
pub use version::LangVersion;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text made of what the readers look for.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "//go:build",
            "// +build",
            "/*",
            "*/",
            "//",
            "(",
            ")",
            "&&",
            "||",
            "!",
            "go1.21",
            "linux",
            ",",
            " ",
            "\n",
            "\r\n",
            "package p",
            "module",
            "m",
            "go",
            "1.22",
            "require",
            "replace",
            "=>",
            "ignore",
            "use",
            "\"",
            "`",
            "é",
            "\u{feff}",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn readers_take_any_text(text in text()) {
            let _ = FileConstraint::of_file(text.as_bytes());
            let _ = GoWork::parse(text.as_bytes());
            let (_, error) = GoMod::parse(text.as_bytes());
            if let Some(error) = error {
                prop_assert!((1..=text.lines().count().max(1)).contains(&(error.line as usize)));
            }
        }

        #[test]
        fn a_constraint_and_its_negation_never_agree(expr in "[ab]( (&&|\\|\\|) !?[ab]){0,6}", tags in prop::sample::subsequence(vec!["a", "b"], 0..=2)) {
            let is_set = |tag: &str| tags.contains(&tag);
            let plain = Constraint::parse(&expr).expect("valid").eval(&is_set);
            let negated = Constraint::parse(&format!("!({expr})")).expect("valid").eval(&is_set);
            prop_assert_ne!(plain, negated);
        }
    }
}
