//! Laws about the crates.

use anyhow::{Context, Result};
use toml::Table;

use super::Findings;
use crate::workspace::{Workspace, has_extension};

/// The crates from the bottom up: each may depend on those before it and on no other.
const LAYERS: [&str; 6] = [
    "golint-conc-syntax",
    "golint-conc-semantic",
    "golint-conc-flow",
    "golint-conc-concurrency",
    "golint-conc-rules",
    "golint-conc",
];
/// Beside the layers: the benches may use all of them.
const BENCH: &str = "golint-conc-bench";
/// The layer whose types come from the grammar, and below which nobody sees them.
const PARSERS: [&str; 2] = [LAYERS[0], BENCH];
/// The only door to the world, and its benches.
const DOORS: [&str; 2] = [LAYERS[5], BENCH];
/// Libraries that touch the world.
const WORLDLY: [&str; 4] = ["anyhow", "clap", "rayon", "walkdir"];
/// What a library never does: print, or leave for later.
const MACROS: [&str; 7] = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "todo!", "unimplemented!"];

pub(super) fn check(workspace: &Workspace, files: &[String], found: &mut Findings) -> Result<()> {
    for name in files.iter().filter(|name| name.starts_with("crates/") && name.ends_with("/Cargo.toml")) {
        let manifest: Table = workspace.read(name)?.parse().with_context(|| format!("{name} is not TOML"))?;
        edges(name, &manifest, found);
    }
    edges("xtask/Cargo.toml", &workspace.read("xtask/Cargo.toml")?.parse()?, found);
    let architecture = workspace.read("ARCHITECTURE.md").unwrap_or_default();
    for name in files.iter().filter(|name| name.starts_with("crates/") && has_extension(name, "rs")) {
        let Some((layer, path)) = name.trim_start_matches("crates/").split_once('/') else { continue };
        let text = workspace.read(name)?;
        if path == "src/lib.rs" {
            let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
            found.demand(head.contains("Invariant: "), format!("{name}: the crate states no invariant"));
            found.demand(architecture.contains(layer), format!("ARCHITECTURE.md: does not tell of {layer}"));
        }
        if path.starts_with("src/") {
            source(name, layer, &text, found);
        }
    }
    Ok(())
}

fn edges(name: &str, manifest: &Table, found: &mut Findings) {
    let package =
        manifest.get("package").and_then(|package| package.get("name")?.as_str()).unwrap_or_default();
    let below = match LAYERS.iter().position(|layer| *layer == package) {
        Some(layer) => &LAYERS[..layer],
        None if package == BENCH => &LAYERS[..],
        // A stale list of rules, which does not compile, must not block the command that writes it.
        None if package == "xtask" => &LAYERS[..1],
        None => {
            found.complain(format!("{name}: `{package}` is no crate of the design"));
            &[]
        }
    };
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for dependency in manifest.get(kind).and_then(toml::Value::as_table).into_iter().flat_map(Table::keys)
        {
            let is_ours = dependency.starts_with("golint-conc");
            found.demand(
                !is_ours || below.contains(&dependency.as_str()),
                format!("{name}: `{package}` may not depend on `{dependency}`, which is not below it"),
            );
            let is_grammar = dependency.starts_with("tree-sitter");
            found.demand(
                !is_grammar || PARSERS.contains(&package),
                format!("{name}: only {} knows the grammar, not `{package}`", LAYERS[0]),
            );
            let is_worldly = kind == "dependencies" && WORLDLY.contains(&dependency.as_str());
            found.demand(
                !is_worldly || DOORS.contains(&package) || package == "xtask",
                format!("{name}: `{dependency}` touches the world, which only the driver does"),
            );
        }
    }
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
    found.demand(lints == Some(true), format!("{name}: does not take the workspace's lints"));
}

fn source(name: &str, layer: &str, text: &str, found: &mut Findings) {
    let parser_types = imported_parser_types(text);
    for (index, line) in text.lines().enumerate() {
        let at = format!("{name}:{}", index + 1);
        let code = line.split("//").next().unwrap_or_default();
        if !PARSERS.contains(&layer) {
            found.demand(
                !code.contains("tree_sitter"),
                format!("{at}: a tree-sitter name above {}", LAYERS[0]),
            );
        } else if layer != BENCH && code.trim_start().starts_with("pub ") {
            let shows_one = code.contains("tree_sitter") || parser_types.iter().any(|ty| has_word(code, ty));
            found.demand(!shows_one, format!("{at}: a public item shows a tree-sitter type"));
        }
        for name in MACROS.iter().filter(|name| has_word(code, name)) {
            let may_print = DOORS.contains(&layer) && name.contains("print");
            found.demand(may_print, format!("{at}: `{name}` in a library"));
        }
        let is_ignored = code.trim() == "#[ignore]" || code.trim_start().starts_with("#[ignore =");
        found.demand(!is_ignored, format!("{at}: an ignored test; assert what is wrong today and say FIXME"));
    }
}

/// The names that `use tree_sitter::…` brings into a file.
fn imported_parser_types(text: &str) -> Vec<&str> {
    let uses = text.split("use tree_sitter::").skip(1).filter_map(|rest| rest.split(';').next());
    let names = uses.flat_map(|names| names.split(|c: char| !c.is_alphanumeric() && c != '_'));
    names.filter(|name| !name.is_empty()).collect()
}

/// Whether `word` stands in `code` and is not a part of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].ends_with(is_part)
            && (word.ends_with('!') || !code[at + word.len()..].starts_with(is_part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(run: impl Fn(&mut Findings)) -> Vec<String> {
        let mut found = Findings::default();
        run(&mut found);
        found.complaints
    }

    fn manifest(package: &str, dependency: &str) -> Table {
        format!("package.name = {package:?}\nlints.workspace = true\ndependencies.{dependency:?} = \"1\"")
            .parse()
            .expect("TOML")
    }

    #[test]
    fn dependencies_run_downwards() {
        let of = |package, dependency| complaints(|found| edges("m", &manifest(package, dependency), found));
        assert!(of("golint-conc-rules", "golint-conc-syntax").is_empty());
        assert!(of("golint-conc-bench", "golint-conc").is_empty());
        assert_eq!(of("golint-conc-flow", "golint-conc-rules").len(), 1);
        assert_eq!(of("golint-conc-flow", "golint-conc-concurrency").len(), 1);
        assert_eq!(of("xtask", "golint-conc-rules").len(), 1);
        assert_eq!(of("golint-conc-semantic", "tree-sitter-go").len(), 1);
        assert_eq!(of("golint-conc-semantic", "walkdir").len(), 1);
        assert_eq!(of("golint-conc-extra", "serde").len(), 1);
    }

    #[test]
    fn sources_keep_to_their_layer() {
        let of = |layer, text| complaints(|found| source("f.rs", layer, text, found));
        assert_eq!(of("golint-conc-flow", "use tree_sitter::Node;").len(), 1);
        assert!(of("golint-conc-syntax", "use tree_sitter::Node;\nfn f(n: Node) {}").is_empty());
        assert_eq!(of("golint-conc-syntax", "use tree_sitter::{Node, Tree};\npub fn f(n: Node) {}").len(), 1);
        assert!(of("golint-conc-syntax", "use tree_sitter::Node;\npub fn f(n: NodeRef) {}").is_empty());
        assert_eq!(of("golint-conc-flow", "    println!(\"x\");").len(), 1);
        assert!(of("golint-conc", "    println!(\"x\");").is_empty());
        assert_eq!(of("golint-conc", "    todo!()").len(), 1);
        assert!(of("golint-conc-flow", "    // `println!` is what the driver does").is_empty());
    }
}
