//! The graph against a slow simple interpreter: random programs, random decisions, the same traces.
//!
//! A program is a tree from which both Go text and, without that text, the traces are made. Conditions are calls whose
//! results are read from a string of decisions, so a trace is a list of calls and the way the function ends.

#![expect(clippy::expect_used, reason = "a test")]

use golint_conc_flow::{ExitKind, Flow, Func, FuncGraph, Label, Step};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, Package, PackageFile};
use golint_conc_syntax::ast::{Expr, Stmt};
use golint_conc_syntax::{SourceFile, Symbol};
use proptest::collection::vec;
use proptest::prelude::*;

/// How many events of a trace are compared.
const MAX_EVENTS: usize = 60;

/// After how many turns or blocks without an event a run counts as spinning.
const MAX_SILENCE: usize = 400;

#[derive(Clone, Debug)]
enum Cond {
    Atom(u8),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

/// A statement; numbers that choose labels are taken modulo what is in scope, and are nothing where nothing is.
#[derive(Clone, Debug)]
enum Raw {
    Call(u8),
    Value(Cond),
    Nested(u8, u8),
    If(Cond, Vec<Raw>, Option<Vec<Raw>>),
    For(Option<Cond>, bool, Vec<Raw>),
    Range(Vec<Raw>),
    Switch(Vec<(Vec<Cond>, Vec<Raw>, bool)>, Option<usize>),
    TagSwitch(u8, Vec<(Vec<u8>, Vec<Raw>, bool)>, Option<usize>),
    TypeSwitch(Vec<Vec<Raw>>, Option<usize>),
    Select(Vec<Vec<Raw>>, bool),
    Block(Vec<Raw>),
    Break,
    Continue,
    BreakTo(u8),
    ContinueTo(u8),
    Goto(u8),
    Defer(u8, u8),
    Return,
    Panic,
    Exit,
}

type Label_ = usize;

/// A statement whose labels are resolved.
#[derive(Debug)]
enum S {
    Call(String),
    Value(Cond),
    Nested(u8, u8),
    If(Cond, Vec<L>, Option<Vec<L>>),
    For(Option<Cond>, bool, Vec<L>),
    Range(Vec<L>),
    /// Tag, clauses in order (cases, body, whether it falls through), position of the default clause.
    Switch(Option<u8>, Vec<Clause>),
    TypeSwitch(Vec<Clause>),
    Select(Vec<Clause>),
    Block(Vec<L>),
    Break(Option<Label_>),
    Continue(Option<Label_>),
    Goto(Label_),
    Defer(u8, u8),
    Return,
    Panic,
    Exit,
}

/// A statement with its label.
#[derive(Debug)]
struct L {
    label: Label_,
    stmt: S,
}

#[derive(Debug)]
struct Clause {
    conds: Vec<Cond>,
    is_default: bool,
    body: Vec<L>,
    falls: bool,
}

/// What a branch without a target becomes.
fn nothing() -> S {
    S::Call("n()".into())
}

// --- making programs -----------------------------------------------------------------------------------------------

fn cond() -> impl Strategy<Value = Cond> {
    let leaf = any::<u8>().prop_map(|n| Cond::Atom(n % 20));
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| Cond::Not(Box::new(c))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Cond::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Cond::Or(Box::new(a), Box::new(b))),
        ]
    })
}

