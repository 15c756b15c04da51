//! What a path knows of the conditions that it has passed.
//!
//! A condition that is asked twice, with nothing assigned to its variables in between, has the same answer; and a
//! variable that was set to `true`, `false`, `nil` or `append(x, y)` is what it was set to, as is a field that is
//! asked for twice. Only conditions for which that matters are kept: each doubles the number of states.

use golint_conc_semantic::{BodyCx, Entity, LocalId, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::calls::{Assertion, assertion};
use crate::graph::{FuncGraph, Label, Step};
use crate::stores::{assigned, is_statement, root_local};

/// What a path knows: numbers of conditions and their values, sorted.
pub(crate) type Facts = Vec<(usize, bool)>;

/// The conditions of a graph that are worth remembering.
#[derive(Debug)]
pub(crate) struct Conditions<'p> {
    cx: BodyCx<'p>,
    /// The variables that each condition speaks of.
    locals: Vec<Vec<LocalId>>,
    /// The fields that it speaks of.
    fields: Vec<Vec<Symbol>>,
    /// Which condition a branch asks, and whether it asks for the contrary.
    asked: FxHashMap<ExprId, (usize, bool)>,
    /// The same of a call that asserts one.
    asserted: FxHashMap<ExprId, (usize, bool)>,
    keys: FxHashMap<String, usize>,
}

impl<'p> Conditions<'p> {
    /// Finds them.
    pub(crate) fn new(cx: BodyCx<'p>, graph: &FuncGraph) -> Self {
        let mut known = Self {
            cx,
            locals: Vec::new(),
            fields: Vec::new(),
            asked: FxHashMap::default(),
            asserted: FxHashMap::default(),
            keys: FxHashMap::default(),
        };
        let mut by_key: FxHashMap<String, Vec<(ExprId, ExprId, bool)>> = FxHashMap::default();
        let mut order = Vec::new();
        for (at, condition, key, negated) in branches(cx, graph).into_iter().chain(assertions(cx, graph)) {
            let uses = by_key.entry(key.clone()).or_default();
            if uses.is_empty() {
                order.push(key);
            }
            uses.push((at, condition, negated));
        }
        let literals = literal_targets(cx, graph);
        let unseen = assigned_elsewhere(cx, graph);
        for key in order {
            let uses = &by_key[&key];
            let mut locals: Vec<_> =
                uses.iter().flat_map(|&(_, condition, _)| locals_in(cx, condition)).collect();
            locals.sort_unstable();
            locals.dedup();
            if locals.iter().any(|local| unseen.contains(local)) {
                continue;
            }
            let is_set = locals.len() == 1 && locals.iter().any(|local| literals.contains(local));
            if uses.len() < 2 && !is_set {
                continue;
            }
            let index = known.locals.len();
            known.locals.push(locals);
            known.fields.push(uses.iter().flat_map(|&(_, condition, _)| fields_in(cx, condition)).collect());
            for &(at, condition, negated) in uses {
                let told = if at == condition { &mut known.asked } else { &mut known.asserted };
                told.insert(at, (index, negated));
            }
            known.keys.insert(key, index);
        }
        known
    }

    /// Takes an edge: false where the path already knows better.
    pub(crate) fn learn(&self, facts: &mut Facts, label: Label) -> bool {
        match label {
            Label::Cond { expr, holds } => know(&self.asked, facts, expr, holds),
            _ => true,
        }
    }

    /// A call is done; where it asserts something, that holds from here on: false where the path knows better.
    pub(crate) fn assert(&self, facts: &mut Facts, call: ExprId) -> bool {
        know(&self.asserted, facts, call, true)
    }

    fn forget_local(&self, facts: &mut Facts, local: LocalId) {
        facts.retain(|&(index, _)| !self.locals[index].contains(&local));
    }

    /// A statement assigns: what was known of its targets is no longer, and a constant is known anew.
    pub(crate) fn forget(&self, facts: &mut Facts, stmt: StmtId) {
        if self.locals.is_empty() {
            return;
        }
        for (target, value) in assigned(self.cx, stmt) {
            let Some(local) = root_local(self.cx, target) else { continue };
            match self.cx.ast.expr(self.cx.ast.unparen(target)) {
                Expr::Selector { sel, .. } => {
                    let field = self.cx.ast.ident(sel);
                    let speaks = |index: usize| {
                        self.locals[index].contains(&local)
                            && self.fields[index].iter().any(|&other| Some(other) == field)
                    };
                    facts.retain(|&(index, _)| !speaks(index));
                }
                _ => self.forget_local(facts, local),
            }
            let known: &[(String, bool)] = match self.cx.ast.ident(self.cx.ast.unparen(target)) {
                Some(name) => {
                    let name = name_key(name, local);
                    match stored(self.cx, stmt, local, value) {
                        Some(Constant::Bool(value)) => &[(name, value)],
                        Some(Constant::Nil) => &[(format!("{name}==nil"), true)],
                        Some(Constant::NotEmpty) => &[
                            (format!("Gt () len {name} 0"), true),
                            (format!("() len {name}==0"), false),
                            (format!("{name}==nil"), false),
                        ],
                        None => continue,
                    }
                }
                None => match field_set(self.cx, target, value) {
                    Some(known) => &[known],
                    None => continue,
                },
            };
            for (key, value) in known {
                if let Some(&index) = self.keys.get(key)
                    && let Err(at) = facts.binary_search_by_key(&index, |&(index, _)| index)
                {
                    facts.insert(at, (index, *value));
                }
            }
        }
    }

