//! The README's first run: what the rules say of the small service in `testdata/showcase`.

use std::path::Path;

use assert_cmd::Command;

/// File, line and rule of everything that is to be found there, in the order of the output.
const FINDINGS: [(&str, u64, &str); 5] = [
    ("orders/handler.go", 51, "goroutine-without-context"),
    ("pricing/client.go", 28, "http-client-no-timeout"),
    ("pricing/client.go", 53, "http-body-not-closed"),
    ("pricing/client.go", 86, "race-map-write"),
    ("worker/pool.go", 42, "chan-send-no-receiver"),
];

#[test]
fn the_showcase_has_its_five_incidents_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = Command::cargo_bin("golint-conc")
        .expect("built for the test")
        .current_dir(root)
        .args(["--format", "json", "testdata/showcase/..."])
        .output()
        .expect("runs");
    assert_eq!(run.stderr.escape_ascii().to_string(), "");
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let found: Vec<_> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            let path = finding["path"].as_str().unwrap_or_default();
            let line = finding["range"]["start"]["line"].as_u64().unwrap_or_default();
            let rule = finding["rule"].as_str().unwrap_or_default();
            (path.trim_start_matches("testdata/showcase/"), line, rule)
        })
        .collect();
    assert_eq!(found, FINDINGS);
    assert_eq!(run.status.code(), Some(1));
}
