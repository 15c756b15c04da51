//! What a change of the analyzer changes on real repositories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// What to compare, and on what.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The binary from before the change
    #[arg(long, value_name = "BINARY")]
    base: PathBuf,
    /// The binary with the change
    #[arg(long, value_name = "BINARY")]
    head: PathBuf,
    /// The rules to run, as the analyzer's `--select` takes them, if not those that are on by default
    #[arg(long, value_name = "GLOB")]
    select: Option<String>,
    /// Checkouts of Go repositories
    #[arg(required = true, value_name = "CHECKOUT")]
    checkouts: Vec<PathBuf>,
}

/// What makes two findings the same: rule, path and message. Lines don't, for code above may have moved.
type Key = (String, String, String);

/// Findings with the lines where they are, sorted.
type Findings = BTreeMap<Key, Vec<u64>>;

/// The findings that one binary has more of than the other, by checkout and rule.
#[derive(Default)]
struct Difference {
    added: Vec<String>,
    removed: Vec<String>,
}

/// Prints a table of counts, then every finding that came or went.
pub(crate) fn run(args: &Args) -> Result<()> {
    let (base, head) = (absolute(&args.base)?, absolute(&args.head)?);
    let mut differences: BTreeMap<(String, String), Difference> = BTreeMap::new();
    for checkout in &args.checkouts {
        let name =
            checkout.file_name().map_or_else(|| ".".into(), |name| name.to_string_lossy().into_owned());
        compare(
            &name,
            &findings(&base, args, checkout)?,
            &findings(&head, args, checkout)?,
            &mut differences,
        );
    }
    print!("{}", render(&differences));
    Ok(())
}

fn absolute(binary: &Path) -> Result<PathBuf> {
    std::fs::canonicalize(binary).with_context(|| format!("no binary at {}", binary.display()))
}

/// What `binary` reports on everything below `checkout`.
fn findings(binary: &Path, args: &Args, checkout: &Path) -> Result<Findings> {
    let run = Command::new(binary)
        .args(["--format", "sarif", "./..."])
        .args(args.select.iter().flat_map(|globs| ["--select", globs]))
        .current_dir(checkout)
        .output()
        .with_context(|| format!("can't run {} in {}", binary.display(), checkout.display()))?;
    if !matches!(run.status.code(), Some(0 | 1)) {
        bail!("{}: {}", checkout.display(), String::from_utf8_lossy(&run.stderr).trim());
    }
    let log: Value = serde_json::from_slice(&run.stdout).context("the output is not SARIF")?;
    Ok(read(&log))
}

fn read(log: &Value) -> Findings {
    let results = log.pointer("/runs/0/results").and_then(Value::as_array);
    let mut findings = Findings::new();
    for result in results.into_iter().flatten() {
        let text = |pointer| result.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let key = (
            text("/ruleId"),
            text("/locations/0/physicalLocation/artifactLocation/uri"),
            text("/message/text"),
        );
        let line = result.pointer("/locations/0/physicalLocation/region/startLine").and_then(Value::as_u64);
        findings.entry(key).or_default().push(line.unwrap_or_default());
    }
    for lines in findings.values_mut() {
        lines.sort_unstable();
    }
    findings
}

fn compare(
    checkout: &str,
    base: &Findings,
    head: &Findings,
    differences: &mut BTreeMap<(String, String), Difference>,
) {
    let mut note = |key: &Key, lines: &[u64], other: &Findings, is_added: bool| {
        // Of several equal findings in a file the last ones are taken as the new ones.
        let known = other.get(key).map_or(0, Vec::len);
        for line in lines.iter().skip(known) {
            let (rule, path, message) = key;
            let entry = differences.entry((checkout.to_owned(), rule.clone())).or_default();
            let list = if is_added { &mut entry.added } else { &mut entry.removed };
            list.push(format!("{path}:{line}: {message}"));
        }
    };
    for (key, lines) in head {
        note(key, lines, base, true);
    }
    for (key, lines) in base {
        note(key, lines, head, false);
    }
}

fn render(differences: &BTreeMap<(String, String), Difference>) -> String {
    if differences.is_empty() {
        return "No finding came or went.\n".to_owned();
    }
    let mut table = vec!["| checkout | rule | added | removed |\n|---|---|--:|--:|".to_owned()];
    let mut list = Vec::new();
    for ((checkout, rule), Difference { added, removed }) in differences {
        table.push(format!("| {checkout} | {rule} | {} | {} |", added.len(), removed.len()));
        list.push(format!("\n### {checkout}: {rule}\n"));
        list.extend(added.iter().map(|finding| format!("- added: {finding}")));
        list.extend(removed.iter().map(|finding| format!("- removed: {finding}")));
    }
    table.append(&mut list);
    table.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: &str, path: &str, line: u64) -> Value {
        serde_json::json!({
            "ruleId": rule,
            "message": { "text": "lost" },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": path },
                "region": { "startLine": line },
            }}],
        })
    }

    fn log(results: &[Value]) -> Findings {
        read(&serde_json::json!({ "runs": [{ "results": results }] }))
    }

    #[test]
    fn moved_findings_are_the_same_and_others_are_listed() {
        let base = log(&[found("chan-nil-op", "a.go", 3), found("mutex-copy", "b.go", 8)]);
        let head = log(&[found("chan-nil-op", "a.go", 5), found("chan-nil-op", "a.go", 9)]);
        let mut differences = BTreeMap::new();
        compare("etcd", &base, &head, &mut differences);
        let text = render(&differences);
        assert!(text.contains("| etcd | chan-nil-op | 1 | 0 |"), "{text}");
        assert!(text.contains("- added: a.go:9: lost"), "{text}");
        assert!(text.contains("| etcd | mutex-copy | 0 | 1 |"), "{text}");
        assert!(text.contains("- removed: b.go:8: lost"), "{text}");
    }

    #[test]
    fn equal_outputs_differ_in_nothing() {
        let findings = log(&[found("chan-nil-op", "a.go", 3)]);
        let mut differences = BTreeMap::new();
        compare("etcd", &findings, &findings, &mut differences);
        assert_eq!(render(&differences), "No finding came or went.\n");
    }
}
