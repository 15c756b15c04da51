//! What a rule says and what the driver prints.

use golint_conc_syntax::Span;

/// Position of a file in the package under analysis; the driver knows its path and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range in a file of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in the file.
    pub span: Span,
}

/// How bad it is when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Hurts under load or in time.
    Warning,
    /// Wrong whenever it runs.
    Error,
}

impl Severity {
    /// The lower-case word used in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure the analysis is, by the assumptions it needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Needs assumptions that may well not hold; hidden by default.
    Low,
    /// Needs assumptions that nearly always hold.
    Medium,
    /// Needs no assumption.
    High,
}

impl Confidence {
    /// The next lower one; the lowest is its own.
    #[must_use]
    pub const fn lower(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }

    /// The lower-case word used in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The goroutine that a step happens in: `0` is the one that runs the function under report, others are numbered in
/// the order in which the steps start them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u32);

/// One place of the proof, in the order in which things happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// In which goroutine.
    pub lane: Lane,
    /// What happens there; lower case, no final period.
    pub text: String,
}

/// Whether an edit may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Keeps the meaning of everything but the bug.
    Safe,
    /// A person decides.
    Suggested,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What is replaced; an empty span inserts.
    pub place: Place,
    /// The new text.
    pub text: String,
}

/// Replacements that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What the edit does, in the imperative.
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The replacements; they don't overlap.
    pub replacements: Vec<Replacement>,
}

/// What a rule found: the facts, from which the engine makes a [`Diagnostic`].
pub trait Finding {
    /// What is wrong; understandable alone, lower case, no final period.
    fn message(&self) -> String;

    /// The place to report.
    fn primary(&self) -> Place;

    /// What stands under the primary place in the code frame, where the message alone would not do.
    fn label(&self) -> String {
        String::new()
    }

    /// Why it is wrong: the places in order.
    fn steps(&self) -> Vec<Step> {
        Vec::new()
    }

    /// What to do.
    fn help(&self) -> Option<String> {
        None
    }

    /// Edits that would mend it.
    fn edits(&self) -> Vec<Edit> {
        Vec::new()
    }

    /// How sure it is.
    fn confidence(&self) -> Confidence {
        Confidence::High
    }
}

/// A finding ready to be filtered and printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is wrong.
    pub message: String,
    /// The place to report.
    pub place: Place,
    /// What stands under the place; may be empty.
    pub label: String,
    /// Why: the places in order.
    pub steps: Vec<Step>,
    /// What to do.
    pub help: Option<String>,
    /// Edits that would mend it.
    pub edits: Vec<Edit>,
}
