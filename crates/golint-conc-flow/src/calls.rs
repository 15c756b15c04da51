//! Calls after which the caller does not go on.

use golint_conc_semantic::{BodyCx, Callee, MemberKind};
use golint_conc_syntax::ast::{Expr, ExprId};

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallEnd {
    /// The caller goes on, or may.
    Returns,
    /// It panics.
    Panic,
    /// The goroutine ends; deferred calls run.
    Goexit,
    /// The process ends; deferred calls do not run.
    ProcessEnd,
    /// It loops or blocks for ever.
    Stuck,
}

const FATAL: [&str; 4] = ["Fatal", "Fatalf", "Fatalln", "FatalDepth"];
const EXIT: [&str; 4] = ["Exit", "Exitf", "Exitln", "ExitDepth"];
const PANIC: [&str; 3] = ["Panic", "Panicf", "Panicln"];
const TEST_END: [&str; 6] = ["Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow"];

/// How a call ends, as far as the callee's name tells: functions of the standard library, and functions and methods
/// elsewhere that are named like those of its packages `log` and `testing`. A function of this package is
/// [`CallEnd::Returns`] here, see [`crate::Flow::call_end`].
pub fn std_call_end(cx: BodyCx<'_>, call: ExprId, callee: &Callee) -> CallEnd {
    match callee {
        Callee::Builtin(name) if *name == "panic" => CallEnd::Panic,
        Callee::Func { pkg, name, body: None } => func_end(pkg.as_str(), name.as_str()),
        Callee::Method { pkg, name, kind, .. } if !matches!(kind, MemberKind::Method(_)) => {
            match pkg.as_str() {
                "testing" if TEST_END.contains(&name.as_str()) => CallEnd::Goexit,
                "log" if FATAL.contains(&name.as_str()) => CallEnd::ProcessEnd,
                // An interface with such a method stands for a `testing.TB` or a logger.
                _ if FATAL.contains(&name.as_str()) || *name == "FailNow" => CallEnd::Goexit,
                "log" if PANIC.contains(&name.as_str()) => CallEnd::Panic,
                _ => CallEnd::Returns,
            }
        }
        Callee::Unknown(_) => match selected_name(cx, call) {
            Some(name) if FATAL.contains(&name) || name == "FailNow" => CallEnd::Goexit,
            Some(name) if PANIC.contains(&name) => CallEnd::Panic,
            _ => CallEnd::Returns,
        },
        _ => CallEnd::Returns,
    }
}

fn func_end(pkg: &str, name: &str) -> CallEnd {
    match (pkg, name) {
        ("os" | "syscall", "Exit") | ("runtime", "fatal" | "throw") => CallEnd::ProcessEnd,
        ("runtime", "Goexit") => CallEnd::Goexit,
        _ if pkg == "log" || pkg.rsplit('/').next().is_some_and(|last| last.contains("log")) => {
            if FATAL.contains(&name) || EXIT.contains(&name) {
                CallEnd::ProcessEnd
            } else if PANIC.contains(&name) {
                CallEnd::Panic
            } else {
                CallEnd::Returns
            }
        }
        _ if pkg.ends_with("testify/require")
            && matches!(name, "Fail" | "Failf" | "FailNow" | "FailNowf") =>
        {
            CallEnd::Goexit
        }
        _ => CallEnd::Returns,
    }
}

fn selected_name(cx: BodyCx<'_>, call: ExprId) -> Option<&'static str> {
    let Expr::Call { fun, .. } = cx.ast.expr(cx.ast.unparen(call)) else { return None };
    let Expr::Selector { sel, .. } = cx.ast.expr(cx.ast.unparen(fun)) else { return None };
    Some(cx.ast.ident(sel)?.as_str())
}

/// What a test goes on with only if it holds, or has failed by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// An argument, such as an error, is nil or is not.
    Nil(bool),
    /// An argument is a condition with this value.
    Holds(bool),
    /// The second and third arguments are equal, or are not.
    Equal(bool),
}

/// What a call asserts, by its name: functions of the assertion libraries, and functions of the package that are named
/// like them.
pub fn assertion(callee: &Callee) -> Option<Assertion> {
    const NOT_NIL: [&str; 9] = [
        "Error",
        "ErrorIs",
        "ErrorAs",
        "ErrorContains",
        "EqualError",
        "ErrorType",
        "Errorf",
        "NotNil",
        "NotNilf",
    ];
    const NIL: [&str; 5] = ["NoError", "NoErrorf", "NilError", "Nil", "Nilf"];
    let (Callee::Func { pkg, name, .. } | Callee::Method { pkg, name, .. }) = callee else { return None };
    let (pkg, name) = (pkg.as_str(), name.as_str());
    let is_library = pkg.ends_with("/assert") || pkg.ends_with("/require");
    let own = ["require_", "require", "assert", "expect"].iter().find_map(|prefix| name.strip_prefix(prefix));
    match own.filter(|_| callee.body().is_some()).or(is_library.then_some(name))? {
        "True" | "Truef" => Some(Assertion::Holds(true)),
        "False" | "Falsef" => Some(Assertion::Holds(false)),
        "Equal" | "Equalf" | "Len" => Some(Assertion::Equal(true)),
        "NotEqual" | "NotEqualf" => Some(Assertion::Equal(false)),
        name if NOT_NIL.contains(&name) => Some(Assertion::Nil(false)),
        name if NIL.contains(&name) => Some(Assertion::Nil(true)),
        _ => None,
    }
}