fn program() -> impl Strategy<Value = Vec<Raw>> {
    let leaf = prop_oneof![
        4 => any::<u8>().prop_map(|n| Raw::Call(n % 50)),
        1 => cond().prop_map(Raw::Value),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Raw::Nested(a % 50, b % 50)),
        2 => Just(Raw::Break),
        1 => Just(Raw::Continue),
        1 => any::<u8>().prop_map(Raw::BreakTo),
        1 => any::<u8>().prop_map(Raw::ContinueTo),
        1 => any::<u8>().prop_map(Raw::Goto),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Raw::Defer(a % 50, b % 50)),
        1 => Just(Raw::Return),
        1 => Just(Raw::Panic),
        1 => Just(Raw::Exit),
    ];
    let stmt = leaf.prop_recursive(4, 40, 4, |inner| {
        let list = vec(inner, 0..4);
        let position = proptest::option::of(0..4usize);
        prop_oneof![
            3 => (cond(), list.clone(), proptest::option::of(list.clone()))
                .prop_map(|(c, then, els)| Raw::If(c, then, els)),
            2 => (proptest::option::of(cond()), any::<bool>(), list.clone())
                .prop_map(|(c, post, body)| Raw::For(c, post, body)),
            1 => list.clone().prop_map(Raw::Range),
            1 => (vec((vec(cond(), 1..3), list.clone(), any::<bool>()), 0..4), position.clone())
                .prop_map(|(clauses, default)| Raw::Switch(clauses, default)),
            1 => (any::<u8>(), vec((vec(0..50u8, 1..3), list.clone(), any::<bool>()), 0..4), position.clone())
                .prop_map(|(tag, clauses, default)| Raw::TagSwitch(tag % 50, clauses, default)),
            1 => (vec(list.clone(), 0..4), position).prop_map(|(clauses, default)| Raw::TypeSwitch(clauses, default)),
            1 => (vec(list.clone(), 0..4), any::<bool>()).prop_map(|(clauses, default)| Raw::Select(clauses, default)),
            1 => list.prop_map(Raw::Block),
        ]
    });
    vec(stmt, 0..6)
}

/// Gives labels to statements and targets to branches.
#[derive(Default)]
struct Resolver {
    next: Label_,
    visible: Vec<Label_>,
    /// Label of each enclosing statement that `break` may name, and whether it is a loop; blocks are last choice.
    enclosing: Vec<(Label_, Kind)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Loop,
    Switch,
    Plain,
}

impl Resolver {
    fn list(&mut self, raw: &[Raw]) -> Vec<L> {
        let first = self.next;
        self.next += raw.len();
        self.visible.extend(first..self.next);
        let count = self.visible.len();
        let list = raw
            .iter()
            .enumerate()
            .map(|(index, raw)| L { label: first + index, stmt: self.stmt(first + index, raw) })
            .collect();
        self.visible.truncate(count - raw.len());
        list
    }

    fn inside(&mut self, label: Label_, kind: Kind, raw: &[Raw]) -> Vec<L> {
        self.enclosing.push((label, kind));
        let list = self.list(raw);
        self.enclosing.pop();
        list
    }

    fn pick(&self, n: u8, is: impl Fn(Kind) -> bool) -> Option<Label_> {
        let all: Vec<_> = self.enclosing.iter().filter(|(_, kind)| is(*kind)).collect();
        all.get(usize::from(n) % all.len().max(1)).map(|(label, _)| *label)
    }

    fn clauses(
        &mut self,
        label: Label_,
        raw: &[(Vec<Cond>, &[Raw], bool)],
        default: Option<usize>,
    ) -> Vec<Clause> {
        let default = default.filter(|&at| at < raw.len());
        raw.iter()
            .enumerate()
            .map(|(index, (conds, body, falls))| Clause {
                conds: conds.clone(),
                is_default: default == Some(index),
                body: self.inside(label, Kind::Switch, body),
                falls: *falls && index + 1 < raw.len(),
            })
            .collect()
    }

