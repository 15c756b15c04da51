//! Locks on paths against a slow simple interpreter: random programs, every path of a few turns of each loop.
//!
//! A program is a tree from which both Go text and, without that text, the paths are made. No two conditions depend on each
//! other. What is reported must happen on some path behind the lock; what happens on a path that is right up to there
//! must be reported.

#![expect(clippy::expect_used, reason = "a test")]

use std::collections::BTreeSet;

use golint_conc_concurrency::Model;
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{Package, PackageFile};
use golint_conc_syntax::{SourceFile, Symbol};
use proptest::collection::vec;
use proptest::prelude::*;

/// How often a loop turns at most.
const TURNS: usize = 3;

/// How many paths are looked at; a program with more is left out.
const MAX_PATHS: usize = 20_000;

#[derive(Clone, Debug)]
enum Stmt {
    Lock,
    Unlock,
    DeferUnlock,
    If(Vec<Stmt>, Vec<Stmt>),
    For(Vec<Stmt>),
    Return,
    Break,
    Continue,
}

fn program() -> impl Strategy<Value = Vec<Stmt>> {
    let leaf = prop_oneof![
        4 => Just(Stmt::Lock),
        4 => Just(Stmt::Unlock),
        1 => Just(Stmt::DeferUnlock),
        1 => Just(Stmt::Return),
        1 => Just(Stmt::Break),
        1 => Just(Stmt::Continue),
    ];
    let stmt = leaf.prop_recursive(3, 12, 3, |inner| {
        let list = vec(inner, 0..4);
        prop_oneof![
            2 => (list.clone(), list.clone()).prop_map(|(then, els)| Stmt::If(then, els)),
            1 => list.prop_map(Stmt::For),
        ]
    });
    vec(stmt, 1..5)
}

/// One thing that happens on a path; a lock is known by its line.
#[derive(Clone, Copy, Debug)]
enum Event {
    Lock(usize),
    Unlock,
    DeferUnlock,
}

/// How a list of statements ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Goes,
    Breaks,
    Continues,
    Returns,
}

type Paths = Vec<(Vec<Event>, End)>;

/// Writes a program and finds its paths.
struct Program {
    text: String,
    line: usize,
}

impl Program {
    fn put(&mut self, text: &str) -> usize {
        self.line += 1;
        self.text.push_str(text);
        self.text.push('\n');
        self.line
    }

    /// The paths through statements; none where they are too many.
    fn list(&mut self, stmts: &[Stmt], in_loop: bool) -> Option<Paths> {
        let mut paths: Paths = vec![(Vec::new(), End::Goes)];
        for stmt in stmts {
            let next = self.stmt(stmt, in_loop)?;
            paths = then(paths, &next)?;
        }
        Some(paths)
    }

    fn stmt(&mut self, stmt: &Stmt, in_loop: bool) -> Option<Paths> {
        let goes = |event| Some(vec![(vec![event], End::Goes)]);
        let maybe = |end| Some(vec![(Vec::new(), End::Goes), (Vec::new(), end)]);
        match stmt {
            Stmt::Lock => goes(Event::Lock(self.put("s.mu.Lock()"))),
            Stmt::Unlock => {
                self.put("s.mu.Unlock()");
                goes(Event::Unlock)
            }
            Stmt::DeferUnlock => {
                self.put("defer s.mu.Unlock()");
                goes(Event::DeferUnlock)
            }
            Stmt::Return => {
                self.put("if s.c() { return }");
                maybe(End::Returns)
            }
            Stmt::Break if in_loop => {
                self.put("if s.c() { break }");
                maybe(End::Breaks)
            }
            Stmt::Continue if in_loop => {
                self.put("if s.c() { continue }");
                maybe(End::Continues)
            }
            Stmt::Break | Stmt::Continue => Some(vec![(Vec::new(), End::Goes)]),
            Stmt::If(yes, no) => {
                self.put("if s.c() {");
                let mut paths = self.list(yes, in_loop)?;
                self.put("} else {");
                paths.extend(self.list(no, in_loop)?);
                self.put("}");
                Some(paths)
            }
            Stmt::For(body) => {
                self.put("for s.c() {");
                let turn = self.list(body, true)?;
                self.put("}");
                let mut done: Paths = vec![(Vec::new(), End::Goes)];
                let mut open = done.clone();
                for _ in 0..TURNS {
                    let turned = then(open, &turn)?;
                    open = Vec::new();
                    for (events, end) in turned {
                        match end {
                            End::Returns => done.push((events, end)),
                            End::Breaks => done.push((events, End::Goes)),
                            End::Goes | End::Continues => open.push((events, End::Goes)),
                        }
                    }
                    done.extend(open.iter().cloned());
                }
                (done.len() <= MAX_PATHS).then_some(done)
            }
        }
    }
}

fn then(paths: Paths, next: &Paths) -> Option<Paths> {
    let mut all = Vec::new();
    for (events, end) in paths {
        if end != End::Goes {
            all.push((events, end));
            continue;
        }
        for (more, end) in next {
            all.push((events.iter().chain(more).copied().collect(), *end));
        }
        if MAX_PATHS < all.len() {
            return None;
        }
    }
    Some(all)
}