    pub(crate) fn forget_addressed(&self, facts: &mut Facts, expr: ExprId) {
        if let Expr::Unary { op: UnaryOp::Addr, operand } = self.cx.ast.expr(expr)
            && let Some(local) = root_local(self.cx, operand)
        {
            self.forget_local(facts, local);
        }
    }
}

/// A place that tells of a condition: the branch or call, the condition, its key, and whether the place tells the
/// contrary.
type Told = (ExprId, ExprId, String, bool);

fn branches(cx: BodyCx<'_>, graph: &FuncGraph) -> Vec<Told> {
    let edges = graph.iter().flat_map(|(_, block)| &block.edges);
    let conditions = edges.filter_map(|edge| match edge.label {
        Label::Cond { expr, holds: true } => Some(expr),
        _ => None,
    });
    conditions
        .filter_map(|expr| condition_key(cx, expr).map(|(key, negated)| (expr, expr, key, negated)))
        .collect()
}

fn assertions(cx: BodyCx<'_>, graph: &FuncGraph) -> Vec<Told> {
    let mut found = Vec::new();
    for (_, step) in graph.points() {
        let Step::Eval(call) = step else { continue };
        let Expr::Call { .. } = cx.ast.expr(call) else { continue };
        let Some(assertion) = assertion(&cx.callee(call)).filter(|_| is_statement(cx, call)) else {
            continue;
        };
        let args = cx.args(call);
        if let (Assertion::Equal(equal), &[_, a, b, ..]) = (assertion, args.as_slice()) {
            let key = equality_key(cx, a, b);
            found
                .extend(key.into_iter().flat_map(|key| [a, b].map(|side| (call, side, key.clone(), !equal))));
            continue;
        }
        for arg in args {
            match assertion {
                Assertion::Nil(is_nil) if cx.local(arg).is_some() && cx.type_of(arg) == TypeId::ERROR => {
                    found.extend(operand_key(cx, arg).map(|key| (call, arg, format!("{key}==nil"), !is_nil)));
                }
                Assertion::Holds(value) if matches!(cx.ast.expr(arg), Expr::Binary { .. }) => {
                    found.extend(
                        condition_key(cx, arg).map(|(key, negated)| (call, arg, key, negated == value)),
                    );
                }
                _ => {}
            }
        }
    }
    found
}

/// Notes what a branch or assertion tells: false where the path already knows better.
fn know(told: &FxHashMap<ExprId, (usize, bool)>, facts: &mut Facts, at: ExprId, holds: bool) -> bool {
    let Some(&(index, negated)) = told.get(&at) else { return true };
    let value = holds != negated;
    match facts.binary_search_by_key(&index, |&(index, _)| index) {
        Ok(at) => facts[at].1 == value,
        Err(at) => {
            facts.insert(at, (index, value));
            true
        }
    }
}

enum Constant {
    Bool(bool),
    Nil,
    /// A slice with something in it.
    NotEmpty,
}

fn constant(cx: BodyCx<'_>, expr: ExprId) -> Option<Constant> {
    match cx.entity(expr) {
        Entity::Universe(name) if name == "true" => Some(Constant::Bool(true)),
        Entity::Universe(name) if name == "false" => Some(Constant::Bool(false)),
        Entity::Universe(name) if name == "nil" => Some(Constant::Nil),
        _ => None,
    }
}

/// The constant that a statement stores to a variable: its value, or the zero value of a declaration without one.
fn stored(cx: BodyCx<'_>, stmt: StmtId, local: LocalId, value: Option<ExprId>) -> Option<Constant> {
    let info = cx.local_info(local);
    match value {
        Some(value) if is_appended(cx, local, value) => Some(Constant::NotEmpty),
        Some(value) => constant(cx, value),
        None if info.init.is_none() && matches!(cx.ast.stmt(stmt), Stmt::Decl { .. }) => {
            match cx.pkg.types.get(info.ty) {
                _ if info.ty == TypeId::BOOL => Some(Constant::Bool(false)),
                _ if info.ty == TypeId::ERROR => Some(Constant::Nil),
                Type::Pointer(_) => Some(Constant::Nil),
                _ => None,
            }
        }
        None => None,
    }
}

/// Whether a value is `append(x, …)` with something, for this variable.
fn is_appended(cx: BodyCx<'_>, local: LocalId, value: ExprId) -> bool {
    let value = cx.ast.unparen(value);
    matches!(cx.ast.expr(value), Expr::Call { spread: false, .. })
        && cx.callee(value).is_builtin("append")
        && matches!(cx.args(value)[..], [first, _, ..] if cx.local(first) == Some(local))
}

fn name_key(name: Symbol, local: LocalId) -> String {
    format!("{name}#{}", local.index())
}

