//! The resolver against Go's own type checker.
//!
//! `tests/go/types` prints what `go/types` says of every identifier and expression of some packages; what
//! [`BodyCx::type_of`] and [`BodyCx::entity`] say of the same places must be the same or unknown. Without a `go` command
//! the test is skipped, with `GOLINT_CONC_REQUIRE_TOOLS=1` it fails then. `GOLINT_CONC_TYPES="fmt net/http …"`
//! names other packages, by import path or absolute folder (of a module, when run in it), and `GOLINT_CONC_TYPES=std` all of the standard library.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test runs a tool"
)]

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;

use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{
    BodyCx, Entity, Foreign, Importer, Package, PackageFile, Type, TypeId, Types, Unknown,
};
use golint_conc_syntax::ast::{ChanDir, Expr, ExprId};
use golint_conc_syntax::{STACK_SIZE, SourceFile, Symbol};

/// What the test looks at when nothing else is asked for: the packages that concurrent code leans on, some of the
/// largest, and some that no table of ours describes.
const PACKAGES: &[&str] = &[
    "bufio",
    "bytes",
    "cmp",
    "context",
    "database/sql",
    "encoding/json",
    "errors",
    "go/parser",
    "html/template",
    "internal/sync",
    "internal/poll",
    "internal/singleflight",
    "io",
    "iter",
    "maps",
    "net",
    "net/http",
    "net/http/httptest",
    "net/http/httputil",
    "net/rpc",
    "os",
    "os/exec",
    "os/signal",
    "reflect",
    "slices",
    "sort",
    "sync",
    "sync/atomic",
    "testing",
    "text/template",
    "time",
];

/// The least share of places with a type that we must know, in per cent.
const MIN_KNOWN_TYPES: f64 = 96.0;

/// The least share of identifiers of which we must know what they denote, in per cent.
const MIN_KNOWN_ENTITIES: f64 = 98.0;

/// How many wrong answers are printed.
const MAX_SHOWN: usize = 100;

#[test]
fn no_answer_differs_from_the_type_checkers() {
    let asked = std::env::var("GOLINT_CONC_TYPES").unwrap_or_default();
    let worker = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(move || compare(&asked));
    worker.expect("a thread").join().expect("no panic");
}

fn compare(asked: &str) {
    let Some(facts) = go_types(asked) else { return };
    let mut shares = Shares::default();
    for package in facts.split("package ").skip(1) {
        let mut files = package.split("\nfile ");
        let mut head = files.next().unwrap_or_default().lines();
        let path = head.next().unwrap_or_default().trim();
        let imports = head.filter_map(|line| {
            let mut words = line.strip_prefix("import ")?.split(' ');
            Some((Symbol::new(words.next()?), words.map(ToString::to_string).collect()))
        });
        let importer = Files(imports.collect());
        let files: Vec<_> = files.map(|file| file.split_once('\n').unwrap_or((file, ""))).collect();
        check_package(path, &files, importer, &mut shares);
    }
    println!("{}", shares.report());
    assert!(shares.wrong.is_empty(), "{} wrong answers", shares.wrong.len());
    if asked.is_empty() {
        assert!(MIN_KNOWN_TYPES <= shares.types.known(), "too few types are known");
        assert!(MIN_KNOWN_ENTITIES <= shares.entities.known(), "too few entities are known");
    }
}

/// The output of the Go program.
fn go_types(asked: &str) -> Option<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/types");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go_types");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(".").current_dir(source);
    match build.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off").output() {
        Err(error) => {
            let is_needed = std::env::var("GOLINT_CONC_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
            assert!(!is_needed, "go does not run: {error}");
            eprintln!("skipped: go does not run: {error}");
            return None;
        }
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
    }
    let mut paths: Vec<String> = match asked {
        "" => PACKAGES.iter().map(ToString::to_string).collect(),
        "std" => {
            let list = Command::new("go").args(["list", "std"]).output().expect("go runs");
            String::from_utf8_lossy(&list.stdout).lines().map(ToString::to_string).collect()
        }
        some => some.split_whitespace().map(ToString::to_string).collect(),
    };
    if asked.is_empty() {
        paths.extend(test_packages());
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/module");
        paths.extend(
            ["app", "store", "go-names"].map(|name| module.join(name).to_string_lossy().into_owned()),
        );
    }
    let output = Command::new(program).args(paths).output().expect("the program was built");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folders of the rules' cases, absolute; those that import each other are left out.