    fn stmt(&mut self, label: Label_, raw: &Raw) -> S {
        match raw {
            Raw::Call(n) => S::Call(format!("e({n})")),
            Raw::Value(cond) => S::Value(cond.clone()),
            Raw::Nested(a, b) => S::Nested(*a, *b),
            Raw::If(cond, then, els) => S::If(
                cond.clone(),
                self.inside(label, Kind::Plain, then),
                els.as_ref().map(|els| self.inside(label, Kind::Plain, els)),
            ),
            Raw::For(cond, post, body) => S::For(cond.clone(), *post, self.inside(label, Kind::Loop, body)),
            Raw::Range(body) => S::Range(self.inside(label, Kind::Loop, body)),
            Raw::Switch(clauses, default) => {
                let clauses: Vec<_> = clauses.iter().map(|(c, b, f)| (c.clone(), &**b, *f)).collect();
                S::Switch(None, self.clauses(label, &clauses, *default))
            }
            Raw::TagSwitch(tag, clauses, default) => {
                let atoms = |cases: &[u8]| cases.iter().map(|&n| Cond::Atom(n)).collect();
                let clauses: Vec<_> = clauses.iter().map(|(c, b, f)| (atoms(c), &**b, *f)).collect();
                S::Switch(Some(*tag), self.clauses(label, &clauses, *default))
            }
            Raw::TypeSwitch(clauses, default) => {
                let clauses: Vec<_> = clauses.iter().map(|body| (Vec::new(), &**body, false)).collect();
                S::TypeSwitch(self.clauses(label, &clauses, *default))
            }
            Raw::Select(clauses, default) => {
                let last = clauses.len().checked_sub(1).filter(|_| *default);
                let clauses: Vec<_> = clauses.iter().map(|body| (Vec::new(), &**body, false)).collect();
                S::Select(self.clauses(label, &clauses, last))
            }
            Raw::Block(body) => S::Block(self.inside(label, Kind::Plain, body)),
            Raw::Break if self.pick(0, |kind| kind != Kind::Plain).is_some() => S::Break(None),
            Raw::Continue if self.pick(0, |kind| kind == Kind::Loop).is_some() => S::Continue(None),
            Raw::Break | Raw::Continue => nothing(),
            Raw::BreakTo(n) => self.pick(*n, |_| true).map_or_else(nothing, |label| S::Break(Some(label))),
            Raw::ContinueTo(n) => self
                .pick(*n, |kind| kind == Kind::Loop)
                .map_or_else(nothing, |label| S::Continue(Some(label))),
            Raw::Goto(n) => S::Goto(self.visible[usize::from(*n) % self.visible.len()]),
            Raw::Defer(a, b) => S::Defer(*a, *b),
            Raw::Return => S::Return,
            Raw::Panic => S::Panic,
            Raw::Exit => S::Exit,
        }
    }
}

// --- as Go text ----------------------------------------------------------------------------------------------------

fn show_cond(cond: &Cond) -> String {
    match cond {
        Cond::Atom(n) => format!("c({n})"),
        Cond::Not(inner) => format!("!({})", show_cond(inner)),
        Cond::And(a, b) => format!("({} && {})", show_cond(a), show_cond(b)),
        Cond::Or(a, b) => format!("({} || {})", show_cond(a), show_cond(b)),
    }
}

fn show_list(list: &[L], out: &mut String) {
    for L { label, stmt } in list {
        out.push_str(&format!("L{label}:\n"));
        show(stmt, out);
        out.push('\n');
    }
}

fn show_block(list: &[L], out: &mut String) {
    out.push_str("{\n");
    show_list(list, out);
    out.push('}');
}

fn show_clauses(clauses: &[Clause], head: impl Fn(&Clause, usize) -> String, out: &mut String) {
    out.push_str(" {\n");
    for (index, clause) in clauses.iter().enumerate() {
        match clause.is_default {
            true => out.push_str("default:\n"),
            false => out.push_str(&format!("case {}:\n", head(clause, index))),
        }
        show_list(&clause.body, out);
        if clause.falls {
            out.push_str("fallthrough\n");
        }
    }
    out.push('}');
}