/// Lines of locks that stay locked, and of locks that are taken again.
#[derive(Debug, Default)]
struct Faults {
    leaks: BTreeSet<usize>,
    doubles: BTreeSet<usize>,
}

/// What happens behind each lock, whatever was before it.
fn behind_each(paths: &Paths) -> Faults {
    let mut faults = Faults::default();
    for (events, _) in paths {
        let has_defer = events.iter().any(|event| matches!(event, Event::DeferUnlock));
        for (at, event) in events.iter().enumerate() {
            let Event::Lock(line) = *event else { continue };
            match events[at + 1..].iter().find(|event| !matches!(event, Event::DeferUnlock)) {
                Some(Event::Lock(_)) => {
                    faults.doubles.insert(line);
                }
                None if !has_defer => {
                    faults.leaks.insert(line);
                }
                _ => {}
            }
        }
    }
    faults
}

/// What happens on paths on which everything was right up to there.
fn on_right_paths(paths: &Paths) -> Faults {
    let mut faults = Faults::default();
    'paths: for (events, _) in paths {
        let (mut held, mut defers) = (None, 0);
        for event in events {
            match (*event, held) {
                (Event::Lock(line), None) => held = Some(line),
                (Event::Lock(_), Some(first)) => {
                    faults.doubles.insert(first);
                    continue 'paths;
                }
                (Event::Unlock, None) => continue 'paths,
                (Event::Unlock, Some(_)) => held = None,
                (Event::DeferUnlock, _) => defers += 1,
            }
        }
        if let (Some(line), 0) = (held, defers) {
            faults.leaks.insert(line);
        }
    }
    faults
}

fn found(text: &str) -> Faults {
    let file = PackageFile {
        source: SourceFile::new(text.as_bytes().to_vec()),
        lang: LangVersion::NEWEST,
        is_test: false,
        is_reported: true,
    };
    let package = Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]);
    let model = Model::new(&package);
    let (body, _) = package.bodies().find(|(_, decl)| decl.name == "f").expect("the function is there");
    let cx = package.body(body);
    let line = |call| text[..cx.ast.expr_span(call).start as usize].matches('\n').count() + 1;
    let faults = model.lock_faults(body);
    Faults {
        leaks: faults.leaks.iter().map(|leak| line(leak.call)).collect(),
        doubles: faults.doubles.iter().map(|double| line(double.first)).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_reported_happens_and_what_happens_is_reported(stmts in program()) {
        let head = "package p\nimport \"sync\"\ntype S struct { mu sync.Mutex }\nfunc (s *S) c() bool { return s != nil }\n";
        let mut program = Program { text: head.into(), line: 4 };
        program.put("func (s *S) f() {");
        let paths = program.list(&stmts, false);
        program.put("}");
        let Some(paths) = paths else { return Ok(()) };
        let found = found(&program.text);
        let (possible, certain) = (behind_each(&paths), on_right_paths(&paths));
        prop_assert!(found.leaks.is_subset(&possible.leaks), "{found:?} {possible:?}\n{}", program.text);
        prop_assert!(found.doubles.is_subset(&possible.doubles), "{found:?} {possible:?}\n{}", program.text);
        prop_assert!(certain.doubles.is_subset(&found.doubles), "{found:?} {certain:?}\n{}", program.text);
        let is_told = |line| !found.leaks.is_empty() || found.doubles.contains(line);
        prop_assert!(certain.leaks.iter().all(is_told), "{found:?} {certain:?}\n{}", program.text);
    }
}

#[test]
fn five_hundred_locks_and_ten_thousand_statements_take_bounded_time() {
    use std::fmt::Write as _;
    let mut text = String::from("package p\nimport \"sync\"\ntype S struct {\n");
    for n in 0..500 {
        let _ = writeln!(text, "m{n} sync.Mutex");
    }
    text.push_str("}\nfunc (s *S) c() bool { return s != nil }\nfunc (s *S) f() {\n");
    for n in 0..10_000 {
        let _ = writeln!(text, "s.m{}.Lock()\nif s.c() {{ s.m{}.Unlock() }}", n % 500, n % 500);
    }
    text.push_str("}\n");
    let found = found(&text);
    // What is beyond the bound may do anything, so that nothing is reported.
    assert!(found.leaks.is_empty() && found.doubles.is_empty(), "{found:?}");
}

#[test]
fn sixty_deep_nesting_is_followed() {
    let mut text = String::from(
        "package p\nimport \"sync\"\ntype S struct { mu sync.Mutex }\nfunc (s *S) c() bool { return s != nil }\nfunc (s *S) f() {\n",
    );
    text.push_str(&"if s.c() {\n".repeat(60));
    text.push_str("s.mu.Lock()\nif s.c() { return }\ns.mu.Unlock()\n");
    text.push_str(&"}\n".repeat(60));
    text.push_str("}\n");
    assert_eq!(found(&text).leaks, BTreeSet::from([66]));
}
