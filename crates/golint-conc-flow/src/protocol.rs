//! The table of resources: what is acquired how, and what releases it.

use golint_conc_semantic::{BodyCx, Callee};
use golint_conc_syntax::ast::{Expr, ExprId};
use golint_conc_syntax::{Symbol, has_word};

use crate::endings::{parent_ends, request_ends, transaction_ends};
use crate::flow::Func;

/// A declared name of a package: import path and name.
pub type Name = (Symbol, Symbol);

/// The functions of package `context` that derive a context which ends before its parent, with a function that ends it.
pub const CANCELLABLE: [&str; 6] =
    ["WithCancel", "WithTimeout", "WithDeadline", "WithCancelCause", "WithTimeoutCause", "WithDeadlineCause"];

/// What kinds of resources there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bodies of responses that a client has received.
    HttpBody,
    /// Rows, statements, transactions and connections of databases.
    Sql,
    /// Functions that cancel a context.
    Cancel,
    /// Tickers.
    Ticker,
}

/// Functions or methods.
#[derive(Clone, Debug)]
pub enum Who {
    /// Functions of a package.
    Func(Symbol, Vec<Symbol>),
    /// Methods of types of a package.
    Method(Symbol, Vec<Symbol>, Vec<Symbol>),
}

impl Who {
    /// Functions of a package.
    pub fn func(pkg: &str, names: &[&str]) -> Self {
        Self::Func(Symbol::new(pkg), symbols(names))
    }

    /// Methods of types of a package.
    pub fn method(pkg: &str, types: &[&str], names: &[&str]) -> Self {
        Self::Method(Symbol::new(pkg), symbols(types), symbols(names))
    }

    /// The names, without those of packages and types.
    pub fn names(&self) -> &[Symbol] {
        match self {
            Self::Func(_, names) | Self::Method(_, _, names) => names,
        }
    }

    /// Whether a call is one of them. A method of a type whose declaration is not at hand is known by its name.
    pub(crate) fn is_called(&self, cx: BodyCx<'_>, call: ExprId, callee: &Callee) -> bool {
        match (self, callee) {
            (Self::Func(pkg, names), Callee::Func { pkg: p, name, .. }) => p == pkg && names.contains(name),
            (Self::Method(pkg, types, names), Callee::Method { pkg: p, type_name, name, .. }) => {
                p == pkg && types.contains(type_name) && names.contains(name)
            }
            (Self::Method(pkg, types, names), Callee::Unknown(_)) => {
                let Expr::Call { fun, .. } = cx.ast.expr(call) else { return false };
                let Expr::Selector { base, sel } = cx.ast.expr(cx.ast.unparen(fun)) else { return false };
                cx.ast.ident(sel).is_some_and(|name| names.contains(&name))
                    && types.iter().any(|ty| cx.is_named(base, pkg.as_str(), ty.as_str()))
            }
            _ => false,
        }
    }
}

/// Calls that acquire a resource.
#[derive(Clone, Debug)]
pub struct Source {
    /// What is called.
    pub who: Who,
    /// Which result is the resource.
    pub result: usize,
    /// Which result is the error; without one, there always is a resource.
    pub error: Option<usize>,
    /// How sure it is that it must be given back.
    pub evidence: Evidence,
    /// The argument that it is read from: what comes out of memory need not be given back.
    pub from: Option<usize>,
}

impl Source {
    /// Calls with the results of nearly all of them: the resource and an error.
    pub const fn or_error(who: Who) -> Self {
        Self { who, result: 0, error: Some(1), evidence: Evidence::Table, from: None }
    }

    /// Calls that can't fail.
    pub const fn always(who: Who, result: usize) -> Self {
        Self { who, result, error: None, evidence: Evidence::Table, from: None }
    }
}

/// Calls that read from what is to be released.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What is called.
    pub who: Who,
    /// The argument that is read from.
    pub from: usize,
    /// The argument that is written to: an error may be that one's, unless it never fails.
    pub to: Option<usize>,
}

/// Which interface methods, function values and functions of packages that are neither this one nor the standard
/// library's are taken for sources, among those that return the resource and an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsFor {
    /// None.
    Nobody,
    /// Those with a parameter of this type, or a pointer to it.
    Takes(Name),
    /// All of them.
    Anybody,
}

