//! What rules about resources report: something that is acquired and, on some path, never released.

use golint_conc_flow::{
    Bound, CANCELLABLE, Evidence, Func, Kind, Leak, PathEnd, Protocol, Step as FlowStep, assigned,
};
use golint_conc_semantic::{BodyCx, Callee, LocalId, Type};
use golint_conc_syntax::ast::{AssignOp, Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::NodeRef;

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Step};
use crate::edits;
use crate::route::{branch_steps, exit_place};
use crate::rule::{Cx, step};

/// With more decisions than these on its path, a leak may need a combination that never happens.
const SURE_BRANCHES: usize = 3;

/// What ends where a resource leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    Nothing,
    Function,
    Process,
}

/// A resource that is not released on some path.
pub(crate) struct NotReleased {
    place: Place,
    pub(crate) confidence: Confidence,
    /// What it costs, for the reader.
    cost: &'static str,
    noun: &'static str,
    done: &'static str,
    part: Option<&'static str>,
    /// The variable; none where the resource is dropped.
    pub(crate) name: Option<String>,
    /// The call that acquires it.
    pub(crate) call: ExprId,
    /// What it calls.
    pub(crate) callee: String,
    /// The variable of the context that goes with it.
    pub(crate) context: Option<LocalId>,
    /// What to defer.
    release: Option<String>,
    steps: Vec<Step>,
    edit: Option<Edit>,
    is_lost: bool,
    /// The statement that overwrites both the last variable and its context.
    pub(crate) replaced: Option<StmtId>,
    has_error: bool,
    /// What ends where the resource leaks.
    pub(crate) ends: Ends,
}

impl NotReleased {
    /// The resource itself, or its part that is to be released.
    fn what(&self, name: &str) -> String {
        self.part.map_or_else(|| name.to_owned(), |part| format!("{name}.{part}"))
    }

    /// Whether no variable holds it.
    pub(crate) const fn is_dropped(&self) -> bool {
        self.name.is_none()
    }

    fn its_part(&self) -> String {
        self.part.map_or_else(|| "it".into(), |part| format!("its {}", part.to_lowercase()))
    }
}

impl Finding for NotReleased {
    fn message(&self) -> String {
        let (its, done) = (self.its_part(), self.done);
        match &self.name {
            None if self.noun.ends_with('s') => {
                format!("the {} of `{}` are dropped, so they are never {done}", self.noun, self.callee)
            }
            None => format!("the {} of `{}` is dropped, so {its} is never {done}", self.noun, self.callee),
            Some(name) if self.is_lost => format!("`{name}` is overwritten before {its} is {done}"),
            Some(name) => format!("`{}` is not {done} on every path", self.what(name)),
        }
    }

    fn primary(&self) -> Place {
        self.place
    }

    fn label(&self) -> String {
        self.cost.into()
    }

    fn steps(&self) -> Vec<Step> {
        self.steps.clone()
    }

    fn help(&self) -> Option<String> {
        let release = self.release.as_deref()?;
        Some(match &self.name {
            Some(_) if self.is_lost => format!("call `{release}` before the next one is acquired"),
            _ if self.has_error => {
                format!("call `defer {release}` right after the error has been checked")
            }
            _ => format!("call `defer {release}` right after it"),
        })
    }

