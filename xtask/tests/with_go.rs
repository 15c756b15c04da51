//! What needs `go` on the PATH, and no network. Where it is missing the tests say so and pass, unless
//! `GOLINT_CONC_REQUIRE_TOOLS=1` asks for it.

#![expect(clippy::expect_used, clippy::disallowed_methods, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

/// The language version of cases without go.mod; the test of the rules assumes the same.
const DEFAULT_GO: &str = "1.26";

/// A folder of testdata that becomes a module.
struct Module {
    /// Relative to testdata.
    dir: PathBuf,
    /// The text of its go.mod.
    go_mod: String,
}

impl Module {
    fn word_after(&self, key: &str) -> &str {
        let line = self.go_mod.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        line.map_or("", |line| line.split_whitespace().next().unwrap_or_default())
    }

    fn go(&self) -> (u32, u32) {
        version(self.word_after("go"))
    }
}

fn version(text: &str) -> (u32, u32) {
    let mut numbers =
        text.split('.').map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>());
    let mut next = || numbers.next().and_then(|number| number.parse().ok()).unwrap_or_default();
    (next(), next())
}

/// Says something that shows although the test passes.
fn say(text: &str) {
    if text.is_empty() {
        return;
    }
    // The test harness keeps what is printed with macros to itself.
    writeln!(std::io::stderr(), "with_go: {text}").expect("standard error is open");
}

/// The version of the Go on the PATH; without one, says so for `test`.
fn local_go(test: &str) -> Option<(u32, u32)> {
    let output = Command::new("go").args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local").output();
    if let Ok(output) = output {
        return Some(version(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("go")));
    }
    let is_needed = std::env::var("GOLINT_CONC_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(!is_needed, "`go` is not on the PATH, and GOLINT_CONC_REQUIRE_TOOLS=1");
    say(&format!("{test} skipped: `go` is not on the PATH"));
    None
}

#[test]
fn the_table_of_the_standard_library_is_fresh() {
    if local_go("the_table_of_the_standard_library_is_fresh").is_none() {
        return;
    }
    let check =
        assert_cmd::Command::new(env!("CARGO_BIN_EXE_xtask")).args(["stdlib", "--check"]).assert().success();
    say(String::from_utf8_lossy(&check.get_output().stdout).trim());
}

/// What no compiler accepts shows no bug of anybody's.
#[test]
fn testdata_compiles() {
    let Some(local) = local_go("testdata_compiles") else { return };
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let (modules, too_new): (Vec<_>, Vec<_>) =
        modules(&testdata).into_iter().partition(|module| module.go() <= local);
    for module in too_new {
        say(&format!("not compiled: {} is newer than the Go on the PATH", module.dir.display()));
    }
    let copy = tempfile::tempdir().expect("a folder");
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut rounds: Vec<Vec<&Module>> = Vec::new();
    for module in &modules {
        copy_module(&testdata, copy.path(), module);
        // A workspace has no two modules of one name, so namesakes are compiled one round later.
        let round = by_name.entry(module.word_after("module").to_owned()).or_default();
        if *round == rounds.len() {
            rounds.push(Vec::new());
        }
        rounds[*round].push(module);
        *round += 1;
    }
    let errors: String = rounds.iter().map(|round| compile(copy.path(), round, local)).collect();
    assert!(errors.is_empty(), "{errors}");
}

/// One module for all folders that no go.mod covers, and one for each go.mod.
fn modules(testdata: &Path) -> Vec<Module> {
    let mut modules =
        vec![Module { dir: PathBuf::new(), go_mod: format!("module testdata\n\ngo {DEFAULT_GO}\n") }];
    for entry in WalkDir::new(testdata).sort_by_file_name() {
        let entry = entry.expect("testdata is readable");
        if entry.file_name() == "go.mod" {
            let dir = entry
                .path()
                .parent()
                .and_then(|dir| dir.strip_prefix(testdata).ok())
                .expect("below testdata");
            let go_mod = std::fs::read_to_string(entry.path()).expect("go.mod is text");
            modules.push(Module { dir: dir.to_path_buf(), go_mod });
        }
    }
    modules
}

fn copy_module(testdata: &Path, copy: &Path, module: &Module) {
    let from = testdata.join(&module.dir);
    let files = WalkDir::new(&from)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.path().join("go.mod").exists())
        .map(|entry| entry.expect("testdata is readable"))
        .filter(|entry| entry.file_type().is_file());
    for file in files {
        let to = copy.join(file.path().strip_prefix(testdata).expect("below testdata"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(file.path(), to).expect("copied");
    }
    std::fs::create_dir_all(copy.join(&module.dir)).expect("a folder");
    std::fs::write(copy.join(&module.dir).join("go.mod"), &module.go_mod).expect("written");
}

/// Compiles modules together, as one workspace, and gives what the compiler says. `go list -export` compiles
/// packages and their tests without linking them, and neither runs nor vets anything.
fn compile(copy: &Path, round: &[&Module], (major, minor): (u32, u32)) -> String {
    let dirs: Vec<String> = round.iter().map(|module| format!("./{}", module.dir.display())).collect();
    let uses = dirs.join("\nuse ");
    std::fs::write(copy.join("go.work"), format!("go {major}.{minor}\n\nuse {uses}\n")).expect("written");
    let output = Command::new("go")
        .args(["list", "-test", "-export", "-f", ""])
        .args(dirs.iter().map(|dir| format!("{}/...", dir.trim_end_matches('/'))))
        .current_dir(copy)
        .env("GOFLAGS", "")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", copy.join("go.work"))
        .output()
        .expect("go runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { String::new() } else { errors }
}