fn test_packages() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").canonicalize();
    let entries = |dir: &Path| std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let rules = entries(&root.expect("it is there")).filter(|rule| rule.file_name() != "showcase");
    let cases = rules.flat_map(|rule| entries(&rule.path()).collect::<Vec<_>>());
    let mut folders: Vec<_> = cases.map(|case| case.path().to_string_lossy().into_owned()).collect();
    folders.sort();
    folders
}

/// What Go says of one expression.
#[derive(Default)]
struct Fact<'t> {
    ty: Option<&'t str>,
    entity: Option<&'t str>,
}

/// The files of packages by import path, as Go names them.
#[derive(Debug)]
struct Files(HashMap<Symbol, Vec<String>>);

impl Importer for Files {
    fn import(&self, path: Symbol) -> Option<Arc<Foreign>> {
        let files = self.0.get(&path)?.iter();
        let read = |file| SourceFile::new(std::fs::read(file).expect("go read it"));
        let read = files.map(|file| SourceFile::new(read(file).without_bodies())).collect();
        Some(Arc::new(Foreign::new(path, read)))
    }

    fn load(&self, _: Symbol) -> Option<Rc<Package>> {
        None
    }

    fn find_text(&self, _: &mut dyn FnMut(Symbol, &[u8]) -> bool) -> bool {
        false
    }

    fn may_find_text(&self, _: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        true
    }
}

fn check_package(path: &str, files: &[(&str, &str)], importer: Files, shares: &mut Shares) {
    let sources = files.iter().map(|(name, _)| {
        let source = SourceFile::new(std::fs::read(name).expect("go read it"));
        PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true }
    });
    let sources: Vec<_> = sources.collect();
    let Some((name, _)) = sources.first().and_then(|file| file.source.outline().package) else { return };
    let path = path.strip_prefix("vendor/").unwrap_or(path);
    let package = Package::with_importer(Symbol::new(path), name, sources, Some(Rc::new(importer)));
    let facts: Vec<_> = files.iter().map(|(_, text)| read_facts(text)).collect();
    for (id, decl) in package.bodies() {
        let body = package.body(id);
        let (file_name, _) = files[decl.file];
        for expr in (0..body.ast.expr_count() as u32).map(ExprId::new) {
            let span = body.ast.expr_span(expr);
            let Some(fact) = facts[decl.file].get(&(span.start, span.end)) else { continue };
            let place =
                || format!("{file_name}:{}: {}", line_of(body, span.start), one_line(body.text(expr)));
            // What `unsafe` and the universe call functions are built in and have no type of their own.
            let is_builtin =
                |theirs: &str| theirs == "invalid type" || body.text(expr).starts_with("unsafe.");
            if let Some(theirs) = fact.ty.filter(|theirs| !is_builtin(theirs)) {
                shares.check_type(body, expr, theirs, place);
            }
            if let (Some(theirs), Expr::Ident(_)) = (fact.entity, body.ast.expr(expr)) {
                shares.check_entity(body, expr, theirs, place);
            }
        }
    }
}

fn line_of(body: BodyCx<'_>, offset: u32) -> u32 {
    body.pkg.files[body.file].source.lines().line(offset) + 1
}

fn one_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.char_indices().nth(60).map_or(line, |(at, _)| &line[..at])
}

fn read_facts(text: &str) -> HashMap<(u32, u32), Fact<'_>> {
    let mut facts: HashMap<_, Fact<'_>> = HashMap::new();
    for line in text.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(start), Some(end), Some(kind), Some(what)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (Ok(start), Ok(end)) = (start.parse(), end.parse()) else { continue };
        let fact = facts.entry((start, end)).or_default();
        match kind {
            "t" => fact.ty = Some(what),
            _ => fact.entity = Some(what),
        }
    }
    facts
}

#[derive(Default)]
struct Share {
    same: usize,
    unknown: BTreeMap<&'static str, usize>,
    wrong: usize,
}

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "a share of some hundred thousands")]
    fn known(&self) -> f64 {
        let unknown: usize = self.unknown.values().sum();
        let all = self.same + self.wrong + unknown;
        100.0 * (self.same + self.wrong) as f64 / all.max(1) as f64
    }
}

#[derive(Default)]
struct Shares {
    types: Share,
    entities: Share,
    wrong: Vec<String>,
    unknown: BTreeMap<String, usize>,
}