fn show(stmt: &S, out: &mut String) {
    match stmt {
        S::Call(call) => out.push_str(call),
        S::Value(cond) => out.push_str(&format!("x = {}", show_cond(cond))),
        S::Nested(a, b) => out.push_str(&format!("y[a({a})] = e({b})")),
        S::If(cond, then, els) => {
            out.push_str(&format!("if {} ", show_cond(cond)));
            show_block(then, out);
            if let Some(els) = els {
                out.push_str(" else ");
                show_block(els, out);
            }
        }
        S::For(cond, post, body) => {
            let cond = cond.as_ref().map(show_cond).unwrap_or_default();
            out.push_str(&if *post { format!("for ; {cond}; p() ") } else { format!("for {cond} ") });
            show_block(body, out);
        }
        S::Range(body) => {
            out.push_str("for range r() ");
            show_block(body, out);
        }
        S::Switch(tag, clauses) => {
            out.push_str("switch ");
            if let Some(tag) = tag {
                out.push_str(&format!("e({tag})"));
            }
            show_clauses(
                clauses,
                |clause, _| clause.conds.iter().map(show_cond).collect::<Vec<_>>().join(", "),
                out,
            );
        }
        S::TypeSwitch(clauses) => {
            out.push_str("switch e(0).(type)");
            show_clauses(clauses, |_, index| format!("T{index}"), out);
        }
        S::Select(clauses) => {
            out.push_str("select");
            show_clauses(clauses, |_, index| format!("<-r(a({index}))"), out);
        }
        S::Block(body) => show_block(body, out),
        S::Break(label) => out.push_str(&label.map_or("break".into(), |label| format!("break L{label}"))),
        S::Continue(label) => {
            out.push_str(&label.map_or("continue".into(), |label| format!("continue L{label}")));
        }
        S::Goto(label) => out.push_str(&format!("goto L{label}")),
        S::Defer(a, b) => out.push_str(&format!("defer e(a({a}), a({b}))")),
        S::Return => out.push_str("return"),
        S::Panic => out.push_str("panic(1)"),
        S::Exit => out.push_str("os.Exit(1)"),
    }
}

// --- as the interpreter runs it --------------------------------------------------------------------------------------

#[derive(Debug, Default, PartialEq)]
struct Trace {
    events: Vec<String>,
    end: Option<&'static str>,
}

enum Signal {
    Normal,
    Break(Option<Label_>),
    Continue(Option<Label_>),
    Goto(Label_),
    End(&'static str),
    /// No decision or patience left.
    Stop,
}

struct Interpreter<'a> {
    decisions: &'a [bool],
    trace: Trace,
    deferred: Vec<String>,
    silence: usize,
}