/// A kind of resource: a row of the table.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// What it is called, in one or two words: unlike every other row's, and read by people.
    pub noun: Symbol,
    /// What people call a variable that holds it.
    pub usual: Symbol,
    /// What must happen to it, as in "is not closed".
    pub done: Symbol,
    /// What it costs when that does not happen.
    pub cost: Symbol,
    /// Its types; a function that returns one, or a pointer to it, may hand a resource out.
    pub types: Vec<Name>,
    /// Who hands one out, beside functions of the package that pass theirs on.
    pub sources: Vec<Source>,
    /// The field that is to be released; without one, the value itself.
    pub part: Option<Symbol>,
    /// The methods of that part that release it.
    pub releases: Vec<Symbol>,
    /// The methods of the whole value that release it too.
    pub releases_whole: Vec<Symbol>,
    /// The methods that have released it once they return false.
    pub ends: Vec<Symbol>,
    /// The methods that have released it once they return an error.
    pub fails: Vec<Symbol>,
    /// The calls that have released it once they return an error in reading from it.
    pub readings: Vec<Reading>,
    /// Whether a call reads all of it, releases it and puts a copy in its place.
    pub copies: Option<fn(BodyCx<'_>, ExprId) -> bool>,
    /// Calls of sources that hand out nothing to release, such as those for an answer without a body.
    pub except: Option<fn(BodyCx<'_>, ExprId) -> bool>,
    /// Calls of sources whose resource ends with the function at the latest.
    pub ends_with_function: Option<fn(BodyCx<'_>, Func, ExprId) -> bool>,
    /// A field, and the constants at which there is nothing to release: name and number.
    pub nothing_at: Option<(Symbol, Vec<(Name, i128)>)>,
    /// Whether calling it releases it.
    pub by_call: bool,
    /// Which other result of a source is the context that goes with it: once that is done, nothing is left to release.
    pub context: Option<usize>,
    /// Which functions that are not at hand hand one out.
    pub stands_for: StandsFor,
}

impl Protocol {
    /// A resource that nothing acquires or releases so far.
    pub fn new(noun: &str, usual: &str, done: &str, cost: &str) -> Self {
        Self {
            noun: Symbol::new(noun),
            usual: Symbol::new(usual),
            done: Symbol::new(done),
            cost: Symbol::new(cost),
            types: Vec::new(),
            sources: Vec::new(),
            part: None,
            releases: Vec::new(),
            releases_whole: Vec::new(),
            ends: Vec::new(),
            fails: Vec::new(),
            readings: Vec::new(),
            copies: None,
            except: None,
            ends_with_function: None,
            nothing_at: None,
            by_call: false,
            context: None,
            stands_for: StandsFor::Nobody,
        }
    }
}

/// How surely a call acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// By the table, but something else that is closed may well take the resource with it.
    Covered,
    /// By its signature: a function that is not at hand and stands for a call of the table.
    Signature,
    /// A function of the package that returns what it acquired.
    Wrapper,
    /// A call of the table.
    Table,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Protocols {
    rows: Vec<(Kind, Protocol, bool)>,
}

impl Protocols {
    /// What everybody uses: the standard library, and the libraries for databases that most programs use beside it.
    pub fn standard() -> Self {
        let mut rows =
            vec![(Kind::HttpBody, http_body()), (Kind::Cancel, cancel()), (Kind::Ticker, ticker())];
        rows.extend(
            [sql_rows(), sqlx_rows(), pgx_rows(), sql_stmt(), sql_tx(), sql_conn()]
                .map(|row| (Kind::Sql, row)),
        );
        Self { rows: rows.into_iter().map(|(kind, row)| (kind, row, false)).collect() }
    }

    /// Adds a row of the user's.
    pub fn add(&mut self, kind: Kind, row: Protocol) {
        self.rows.push((kind, row, true));
    }

    /// The rows of a kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Protocol> {
        self.rows.iter().filter(move |row| row.0 == kind).map(|row| &row.1)
    }

    /// The rows of a kind that the user has added.
    pub fn added(&self, kind: Kind) -> impl Iterator<Item = &Protocol> {
        self.rows.iter().filter(move |row| row.0 == kind && row.2).map(|row| &row.1)
    }

    /// Whether some row has this noun.
    pub fn has(&self, noun: &str) -> bool {
        self.rows.iter().any(|row| row.1.noun == noun)
    }
}

fn http_body() -> Protocol {
    // The answer to `Head` has no body.
    const CALLS: [&str; 4] = ["Do", "Get", "Post", "PostForm"];
    Protocol {
        sources: vec![
            Source::or_error(Who::func("net/http", &CALLS[1..])),
            Source::or_error(Who::method("net/http", &["Client"], &CALLS)),
            Source::or_error(Who::method("net/http", &["Transport", "RoundTripper"], &["RoundTrip"])),
            // Who reads responses from a connection may close that instead.
            Source {
                evidence: Evidence::Covered,
                from: Some(0),
                ..Source::or_error(Who::func("net/http", &["ReadResponse"]))
            },
        ],
        part: Some(Symbol::new("Body")),
        except: Some(asks_for_head),
        ends_with_function: Some(request_ends),
        // Who asks for another protocol has the connection itself, and these other answers have no body.
        nothing_at: Some((
            Symbol::new("StatusCode"),
            [("StatusSwitchingProtocols", 101), ("StatusNoContent", 204), ("StatusNotModified", 304)]
                .map(|(name, number)| ((Symbol::new("net/http"), Symbol::new(name)), number))
                .to_vec(),
        )),
        releases_whole: symbols(&["Write"]),
        // The transport drops the connection when reading from it fails.
        fails: symbols(&["Read"]),
        readings: body_readings(),
        copies: Some(dumps_body),
        stands_for: StandsFor::Takes((Symbol::new("net/http"), Symbol::new("Request"))),
        types: types(&[("net/http", "Response")]),
        releases: symbols(&["Close"]),
        ..Protocol::new(
            "response",
            "resp",
            "closed",
            "the connection is neither reused nor given back until the body is closed",
        )
    }
}

/// Decoders are not among them: they fail for reasons of their own.
fn body_readings() -> Vec<Reading> {
    let reading = |who, from, to| Reading { who, from, to };
    vec![
        reading(Who::func("io", &["ReadAll", "ReadFull"]), 0, None),
        reading(Who::func("io/ioutil", &["ReadAll"]), 0, None),
        reading(Who::method("bytes", &["Buffer"], &["ReadFrom"]), 0, None),
        reading(Who::func("io", &["Copy", "CopyN", "CopyBuffer"]), 1, Some(0)),
    ]
}

/// `httputil.DumpResponse(resp, true)`
fn dumps_body(cx: BodyCx<'_>, call: ExprId) -> bool {
    cx.callee(call).is_func("net/http/httputil", &["DumpResponse"])
        && matches!(cx.args(call)[..], [_, body] if cx.text(body) == "true")
}

/// Whether a request is made with the method `HEAD`, whose answer has no body: the call, or what makes its request, names
/// that method.
fn asks_for_head(cx: BodyCx<'_>, call: ExprId) -> bool {
    const HEAD: [&str; 2] = ["HEAD", "MethodHead"];
    let names_head =
        |expr: ExprId| HEAD.iter().any(|head| has_word(cx.text(expr).as_bytes(), Symbol::new(head)));
    cx.args(call).into_iter().any(|arg| {
        let init = cx.local(arg).and_then(|local| cx.local_info(local).init);
        names_head(init.map_or(arg, |(init, _)| init))
    })
}

fn cancel() -> Protocol {
    Protocol {
        sources: vec![
            Source::always(Who::func("context", &CANCELLABLE), 1),
            Source::always(Who::func("os/signal", &["NotifyContext"]), 1),
        ],
        by_call: true,
        context: Some(0),
        ends_with_function: Some(parent_ends),
        types: types(&[("context", "CancelFunc"), ("context", "CancelCauseFunc")]),
        ..Protocol::new(
            "cancel function",
            "cancel",
            "called",
            "what waits for the context stays until its parent is cancelled or its time is over",
        )
    }
}

fn ticker() -> Protocol {
    Protocol {
        sources: vec![Source::always(Who::func("time", &["NewTicker"]), 0)],
        types: types(&[("time", "Ticker")]),
        releases: symbols(&["Stop"]),
        ..Protocol::new(
            "ticker",
            "ticker",
            "stopped",
            "it goes on for ever, and wakes the processor at every tick",
        )
    }
}

const POOL: &str = "the connection goes back to the pool only then";
const SQL: &str = "database/sql";
const SQLX: &str = "github.com/jmoiron/sqlx";

/// Only rows that are closed answer these with an error: the one that has closed them, or that they are.
const ROWS_FAIL: [&str; 3] = ["Err", "Columns", "ColumnTypes"];

/// Rows of a transaction end with it, though until then the next query may find the connection busy.
fn sql_rows() -> Protocol {
    const CALLS: [&str; 2] = ["Query", "QueryContext"];
    let of_transaction =
        |pkg| Source { evidence: Evidence::Covered, ..Source::or_error(Who::method(pkg, &["Tx"], &CALLS)) };
    Protocol {
        sources: vec![
            Source::or_error(Who::method(SQL, &["DB", "Stmt", "Conn"], &CALLS)),
            Source::or_error(Who::method(SQLX, &["DB", "Conn"], &CALLS)),
            of_transaction(SQL),
            of_transaction(SQLX),
        ],
        ends: symbols(&["Next"]),
        fails: symbols(&ROWS_FAIL),
        ends_with_function: Some(transaction_ends),
        stands_for: StandsFor::Anybody,
        types: types(&[(SQL, "Rows")]),
        releases: symbols(&["Close"]),
        ..Protocol::new("rows", "rows", "closed", POOL)
    }
}

fn sqlx_rows() -> Protocol {
    const CALLS: [&str; 4] = ["Queryx", "QueryxContext", "NamedQuery", "NamedQueryContext"];
    let of_types = ["DB", "Stmt", "NamedStmt", "Conn"];
    Protocol {
        sources: vec![
            Source { evidence: Evidence::Covered, ..Source::or_error(Who::method(SQLX, &["Tx"], &CALLS)) },
            Source::or_error(Who::method(SQLX, &of_types, &CALLS)),
            Source::or_error(Who::func(SQLX, &["NamedQuery", "NamedQueryContext"])),
        ],
        ends: symbols(&["Next"]),
        fails: symbols(&ROWS_FAIL),
        ends_with_function: Some(transaction_ends),
        stands_for: StandsFor::Anybody,
        types: types(&[(SQLX, "Rows")]),
        releases: symbols(&["Close"]),
        ..Protocol::new("sqlx rows", "rows", "closed", POOL)
    }
}

fn pgx_rows() -> Protocol {
    const VERSIONS: [&str; 2] = ["github.com/jackc/pgx/v4", "github.com/jackc/pgx/v5"];
    let of_version = |pgx: &str| {
        let pool = format!("{pgx}/pgxpool");
        [
            Source::or_error(Who::method(pgx, &["Conn", "Tx"], &["Query"])),
            Source::or_error(Who::method(&pool, &["Pool", "Conn", "Tx"], &["Query"])),
        ]
    };
    Protocol {
        sources: VERSIONS.into_iter().flat_map(of_version).collect(),
        ends: symbols(&["Next"]),
        fails: symbols(&["Scan", "Values", "Err"]),
        stands_for: StandsFor::Anybody,
        types: types(&VERSIONS.map(|pgx| (pgx, "Rows"))),
        releases: symbols(&["Close"]),
        ..Protocol::new("pgx rows", "rows", "closed", POOL)
    }
}

/// Statements of a transaction or connection end with it.
fn sql_stmt() -> Protocol {
    Protocol {
        sources: vec![Source::or_error(Who::method(SQL, &["DB"], &["Prepare", "PrepareContext"]))],
        types: types(&[(SQL, "Stmt")]),
        releases: symbols(&["Close"]),
        ..Protocol::new("statement", "stmt", "closed", POOL)
    }
}

fn sql_tx() -> Protocol {
    let begin = Who::method(SQL, &["DB", "Conn"], &["Begin", "BeginTx"]);
    Protocol {
        sources: vec![Source::or_error(begin)],
        types: types(&[(SQL, "Tx")]),
        releases: symbols(&["Commit", "Rollback"]),
        ..Protocol::new("transaction", "tx", "committed or rolled back", POOL)
    }
}

fn sql_conn() -> Protocol {
    Protocol {
        sources: vec![Source::or_error(Who::method(SQL, &["DB"], &["Conn"]))],
        types: types(&[(SQL, "Conn")]),
        releases: symbols(&["Close"]),
        ..Protocol::new("connection", "conn", "closed", POOL)
    }
}

fn types(names: &[(&str, &str)]) -> Vec<Name> {
    names.iter().map(|(pkg, name)| (Symbol::new(pkg), Symbol::new(name))).collect()
}

fn symbols(names: &[&str]) -> Vec<Symbol> {
    names.iter().map(|name| Symbol::new(name)).collect()
}
