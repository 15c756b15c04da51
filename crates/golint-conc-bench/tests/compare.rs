//! The comparison runs.

use assert_cmd::Command;

#[test]
fn both_are_timed() {
    let run = Command::new(env!("CARGO_BIN_EXE_golint-conc-bench"))
        .args(["compare", "--runs", "1", "--threads", "2"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/showcase"))
        .assert()
        .success();
    let printed = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(printed.contains(" files (") && printed.contains("2 threads, 1 runs"), "{printed}");
    for title in [
        "golint-conc ",
        "plain parse ",
        "ratio ",
        "  read, outline ",
        "  parse ",
        "  model, rules ",
        "  output ",
    ] {
        assert!(printed.lines().any(|line| line.starts_with(title)), "{title} not in\n{printed}");
    }
}