impl Interpreter<'_> {
    fn event(&mut self, text: impl Into<String>) {
        self.silence = 0;
        self.trace.events.push(text.into());
    }

    fn is_tired(&mut self) -> bool {
        self.silence += 1;
        MAX_SILENCE < self.silence || MAX_EVENTS < self.trace.events.len()
    }

    fn decide(&mut self) -> Option<bool> {
        let (&first, rest) = self.decisions.split_first()?;
        self.decisions = rest;
        Some(first)
    }

    fn cond(&mut self, cond: &Cond) -> Option<bool> {
        match cond {
            Cond::Atom(n) => {
                self.event(format!("c({n})"));
                self.decide()
            }
            Cond::Not(inner) => Some(!self.cond(inner)?),
            Cond::And(a, b) => Some(self.cond(a)? && self.cond(b)?),
            Cond::Or(a, b) => Some(self.cond(a)? || self.cond(b)?),
        }
    }

    /// A condition whose value is stored: only `&&` and `||` decide anything.
    fn value(&mut self, cond: &Cond) -> Option<()> {
        match cond {
            Cond::Atom(n) => {
                self.event(format!("c({n})"));
                Some(())
            }
            Cond::Not(inner) => self.value(inner),
            Cond::And(..) | Cond::Or(..) => self.cond(cond).map(|_| ()),
        }
    }

    fn list(&mut self, list: &[L]) -> Signal {
        let mut at = 0;
        while let Some(L { label, stmt }) = list.get(at) {
            at += 1;
            match self.stmt(*label, stmt) {
                Signal::Normal => {}
                Signal::Break(Some(to)) if to == *label => {}
                Signal::Goto(to) => match list.iter().position(|l| l.label == to) {
                    Some(position) => {
                        if self.is_tired() {
                            return Signal::Stop;
                        }
                        at = position;
                    }
                    None => return Signal::Goto(to),
                },
                other => return other,
            }
        }
        Signal::Normal
    }

    /// A turn of a loop: what it gives where the loop ends.
    fn turn(&mut self, label: Label_, body: &[L]) -> Option<Signal> {
        if self.is_tired() {
            return Some(Signal::Stop);
        }
        match self.list(body) {
            Signal::Normal | Signal::Continue(None) => None,
            Signal::Continue(Some(to)) if to == label => None,
            Signal::Break(None) => Some(Signal::Normal),
            other => Some(other),
        }
    }

    fn clause(&mut self, clauses: &[Clause], mut at: usize) -> Signal {
        loop {
            match self.list(&clauses[at].body) {
                Signal::Normal if clauses[at].falls => at += 1,
                Signal::Break(None) => return Signal::Normal,
                other => return other,
            }
        }
    }

    fn default(&mut self, clauses: &[Clause]) -> Signal {
        match clauses.iter().position(|clause| clause.is_default) {
            Some(at) => self.clause(clauses, at),
            None => Signal::Normal,
        }
    }

    fn stmt(&mut self, label: Label_, stmt: &S) -> Signal {
        self.try_stmt(label, stmt).unwrap_or(Signal::Stop)
    }

    fn try_stmt(&mut self, label: Label_, stmt: &S) -> Option<Signal> {
        match stmt {
            S::Call(call) => self.event(call.clone()),
            S::Value(cond) => self.value(cond)?,
            S::Nested(a, b) => {
                self.event(format!("a({a})"));
                self.event(format!("e({b})"));
            }
            S::If(cond, then, els) => {
                return Some(if self.cond(cond)? {
                    self.list(then)
                } else {
                    els.as_ref().map_or(Signal::Normal, |els| self.list(els))
                });
            }
            S::For(cond, post, body) => loop {
                if let Some(cond) = cond
                    && !self.cond(cond)?
                {
                    break;
                }
                if let Some(end) = self.turn(label, body) {
                    return Some(end);
                }
                if *post {
                    self.event("p()");
                }
            },
            S::Range(body) => {
                self.event("r()");
                while self.decide()? {
                    if let Some(end) = self.turn(label, body) {
                        return Some(end);
                    }
                }
            }
            S::Switch(tag, clauses) => {
                if let Some(tag) = tag {
                    self.event(format!("e({tag})"));
                }
                for (at, clause) in clauses.iter().enumerate().filter(|(_, clause)| !clause.is_default) {
                    for cond in &clause.conds {
                        if self.cond(cond)? {
                            return Some(self.clause(clauses, at));
                        }
                    }
                }
                return Some(self.default(clauses));
            }
            S::TypeSwitch(clauses) => {
                self.event("e(0)");
                for (at, _) in clauses.iter().enumerate().filter(|(_, clause)| !clause.is_default) {
                    if self.decide()? {
                        return Some(self.clause(clauses, at));
                    }
                }
                return Some(self.default(clauses));
            }
            S::Select(clauses) => {
                for (at, clause) in clauses.iter().enumerate().filter(|(_, clause)| !clause.is_default) {
                    let _ = clause;
                    self.event(format!("a({at})"));
                    self.event(format!("r(a({at}))"));
                }
                let mut at = 0;
                while at + 1 < clauses.len() && !self.decide()? {
                    at += 1;
                }
                return Some(if clauses.is_empty() { Signal::Stop } else { self.clause(clauses, at) });
            }
            S::Block(body) => return Some(self.list(body)),
            S::Break(label) => return Some(Signal::Break(*label)),
            S::Continue(label) => return Some(Signal::Continue(*label)),
            S::Goto(label) => return Some(Signal::Goto(*label)),
            S::Defer(a, b) => {
                self.event(format!("a({a})"));
                self.event(format!("a({b})"));
                self.deferred.push(format!("e(a({a}), a({b}))"));
            }
            S::Return => return Some(Signal::End("return")),
            S::Panic => {
                self.event("panic(1)");
                return Some(Signal::End("panic"));
            }
            S::Exit => {
                self.event("os.Exit(1)");
                return Some(Signal::End("exit"));
            }
        }
        Some(Signal::Normal)
    }
}

fn interpret(program: &[L], decisions: &[bool]) -> Trace {
    let mut run = Interpreter { decisions, trace: Trace::default(), deferred: Vec::new(), silence: 0 };
    let end = match run.list(program) {
        Signal::Normal => Some("end"),
        Signal::End(end) => Some(end),
        _ => None,
    };
    run.trace.end = end;
    if matches!(end, Some("end" | "return" | "panic")) {
        run.trace.events.extend(run.deferred.into_iter().rev());
    }
    run.trace
}