impl Shares {
    fn check_type(&mut self, body: BodyCx<'_>, expr: ExprId, theirs: &str, place: impl Fn() -> String) {
        let ours = body.type_of(expr);
        if let Some(reason) = unknown_in(&body.pkg.types, ours) {
            *self.types.unknown.entry(reason.as_str()).or_default() += 1;
            let kind = format!("{} {}", reason.as_str(), shape(body.ast.expr(expr)));
            *self.unknown.entry(kind).or_default() += 1;
            if std::env::var("GOLINT_CONC_UNKNOWN").is_ok_and(|wanted| wanted == reason.as_str()) {
                println!("UNKNOWN {} {theirs}", place());
            }
            return;
        }
        let written = display(&body.pkg.types, ours);
        if is_same_type(body, expr, &written, theirs) {
            self.types.same += 1;
        } else if is_named_elsewhere(body.pkg, ours) {
            // The name may be an alias there.
            *self.types.unknown.entry(Unknown::OtherPackage.as_str()).or_default() += 1;
        } else {
            self.types.wrong += 1;
            self.wrong.push(format!("{}\n    type {written}, not {theirs}", place()));
        }
    }

    fn check_entity(&mut self, body: BodyCx<'_>, expr: ExprId, theirs: &str, place: impl Fn() -> String) {
        let ours = match body.entity(expr) {
            Entity::Unknown => {
                *self.entities.unknown.entry("unknown").or_default() += 1;
                if std::env::var("GOLINT_CONC_UNKNOWN").is_ok_and(|wanted| wanted == "entity") {
                    println!("UNKNOWN {} {theirs}", place());
                }
                return;
            }
            Entity::Local(id) => {
                format!("local {}", body.ast.expr_span(body.local_info(id).ident).start)
            }
            Entity::Object(id) => format!("object {} {}", body.pkg.path, body.pkg.object(id).name),
            Entity::Import(path) => format!("import {path}"),
            Entity::External(pkg, name) => format!("object {pkg} {name}"),
            Entity::Builtin(name) => format!("builtin {name}"),
            Entity::Universe(name) => format!("universe {name}"),
            Entity::Member(_) => {
                let name = body.member_of(expr).map(|member| member.name.to_string());
                format!("member {}", name.unwrap_or_default())
            }
        };
        let theirs = without_vendor(theirs);
        let is_unsafe =
            theirs.strip_prefix("builtin ").is_some_and(|name| ours == format!("object unsafe {name}"));
        // The name of an embedded field is also the name of its type.
        let is_embedded =
            theirs.starts_with("member ") && (ours.starts_with("object ") || ours.starts_with("universe "));
        if ours == theirs || is_unsafe || is_embedded {
            self.entities.same += 1;
        } else {
            self.entities.wrong += 1;
            self.wrong.push(format!("{}\n    denotes {ours}, not {theirs}", place()));
        }
    }

    fn report(&self) -> String {
        let mut text = String::new();
        for (what, share) in [("types", &self.types), ("entities", &self.entities)] {
            let _ = writeln!(
                text,
                "{what}: {} same, {} wrong, {:.2} % known; unknown: {:?}",
                share.same,
                share.wrong,
                share.known(),
                share.unknown
            );
        }
        let mut unknown: Vec<_> = self.unknown.iter().collect();
        unknown.sort_by_key(|&(_, count)| std::cmp::Reverse(*count));
        for (kind, count) in unknown.into_iter().take(24) {
            let _ = writeln!(text, "    {count:6} {kind}");
        }
        for wrong in self.wrong.iter().take(MAX_SHOWN) {
            let _ = writeln!(text, "{wrong}");
        }
        text
    }
}

fn shape(expr: Expr) -> &'static str {
    match expr {
        Expr::Ident(_) => "identifier",
        Expr::Selector { .. } => "selector",
        Expr::Call { .. } => "call",
        Expr::Index { .. } => "index",
        Expr::Star(_) => "star",
        Expr::Unary { .. } => "unary",
        Expr::Binary { .. } => "binary",
        Expr::Composite { .. } => "literal",
        Expr::Slice { .. } => "slice",
        Expr::TypeAssert { .. } => "assertion",
        Expr::Func { .. } => "function",
        _ => "other",
    }
}

