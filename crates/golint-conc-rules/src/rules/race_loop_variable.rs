//! See `rules/race-loop-variable.md`.

use golint_conc_concurrency::{CapturedLoopVariable, Spawn};
use golint_conc_flow::assigned;
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, BodyId, LocalId, LocalKind};
use golint_conc_syntax::ast::{Expr, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, walk};
use golint_conc_syntax::{Signals, Token, Tokens};

use crate::diagnostic::{Applicability, Confidence, Edit, Finding, Place, Replacement, Step};
use crate::edits;
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: RaceLoopVariable = RaceLoopVariable;

pub(crate) struct RaceLoopVariable;

const GO_IN_LOOP: Signals = Signals::GO.union(Signals::FOR);
const SPAWN_IN_LOOP: Signals = Signals::SPAWN.union(Signals::FOR);

struct LoopVariable {
    name: String,
    use_: Place,
    spawn: Place,
    variable: Place,
    is_shared: bool,
    is_write: bool,
    copy: Option<Replacement>,
    confidence: Confidence,
}

impl Finding for LoopVariable {
    fn message(&self) -> String {
        let name = &self.name;
        match (self.is_shared, self.is_write) {
            (true, false) => {
                format!("loop variable `{name}` is read in a goroutine while the loop changes it")
            }
            (true, true) => {
                format!("loop variable `{name}` is written in a goroutine while the loop uses it")
            }
            (false, _) => {
                format!(
                    "loop variable `{name}` is written in a goroutine while the loop copies it for the next turn"
                )
            }
        }
    }

    fn primary(&self) -> Place {
        self.use_
    }

    fn steps(&self) -> Vec<Step> {
        let next = match self.is_shared {
            true => "the next turn changes the variable, which all turns share before Go 1.22",
            false => "the end of the turn reads the variable to make the next turn's",
        };
        let verb = if self.is_write { "writes" } else { "reads" };
        vec![
            step(self.spawn, 0, "starts a goroutine, and the loop goes on"),
            step(self.use_, 1, format!("{verb} `{}`", self.name)),
            step(self.variable, 0, next),
        ]
    }

    fn help(&self) -> Option<String> {
        Some(format!("give each turn a copy: `{0} := {0}` before the goroutine starts", self.name))
    }

    fn edits(&self) -> Vec<Edit> {
        let edit = |copy: &Replacement| Edit {
            title: format!("copy `{}` for the goroutine", self.name),
            applicability: Applicability::Safe,
            replacements: vec![copy.clone()],
        };
        self.copy.iter().map(edit).collect()
    }

    fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl Rule for RaceLoopVariable {
    fn id(&self) -> &'static str {
        "race-loop-variable"
    }

    fn gates(&self) -> &'static [Signals] {
        &[GO_IN_LOOP, SPAWN_IN_LOOP]
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        cx.lang(id) < LangVersion::LOOP_VARIABLES || has_three_clauses(&Tokens::new(cx.pkg.body_text(id)))
    }

    fn package(&self, cx: &Cx<'_>, report: &mut Report<'_>) {
        for (id, decl) in cx.pkg.bodies() {
            let file = &cx.pkg.files[decl.file];
            let text = cx.pkg.body_text(id);
            let may_be_parallel = file.is_test
                && file.lang < LangVersion::LOOP_VARIABLES
                && memchr::memmem::find(text, b".Parallel(").is_some();
            if may_be_parallel {
                let body = cx.body(id);
                for captured in cx.model.loop_variables_in_parallel_tests(body) {
                    report.add(&finding(cx, body, &captured));
                }
            }
        }
    }

    fn goroutine(&self, cx: &Cx<'_>, spawn: &Spawn, report: &mut Report<'_>) {
        let body = cx.body(spawn.body);
        for captured in cx.model.captured_loop_variables(spawn) {
            // Since Go 1.22 each turn has its own, and only the copy at its end reads it from outside.
            if is_shared(cx, body) || (captured.is_write && captured.is_copied) {
                report.add(&finding(cx, body, &captured));
            }
        }
    }
}

/// Whether some loop has an init statement, a condition and a post statement.
fn has_three_clauses(tokens: &Tokens<'_>) -> bool {
    (0..tokens.len()).filter(|&at| tokens.word(at) == b"for").any(|start| {
        let mut at = start + 1;
        while !matches!(tokens.token(at), Token::Semi | Token::Eof | Token::Punct(b'{')) {
            at = tokens.behind(at);
        }
        tokens.token(at) == Token::Semi
    })
}

fn is_shared(cx: &Cx<'_>, body: BodyCx<'_>) -> bool {
    cx.lang(body.id) < LangVersion::LOOP_VARIABLES
}

fn finding(cx: &Cx<'_>, body: BodyCx<'_>, captured: &CapturedLoopVariable) -> LoopVariable {
    let info = body.local_info(captured.local);
    let spawn = cx.node_place(body, captured.node);
    let confidence = if captured.may_be_awaited { Confidence::Low } else { Confidence::High };
    LoopVariable {
        confidence,
        name: info.name.to_string(),
        use_: cx.expr_place(body, captured.use_),
        spawn,
        variable: cx.expr_place(body, info.ident),
        is_shared: is_shared(cx, body),
        is_write: captured.is_write,
        copy: if captured.is_write { None } else { copy(cx, body, captured.local) },
    }
}

/// The variable's copy at the beginning of the turn, where the turn only reads it.
fn copy(cx: &Cx<'_>, body: BodyCx<'_>, local: LocalId) -> Option<Replacement> {
    let info = body.local_info(local);
    let LocalKind::Loop(turn) = info.kind else { return None };
    let (Stmt::For { body: block, .. } | Stmt::Range { body: block, .. }) = body.ast.stmt(turn) else {
        return None;
    };
    let mut is_written = false;
    walk(body.ast, block, |node| {
        if let NodeRef::Stmt(stmt) = node {
            is_written |= assigned(body, stmt).iter().any(|&(target, _)| body.local(target) == Some(local));
        }
        if let NodeRef::Expr(expr) = node
            && let Expr::Unary { op: UnaryOp::Addr, operand } = body.ast.expr(expr)
        {
            is_written |= body.local(operand) == Some(local);
        }
        Walk::Into
    });
    if is_written {
        return None;
    }
    edits::insert_first(cx, body, block, &format!("{0} := {0}", info.name))
}
