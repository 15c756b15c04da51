//! See `rules/mutex-empty-section.md`.

use golint_conc_concurrency::{LockOp, LockOpKind};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::ast::{ClauseId, List, Stmt, StmtId};
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Applicability, Edit, Finding, Place, Replacement, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: MutexEmptySection = MutexEmptySection;

pub(crate) struct MutexEmptySection;

struct Empty {
    lock: Place,
    unlock: Place,
    name: String,
    kind: LockOpKind,
    release: Place,
}

impl Finding for Empty {
    fn message(&self) -> String {
        format!("`{}` is locked and unlocked at once, so it protects nothing", self.name)
    }

    fn primary(&self) -> Place {
        self.lock
    }

    fn steps(&self) -> Vec<Step> {
        vec![step(self.lock, 0, "locked"), step(self.unlock, 0, "unlocked, with nothing done in between")]
    }

    fn help(&self) -> Option<String> {
        Some(format!(
            "`defer` the unlock, or put the code to be protected in between; to wait for whoever holds `{}`, say so in a comment",
            self.name
        ))
    }

    fn edits(&self) -> Vec<Edit> {
        let start =
            Place { span: Span::new(self.release.span.start, self.release.span.start), ..self.release };
        let word = if self.kind == LockOpKind::Lock { "Unlock" } else { "RUnlock" };
        vec![Edit {
            title: format!("defer the `{word}`"),
            applicability: Applicability::Suggested,
            replacements: vec![Replacement { place: start, text: "defer ".into() }],
        }]
    }
}

impl Rule for MutexEmptySection {
    fn id(&self) -> &'static str {
        "mutex-empty-section"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::LOCK]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for list in statement_lists(body) {
            let stmts: Vec<_> = body.ast.list(list).collect();
            for at in 0..stmts.len() {
                if let Some(finding) = empty_section(cx, body, &stmts, at) {
                    report.add(&finding);
                }
            }
        }
    }
}

/// The statement lists of blocks and clauses.
fn statement_lists(body: BodyCx<'_>) -> Vec<List<StmtId>> {
    let ast = body.ast;
    let mut lists = Vec::new();
    for stmt in (0..ast.stmt_count() as u32).map(StmtId::new) {
        match ast.stmt(stmt) {
            Stmt::Block(list) => lists.push(list),
            Stmt::Switch { clauses, .. } | Stmt::TypeSwitch { clauses, .. } | Stmt::Select { clauses } => {
                lists.extend(ast.list(clauses).map(|clause: ClauseId| ast.clause(clause).body));
            }
            _ => {}
        }
    }
    lists
}

/// Whether the comment above a function speaks of the locks: it takes them to see whether they are free.
fn is_about_locks(cx: &Cx<'_>, body: BodyCx<'_>) -> bool {
    const WORDS: [&str; 4] = ["lock", "mutex", "acquire", "barrier"];
    cx.comment_above_says(body.id, &WORDS)
}

fn empty_section(cx: &Cx<'_>, body: BodyCx<'_>, stmts: &[StmtId], at: usize) -> Option<Empty> {
    // Without anything behind it, nothing was to be protected: somebody waits for the present holder.
    let (&first, &second, &next) = (stmts.get(at)?, stmts.get(at + 1)?, stmts.get(at + 2)?);
    let (lock, unlock) = (operation(cx, body, first)?, operation(cx, body, second)?);
    let fits = matches!(
        (lock.kind, unlock.kind),
        (LockOpKind::Lock, LockOpKind::Unlock) | (LockOpKind::RLock, LockOpKind::RUnlock)
    );
    if !fits || lock.path.is_none() || lock.path != unlock.path {
        return None;
    }
    // So does who gives another lock up for the time.
    let previous = at.checked_sub(1).and_then(|before| operation(cx, body, stmts[before]));
    let is_relay = previous.is_some_and(|op| !op.kind.acquires())
        || operation(cx, body, next).is_some_and(|op| op.kind.acquires());
    let (from, to) = (body.ast.stmt_span(first), body.ast.stmt_span(second));
    if is_relay || has_comment(body, from, to) || is_about_locks(cx, body) {
        return None;
    }
    let path = lock.path?;
    Some(Empty {
        lock: cx.expr_place(body, lock.call),
        unlock: cx.expr_place(body, unlock.call),
        name: body.display_path(&path),
        kind: lock.kind,
        release: cx.stmt_place(body, second),
    })
}

/// Whether a comment explains it: in the lines above, up to a blank one, between the two calls or beside the second.
fn has_comment(body: BodyCx<'_>, lock: Span, unlock: Span) -> bool {
    let before = body.text_at(Span::new(0, lock.start));
    let paragraph =
        before.lines().rev().skip(1).take_while(|line| !line.trim().is_empty() && !line.ends_with('{'));
    let behind = body.text_at(Span::new(lock.end, body.source().len() as u32));
    let last = behind
        .get((unlock.end - lock.end) as usize..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    let between = body.text_at(Span::new(lock.end, unlock.start)).lines().skip(1);
    paragraph.chain(between).chain([last]).any(|line| line.contains("//"))
}

fn operation(cx: &Cx<'_>, body: BodyCx<'_>, stmt: StmtId) -> Option<LockOp> {
    match body.ast.stmt(stmt) {
        Stmt::Expr(call) => cx.model.lock_op(body, body.ast.unparen(call)),
        _ => None,
    }
}