/// Why a type is unknown, in whole or in part.
fn unknown_in(types: &Types, ty: TypeId) -> Option<Unknown> {
    let any = |ids: &[TypeId]| ids.iter().find_map(|&id| unknown_in(types, id));
    match types.get(ty) {
        Type::Unknown(reason) => Some(reason),
        Type::Pointer(elem) | Type::Slice(elem) | Type::Array(elem) | Type::Chan(_, elem) => {
            unknown_in(types, elem)
        }
        Type::Map(key, value) => any(&[key, value]),
        Type::Tuple(items) => any(&items),
        Type::Named { args, .. } => any(&args),
        Type::Func(sig) => any(&sig.params).or_else(|| any(&sig.results)),
        _ => None,
    }
}

/// Whether a type has a name that a package declares of which nothing is at hand.
fn is_named_elsewhere(pkg: &Package, ty: TypeId) -> bool {
    let any = |ids: &[TypeId]| ids.iter().any(|&id| is_named_elsewhere(pkg, id));
    match pkg.types.get(ty) {
        Type::Named { args, .. } => pkg.types.is_unknown(pkg.underlying(ty)) || any(&args),
        Type::Pointer(elem) | Type::Slice(elem) | Type::Array(elem) | Type::Chan(_, elem) => any(&[elem]),
        Type::Map(key, value) => any(&[key, value]),
        Type::Tuple(items) => any(&items),
        Type::Func(sig) => any(&sig.params) || any(&sig.results),
        _ => false,
    }
}

/// A type in the words of the Go program.
fn display(types: &Types, ty: TypeId) -> String {
    let list = |ids: &[TypeId]| ids.iter().map(|&id| display(types, id)).collect::<Vec<_>>().join(",");
    match types.get(ty) {
        Type::Unknown(_) => "?".into(),
        Type::Basic(name) => name.to_string(),
        Type::Untyped(name) => format!("untyped {name}"),
        Type::Nil => "untyped nil".into(),
        Type::TypeParam(name) => format!("${name}"),
        Type::Named { pkg, name, args } => {
            let name = name.as_str().split('·').next().unwrap_or_default();
            let dot = if pkg.as_str().is_empty() { "" } else { "." };
            let args = if args.is_empty() { String::new() } else { format!("[{}]", list(&args)) };
            format!("{pkg}{dot}{name}{args}")
        }
        Type::Pointer(elem) => format!("*{}", display(types, elem)),
        Type::Slice(elem) => format!("[]{}", display(types, elem)),
        Type::Array(elem) => format!("[N]{}", display(types, elem)),
        Type::Map(key, value) => format!("map[{}]{}", display(types, key), display(types, value)),
        Type::Chan(dir, elem) => {
            let word = match dir {
                ChanDir::Both => "chan",
                ChanDir::Send => "chan<-",
                ChanDir::Recv => "<-chan",
            };
            format!("{word}({})", display(types, elem))
        }
        Type::Func(sig) => {
            let dots = if sig.is_variadic { "..." } else { "" };
            format!("func({}){dots}({})", list(&sig.params), list(&sig.results))
        }
        Type::Struct(_) => "struct".into(),
        Type::Interface { .. } => "interface".into(),
        Type::Tuple(items) => format!("({})", list(&items)),
    }
}

fn is_same_type(body: BodyCx<'_>, expr: ExprId, ours: &str, theirs: &str) -> bool {
    let mut theirs = without_vendor(theirs);
    // The table of the standard library calls type parameters P0, P1 and so on.
    let is_numbered =
        |part: &str| part.starts_with('P') && part[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut ours = ours.to_owned();
    if ours.split('$').skip(1).any(is_numbered) {
        (ours, theirs) = (anonymous(&ours), anonymous(&theirs));
    }
    let ours = ours.as_str();
    if ours == theirs {
        return true;
    }
    // Go gives a constant, and `nil`, the type that its surroundings want.
    if let Some(kind) = ours.strip_prefix("untyped ") {
        let is_plain =
            !["*", "[", "map[", "chan", "<-chan", "func("].iter().any(|start| theirs.starts_with(start));
        return kind == "nil" || is_plain;
    }
    // The forms with a second result have the type of both in Go.
    let is_call = matches!(body.ast.expr(body.ast.unparen(expr)), Expr::Call { .. });
    let first = theirs
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(",bool)").or_else(|| rest.strip_suffix(",untyped bool)")));
    !is_call && first == Some(ours)
}

/// A type with its type parameters unnamed.
fn anonymous(ty: &str) -> String {
    let mut parts = ty.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('$');
        text.push_str(part.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
    }
    text
}

/// The text with import paths as the sources write them.
fn without_vendor(text: &str) -> String {
    text.replace("cmd/vendor/", "").replace("vendor/golang.org", "golang.org")
}