    fn edits(&self) -> Vec<Edit> {
        self.edit.iter().cloned().collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

/// The resources of a kind that a body does not release on some path.
pub(crate) fn leaks(cx: &Cx<'_>, body: BodyCx<'_>, kind: Kind) -> Vec<NotReleased> {
    let mut found = Vec::new();
    for func in cx.model.flow.funcs(body.id) {
        for protocol in cx.resources.of(kind) {
            let leaks = cx.model.flow.leaks(func, protocol);
            found.extend(leaks.iter().map(|leak| finding(cx, func, body, protocol, leak)));
        }
    }
    found
}

/// Whether a call gets first a context that the function itself has derived before, so that what it acquires ends with
/// that.
pub(crate) fn is_derived(body: BodyCx<'_>, call: ExprId) -> bool {
    let Some(context) = body.args(call).first().and_then(|&arg| body.local(arg)) else { return false };
    let before = body.ast.expr_span(call).start;
    (0..body.ast.stmt_count() as u32).map(StmtId::new).any(|stmt| {
        body.ast.stmt_span(stmt).end <= before
            && assigned(body, stmt).iter().any(|&(to, _)| body.local(to) == Some(context))
            && match body.ast.stmt(stmt) {
                Stmt::Assign { rhs, .. } => {
                    body.ast.list(rhs).any(|value| body.callee(value).is_func("context", &CANCELLABLE))
                }
                _ => false,
            }
    })
}

fn finding(cx: &Cx<'_>, func: Func, body: BodyCx<'_>, protocol: &Protocol, leak: &Leak) -> NotReleased {
    let call = leak.acquired.call;
    let place = cx.expr_place(body, call);
    let name = match leak.bound {
        Bound::Local { holder, .. } => Some(body.local_info(holder).name.to_string()),
        Bound::Dropped { .. } | Bound::Handed => None,
    };
    // A variable of the loop's body ends with its turn.
    let next_turn = matches!((leak.end, leak.bound), (PathEnd::Step(FlowStep::Exec(at)), Bound::Local { stmt, .. })
        if at == stmt && matches!(body.ast.stmt(stmt), Stmt::Assign { op: AssignOp::Define, .. }));
    let is_lost = matches!(leak.end, PathEnd::Step(_)) && !next_turn;
    let release = release_of(protocol, name.as_deref());
    let context = match leak.bound {
        Bound::Local { context, .. } | Bound::Dropped { context, .. } => context,
        Bound::Handed => None,
    };
    NotReleased {
        place,
        confidence: match leak.acquired.evidence {
            Evidence::Covered => Confidence::Low,
            Evidence::Table if leak.branches.len() <= SURE_BRANCHES => Confidence::High,
            Evidence::Table | Evidence::Wrapper | Evidence::Signature => Confidence::Medium,
        },
        cost: protocol.cost.as_str(),
        noun: protocol.noun.as_str(),
        done: protocol.done.as_str(),
        part: protocol.part.map(golint_conc_syntax::Symbol::as_str),
        call,
        context,
        callee: body.text(call).split('(').next().unwrap_or_default().to_owned(),
        steps: steps(cx, func, body, protocol, leak, next_turn),
        edit: release
            .as_deref()
            .and_then(|release| edit(cx, func, body, protocol, leak, release))
            .filter(|_| !is_lost || matches!(leak.bound, Bound::Dropped { .. })),
        release,
        name,
        is_lost,
        replaced: match leak.end {
            PathEnd::Step(FlowStep::Exec(stmt)) if context.is_some() => {
                assigned(body, stmt).iter().any(|&(target, _)| body.local(target) == context).then_some(stmt)
            }
            _ => None,
        },
        has_error: leak.acquired.error.is_some(),
        ends: match leak.end {
            PathEnd::Exit(_) if func.lit.is_none() && cx.model.is_process_lifetime(body.id) => Ends::Process,
            PathEnd::Exit(_) => Ends::Function,
            PathEnd::Step(_) | PathEnd::Deferred(_) => Ends::Nothing,
        },
    }
}

fn steps(
    cx: &Cx<'_>,
    func: Func,
    body: BodyCx<'_>,
    protocol: &Protocol,
    leak: &Leak,
    next_turn: bool,
) -> Vec<Step> {
    let place = cx.expr_place(body, leak.acquired.call);
    let noun = protocol.noun.as_str();
    let (is, they) = if noun.ends_with('s') { ("are", "they are") } else { ("is", "it is") };
    let mut steps = vec![step(place, 0, format!("the {noun} {is} acquired here"))];
    steps.extend(branch_steps(cx, body, &leak.branches));
    let end = match leak.end {
        PathEnd::Exit(exit) => exit_place(cx, func, body, exit)
            .map(|at| (at, format!("the function ends before {they} {}", protocol.done))),
        PathEnd::Step(_) if next_turn => {
            Some((place, "the next turn of the loop acquires it anew".to_owned()))
        }
        PathEnd::Step(at) => {
            at.node().map(|node| (cx.node_place(body, node), "another value takes its place".to_owned()))
        }
        PathEnd::Deferred(_) => None,
    };
    let is_kept = matches!(leak.bound, Bound::Local { .. });
    steps.extend(end.filter(|_| is_kept).map(|(at, text)| step(at, 0, text)));
    steps
}

/// The call that releases what a variable holds.
fn release_of(protocol: &Protocol, name: Option<&str>) -> Option<String> {
    let name = name.unwrap_or(protocol.usual.as_str());
    if protocol.by_call {
        return Some(format!("{name}()"));
    }
    // The last is the one that may come after any of the others.
    let method = protocol.releases.last()?;
    let part = protocol.part.map(|part| format!(".{part}")).unwrap_or_default();
    Some(format!("{name}{part}.{method}()"))
}

/// `defer resp.Body.Close()` behind the `if err != nil { … }` that follows the call, or behind a call that can't fail.
fn edit(
    cx: &Cx<'_>,
    func: Func,
    body: BodyCx<'_>,
    protocol: &Protocol,
    leak: &Leak,
    release: &str,
) -> Option<Edit> {
    let Bound::Local { stmt, holder, error, context } = leak.bound else {
        return keep_cancel(cx, body, protocol, leak);
    };
    let after = match (leak.acquired.error, error) {
        (None, _) => stmt,
        (Some(_), Some(error)) => edits::error_check(cx, func, body, stmt, error)?,
        (Some(_), None) => return None,
    };
    edits::siblings(cx, body, stmt)?;
    // Whoever gets it on another path needs it as it is.
    if cx.model.flow.is_ever_kept(func, protocol, holder) || is_in_goroutine(cx, body, holder) {
        return None;
    }
    let release = match body.pkg.types.get(body.local_info(holder).ty) {
        Type::Unknown(_) if protocol.by_call => return None,
        _ if is_cancel_cause(body, holder) => format!("{}(nil)", body.local_info(holder).name),
        _ => release.to_owned(),
    };
    // At the end of the function is too late for all but the last.
    if cx.model.parents(body.id).enclosing_loops(body.ast, stmt).next().is_some() {
        return None;
    }
    // A context that outlives the function must not be cancelled at its end.
    let is_safe = !protocol.by_call || context.is_some_and(|context| stays(cx, body, func, context));
    let deferred = format!("defer {release}");
    let mut replacements = vec![edits::insert_after(cx, body, body.ast.stmt_span(after), &deferred)];
    // A later one on some paths is not needed any more.
    let later = edits::following(cx, body, after).into_iter().find(|&later| {
        matches!(body.ast.stmt(later), Stmt::Defer(_)) && body.text_at(body.ast.stmt_span(later)) == deferred
    });
    replacements.extend(later.map(|later| edits::delete(cx, body, body.ast.stmt_span(later))));
    Some(Edit {
        title: format!("defer `{release}`"),
        applicability: if is_safe { Applicability::Safe } else { Applicability::Suggested },
        replacements,
    })
}

/// `ctx, cancel := context.With…` with `defer cancel()` instead of `ctx, _ := …`.
fn keep_cancel(cx: &Cx<'_>, body: BodyCx<'_>, protocol: &Protocol, leak: &Leak) -> Option<Edit> {
    let parents = cx.model.parents(body.id);
    let NodeRef::Stmt(stmt) = parents.parent(leak.acquired.call)? else { return None };
    let Stmt::Assign { lhs, op: AssignOp::Define, .. } = body.ast.stmt(stmt) else { return None };
    let blank = body.ast.list(lhs).nth(1).filter(|&target| body.text(target) == "_")?;
    edits::siblings(cx, body, stmt)?;
    if parents.enclosing_loops(body.ast, stmt).next().is_some() {
        return None;
    }
    let name = protocol.usual.as_str();
    let own = cx.model.func_of(body.id, stmt).lit;
    let is_taken = body
        .locals()
        .any(|(id, local)| local.name == name && (local.func == own || cx.model.is_visible(body, id, stmt)));
    let callee = body.callee(leak.acquired.call);
    if !protocol.by_call || is_taken || !matches!(callee, Callee::Func { .. }) {
        return None;
    }
    let args = if callee.is_func("context", &["WithCancelCause"]) { "nil" } else { "" };
    let deferred = format!("defer {name}({args})");
    Some(Edit {
        title: format!("keep `{name}` and {deferred}"),
        applicability: Applicability::Suggested,
        replacements: vec![
            edits::replace(cx, body, body.ast.expr_span(blank), name),
            edits::insert_after(cx, body, body.ast.stmt_span(stmt), &deferred),
        ],
    })
}

/// Whether what starts a goroutine speaks of a variable from outside: the goroutine may go on when the function has ended.
pub(crate) fn is_in_goroutine(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId) -> bool {
    is_in_goroutine_before(cx, body, local, u32::MAX)
}

/// The same of goroutines that start before an offset.
pub(crate) fn is_in_goroutine_before(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId, end: u32) -> bool {
    let declared = body.ast.expr_span(body.local_info(local).ident);
    let uses = cx.model.uses_of(body, local);
    let spawns = cx.model.spawns(body.id);
    spawns
        .iter()
        .filter(|spawn| !spawn.span.contains(declared) && spawn.span.start < end)
        .any(|spawn| uses.iter().any(|&used| spawn.span.contains(body.ast.expr_span(used))))
}

fn is_cancel_cause(body: BodyCx<'_>, holder: LocalId) -> bool {
    body.pkg.types.is_named(body.local_info(holder).ty, "context", "CancelCauseFunc")
}

/// Whether nothing can keep a context when its function ends: only its methods are called, and functions of the standard
/// library that return no more than errors, numbers and text.
fn stays(cx: &Cx<'_>, body: BodyCx<'_>, func: Func, context: LocalId) -> bool {
    let parents = cx.model.parents(body.id);
    cx.model.uses_of(body, context).into_iter().all(|used| {
        let Some(NodeRef::Expr(above)) = parents.parent(used) else { return false };
        cx.model.func_of(body.id, used) == func
            && match body.ast.expr(above) {
                Expr::Selector { .. } => true,
                Expr::Call { .. } => {
                    let is_std = match body.callee(above) {
                        Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
                            golint_conc_semantic::is_std(pkg.as_str())
                        }
                        _ => false,
                    };
                    is_std && edits::returns_plain(body, above)
                }
                _ => false,
            }
    })
}
