//! The laws of the workspace that no compiler knows.

mod crates;
mod rules;
mod texts;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// What was found: each complaint begins with the path of what is to be mended.
#[derive(Default)]
struct Findings {
    complaints: Vec<String>,
    debts: Vec<String>,
}

impl Findings {
    fn complain(&mut self, text: impl Into<String>) {
        self.complaints.push(text.into());
    }

    /// Complains unless `holds`.
    fn demand(&mut self, holds: bool, text: impl Into<String>) {
        if !holds {
            self.complain(text);
        }
    }

    fn owe(&mut self, text: impl Into<String>) {
        self.debts.push(text.into());
    }
}

/// Prints the debts, then fails with every complaint.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let files = workspace.files();
    let mut found = Findings::default();
    crates::check(workspace, &files, &mut found)?;
    rules::check(workspace, &files, &mut found)?;
    texts::check(workspace, &files, &mut found);
    for debt in &found.debts {
        println!("{debt}");
    }
    if found.complaints.is_empty() {
        return Ok(());
    }
    bail!("{} to mend:\n{}", found.complaints.len(), found.complaints.join("\n"))
}

/// Lower-case words, which may have digits behind the first letter, with one `-` between them.
pub(crate) fn is_kebab_case(id: &str) -> bool {
    id.split('-').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case_has_words() {
        assert!(is_kebab_case("chan-nil-op") && is_kebab_case("http2-stall") && is_kebab_case("demo"));
        for id in ["", "-a", "a-", "a--b", "Chan-nil", "chan_nil", "chan-2", "chan nil"] {
            assert!(!is_kebab_case(id), "{id}");
        }
    }
}
