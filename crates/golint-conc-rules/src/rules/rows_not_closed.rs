//! See `rules/rows-not-closed.md`.

use golint_conc_flow::{Kind, assigned};
use golint_conc_semantic::BodyCx;
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::{ExprId, Stmt, StmtId};

use crate::diagnostic::Confidence;
use crate::leak;
use crate::rule::{Cx, Report, Rule};

pub(crate) static RULE: RowsNotClosed = RowsNotClosed;

pub(crate) struct RowsNotClosed;

impl Rule for RowsNotClosed {
    fn id(&self) -> &'static str {
        "rows-not-closed"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::NONE]
    }

    fn imports(&self) -> &'static [&'static str] {
        &[
            "database/sql",
            "github.com/jmoiron/sqlx",
            "github.com/jackc/pgx/v4",
            "github.com/jackc/pgx/v4/pgxpool",
            "github.com/jackc/pgx/v5",
            "github.com/jackc/pgx/v5/pgxpool",
        ]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Query", ".Prepare", ".Begin", ".Conn(", "rows", "Rows"]
    }

    fn resource(&self) -> Option<Kind> {
        Some(Kind::Sql)
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for mut found in leak::leaks(cx, body, Kind::Sql) {
            if has_own_context(body, found.call) {
                found.confidence = Confidence::Low;
            }
            report.add(&found);
        }
    }
}

/// Whether a query gets a context that the function has derived, and with whose end it ends.
fn has_own_context(body: BodyCx<'_>, call: ExprId) -> bool {
    const DERIVE: [&str; 4] = ["WithCancel", "WithTimeout", "WithDeadline", "WithCancelCause"];
    let Some(context) = body.args(call).first().and_then(|&arg| body.local(arg)) else { return false };
    let stmts = (0..body.ast.stmt_count() as u32).map(StmtId::new);
    stmts.filter(|&stmt| assigned(body, stmt).iter().any(|&(to, _)| body.local(to) == Some(context))).any(
        |stmt| match body.ast.stmt(stmt) {
            Stmt::Assign { rhs, .. } => {
                body.ast.list(rhs).any(|value| body.callee(value).is_func("context", &DERIVE))
            }
            _ => false,
        },
    )
}