/// A text that two conditions share exactly if they ask the same, and whether this one asks for the contrary.
fn condition_key(cx: BodyCx<'_>, expr: ExprId) -> Option<(String, bool)> {
    let expr = cx.ast.unparen(expr);
    if let Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), lhs, rhs } = cx.ast.expr(expr) {
        return Some((equality_key(cx, lhs, rhs)?, op == BinaryOp::Ne));
    }
    Some((operand_key(cx, expr)?, false))
}

/// The key of a comparison, whichever operand stands first.
fn equality_key(cx: BodyCx<'_>, a: ExprId, b: ExprId) -> Option<String> {
    let (a, b) = (operand_key(cx, a)?, operand_key(cx, b)?);
    Some(if a == "nil" || (b != "nil" && b < a) { format!("{b}=={a}") } else { format!("{a}=={b}") })
}

fn operand_key(cx: BodyCx<'_>, expr: ExprId) -> Option<String> {
    let mut key = String::new();
    let mut is_fit = true;
    walk(cx.ast, expr, |node| {
        let NodeRef::Expr(expr) = node else { return Walk::Over };
        match cx.ast.expr(expr) {
            Expr::Ident(name) => match cx.entity(expr) {
                Entity::Local(local) => key.push_str(&name_key(name, local)),
                _ => key.push_str(name.as_str()),
            },
            Expr::Lit(_) => key.push_str(cx.text(expr)),
            Expr::Selector { .. } => key.push('.'),
            Expr::Index { .. } => key.push_str("[]"),
            Expr::Paren(_) => {}
            Expr::Star(_) => key.push('*'),
            Expr::Unary { op: UnaryOp::Neg | UnaryOp::Not, .. } => key.push('-'),
            Expr::Binary { op, .. } => key.push_str(&format!("{op:?}")),
            Expr::Call { .. } => {
                is_fit &= is_question(cx, expr);
                key.push_str("()");
            }
            _ => is_fit = false,
        }
        key.push(' ');
        Walk::Into
    });
    is_fit.then(|| key.trim_end().to_owned())
}

/// Whether a call only asks, by its name, so that asking again gives the same answer.
fn is_question(cx: BodyCx<'_>, call: ExprId) -> bool {
    const PREFIXES: [&str; 12] =
        ["len", "cap", "is", "Is", "has", "Has", "can", "Can", "should", "Should", "needs", "Needs"];
    let callee = cx.callee(call);
    callee.name().is_some_and(|name| PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix)))
}

/// The local variables that statements outside of the graph assign, such as those of a function literal.
fn assigned_elsewhere(cx: BodyCx<'_>, graph: &FuncGraph) -> FxHashSet<LocalId> {
    let own: FxHashSet<StmtId> = graph
        .points()
        .filter_map(|(_, step)| match step {
            Step::Exec(stmt) => Some(stmt),
            _ => None,
        })
        .collect();
    (0..cx.ast.stmt_count() as u32)
        .map(StmtId::new)
        .filter(|stmt| !own.contains(stmt))
        .flat_map(|stmt| assigned(cx, stmt))
        .filter_map(|(target, _)| root_local(cx, target))
        .collect()
}

/// The names that a condition selects.
fn fields_in(cx: BodyCx<'_>, expr: ExprId) -> Vec<Symbol> {
    let mut fields = Vec::new();
    walk(cx.ast, expr, |node| {
        if let NodeRef::Expr(expr) = node
            && let Expr::Selector { sel, .. } = cx.ast.expr(expr)
        {
            fields.extend(cx.ast.ident(sel));
        }
        Walk::Into
    });
    fields
}

/// The local variables of a condition.
fn locals_in(cx: BodyCx<'_>, expr: ExprId) -> Vec<LocalId> {
    let mut locals = Vec::new();
    walk(cx.ast, expr, |node| {
        if let NodeRef::Expr(expr) = node
            && let Some(local) = cx.local(expr)
        {
            locals.push(local);
        }
        Walk::Into
    });
    locals
}

/// The key of what is known when a field has been set to a constant, and whether it holds.
fn field_set(cx: BodyCx<'_>, target: ExprId, value: Option<ExprId>) -> Option<(String, bool)> {
    let target = cx.ast.unparen(target);
    if !matches!(cx.ast.expr(target), Expr::Selector { .. }) {
        return None;
    }
    let key = operand_key(cx, target)?;
    match constant(cx, value?)? {
        Constant::Bool(value) => Some((key, value)),
        Constant::Nil => Some((format!("{key}==nil"), true)),
        Constant::NotEmpty => None,
    }
}

/// The local variables that some statement of the graph sets to `true`, `false` or `nil`.
fn literal_targets(cx: BodyCx<'_>, graph: &FuncGraph) -> FxHashSet<LocalId> {
    let mut found = FxHashSet::default();
    for (_, step) in graph.points() {
        let Step::Exec(stmt) = step else { continue };
        for (target, value) in assigned(cx, stmt) {
            if let Some(local) = cx.local(target)
                && stored(cx, stmt, local, value).is_some()
            {
                found.insert(local);
            }
        }
    }
    found
}
