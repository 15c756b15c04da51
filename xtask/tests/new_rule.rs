//! A rule that was just started compiles, and the tests refuse it.

#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use walkdir::WalkDir;

/// Brings a copy of the workspace up to date and gives its folder. It stays between runs, and files that did not
/// change are not written, so that only the first run builds everything.
fn copy() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-rule");
    let files = |dir: &Path| -> Vec<PathBuf> {
        let entries = WalkDir::new(dir).into_iter().filter_entry(|entry| {
            let name = entry.file_name();
            entry.depth() == 0 || (name != "target" && name != ".git")
        });
        let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        files.map(|file| file.path().strip_prefix(dir).expect("below").to_path_buf()).collect()
    };
    let current = files(&from);
    for name in files(&to).iter().filter(|name| !current.contains(name)) {
        std::fs::remove_file(to.join(name)).expect("removed");
    }
    for name in &current {
        let text = std::fs::read(from.join(name)).expect("read");
        if std::fs::read(to.join(name)).ok().as_ref() != Some(&text) {
            std::fs::create_dir_all(to.join(name).parent().expect("a folder")).expect("a folder");
            std::fs::write(to.join(name), text).expect("written");
        }
    }
    to
}

/// Whether the rules' own tests pass in the copy, and what they print.
fn test_rules(root: &Path) -> (bool, String) {
    let run = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "golint-conc-rules", "--lib", "every_page"])
        // Optimised dependencies pay only in tests that run for long.
        .args(["--config", "profile.dev.package.'*'.opt-level=0", "--config", "profile.dev.debug=false"])
        .env("CARGO_TARGET_DIR", root.join("target"))
        .current_dir(root)
        .output()
        .expect("cargo runs");
    let text = [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (run.status.success(), text.concat())
}

#[test]
fn a_started_rule_compiles_and_is_refused() {
    let root = copy();
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--root")
        .arg(&root)
        .args(["new-rule", "demo-rule"])
        .assert()
        .success();
    for name in [
        "rules/demo-rule.md",
        "crates/golint-conc-rules/src/rules/demo_rule.rs",
        "testdata/demo-rule/basic/basic.go",
    ] {
        let text = std::fs::read_to_string(root.join(name)).expect(name);
        assert!(text.contains("FIXME") && !text.contains("{{"), "{name}: {text}");
    }
    let (passes, text) = test_rules(&root);
    assert!(!passes && text.contains("test result: FAILED"), "{text}");
    assert!(text.contains("rules/demo-rule.md"), "{text}");
    assert!(!text.contains("demo_rule.rs:"), "the compiler warns of the new file:\n{text}");
    let tidy =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("--root").arg(&root).arg("tidy").assert().failure();
    let text = String::from_utf8_lossy(&tidy.get_output().stderr).into_owned();
    for name in ["rules/demo-rule.md:2", "rules/demo_rule.rs:", "testdata/demo-rule/basic/basic.go:"] {
        assert!(text.contains(name), "{name} not in\n{text}");
    }
}