// --- as the graph has it -------------------------------------------------------------------------------------------

fn follow(cx: BodyCx<'_>, graph: &FuncGraph, decisions: &[bool]) -> Trace {
    let mut trace = Trace::default();
    let mut decisions = decisions.iter().copied();
    let mut deferred = Vec::new();
    let mut block = FuncGraph::ENTRY;
    let mut silence = 0;
    loop {
        silence += 1;
        if 20 * MAX_SILENCE < silence || 2 * MAX_EVENTS < trace.events.len() {
            return trace;
        }
        let b = graph.block(block);
        for &step in &b.steps {
            match step {
                Step::Eval(expr) => {
                    if matches!(cx.ast.expr(expr), Expr::Call { .. }) {
                        trace.events.push(cx.text(expr).to_owned());
                        silence = 0;
                    }
                }
                Step::Exec(stmt) => {
                    if let Stmt::Defer(call) = cx.ast.stmt(stmt) {
                        deferred.push(cx.text(call).to_owned());
                    }
                }
                Step::RunDefers => trace.events.extend(deferred.drain(..).rev()),
                Step::Next(_) => {}
            }
        }
        trace.end = b.exit.map(|exit| match exit {
            ExitKind::Return(_) => "return",
            ExitKind::FallOff => "end",
            ExitKind::Panic(_) => "panic",
            _ => "exit",
        });
        if trace.end.is_some() {
            return trace;
        }
        let next = match b.edges.as_slice() {
            [] => return trace,
            [only] if matches!(only.label, Label::Always) => only.to,
            edges if matches!(edges[0].label, Label::Select { .. }) => {
                let mut at = 0;
                while at + 1 < edges.len() {
                    match decisions.next() {
                        Some(true) => break,
                        Some(false) => at += 1,
                        None => return trace,
                    }
                }
                edges[at].to
            }
            edges => {
                assert_eq!(edges.len(), 2);
                let Some(decision) = decisions.next() else { return trace };
                let chosen = edges.iter().find(|edge| match edge.label {
                    Label::Cond { holds, .. } | Label::Case { holds, .. } | Label::Type { holds, .. } => {
                        holds == decision
                    }
                    Label::Range { more, .. } => more == decision,
                    Label::Always | Label::Select { .. } => false,
                });
                chosen.expect("one edge for each outcome").to
            }
        };
        block = next;
    }
}

fn check(raw: &[Raw], runs: &[Vec<bool>]) -> Result<(), TestCaseError> {
    let program = Resolver::default().list(raw);
    let mut text = String::from("package p\nimport \"os\"\nfunc f() {\n");
    show_list(&program, &mut text);
    text.push_str("\n}\n");
    let source = SourceFile::new(text.clone().into_bytes());
    let file = PackageFile { source, lang: LangVersion::NEWEST, is_test: false, is_reported: true };
    let pkg = Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]);
    let flow = Flow::new(&pkg);
    let (body, _) = pkg.bodies().next().expect("declared");
    let func = Func { body, lit: None };
    let Some(graph) = flow.graph(func) else { return Err(TestCaseError::fail(format!("no graph:\n{text}"))) };
    let (cx, _) = flow.func_block(func).expect("declared");
    let exhaustive = (0..64_u8).map(|bits| (0..6).map(|at| bits >> at & 1 == 1).collect());
    for decisions in runs.iter().cloned().chain(exhaustive) {
        let (mut wanted, mut found) = (interpret(&program, &decisions), follow(cx, &graph, &decisions));
        if MAX_EVENTS <= wanted.events.len().min(found.events.len()) {
            for trace in [&mut wanted, &mut found] {
                trace.events.truncate(MAX_EVENTS);
                trace.end = None;
            }
        }
        prop_assert_eq!(wanted, found, "{}\nwith {:?}", text, decisions);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_graph_has_the_traces_of_the_program(raw in program(), runs in vec(vec(any::<bool>(), 40), 8)) {
        check(&raw, &runs)?;
    }
}
