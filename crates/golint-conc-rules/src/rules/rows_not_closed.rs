//! See `rules/rows-not-closed.md`.

use golint_conc_flow::Kind;
use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::Signals;
use golint_conc_syntax::ast::ExprId;

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
            // Rows end with the context of their query, and with the transaction that made their statement.
            if leak::is_derived(body, found.call) || is_of_transaction(body, found.call) {
                found.confidence = Confidence::Low;
            }
            report.add(&found);
        }
    }
}

/// Whether a method is called of what a method of a transaction returned.
fn is_of_transaction(body: BodyCx<'_>, call: ExprId) -> bool {
    let Callee::Method { recv, .. } = body.callee(call) else { return false };
    let init = body.local(recv).and_then(|local| body.local_info(local).init);
    let maker = init.map_or(recv, |(init, _)| init);
    body.callee(maker).is_method("database/sql", "Tx", &["Prepare", "PrepareContext", "Stmt", "StmtContext"])
}
