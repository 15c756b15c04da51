//! Calls that end the goroutine of a test.

use golint_conc_semantic::{AccessPath, BodyCx, BodyId, Callee, Root};
use golint_conc_syntax::ast::{BinaryOp, Expr, ExprId, Stmt};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Symbol, Token, Tokens, has_word};
use rustc_hash::FxHashSet;

use golint_conc_flow::Func;

use crate::model::{Model, Spawn};

/// How many calls are followed from a goroutine to the one that ends it.
const MAX_DEPTH: usize = 3;

/// Methods of `testing.T` and its like that end the goroutine that calls them.
pub const FATAL_METHODS: [&str; 6] = ["FailNow", "Fatal", "Fatalf", "Skip", "SkipNow", "Skipf"];

/// Packages whose functions take a `testing.T` first and end the goroutine when an assertion fails.
const FATAL_PACKAGES: [&str; 3] =
    ["github.com/stretchr/testify/require", "github.com/shoenig/test/must", "gotest.tools/v3/assert"];

/// What such a package exports beside assertions.
const NOT_FATAL: [&str; 2] = ["Check", "New"];

/// Keywords and names of Go's own that often stand before `(`, where the name of a function in a variable may stand.
const NO_VARIABLES: [&str; 26] = [
    "func", "if", "for", "switch", "case", "return", "range", "append", "cap", "clear", "close", "copy",
    "delete", "len", "make", "max", "min", "new", "panic", "recover", "byte", "error", "float64", "int",
    "int64", "string",
];

/// A call that ends the goroutine of a test, made in another one.
#[derive(Clone, Debug)]
pub struct Fatal {
    /// The call in the goroutine's own text.
    pub call: ExprId,
    /// The test's variable that it is about, as the goroutine names it.
    pub test: AccessPath,
    /// Where `call` calls a helper: the calls from there to the one that ends the goroutine.
    pub chain: Vec<(BodyId, ExprId)>,
}

impl Model<'_> {
    /// The calls in a goroutine that are to end a test but can only end the goroutine: those about a test that runs
    /// outside of it. A subtest that the goroutine runs itself has its own `t`.
    pub fn fatals_in(&self, spawn: &Spawn) -> Vec<Fatal> {
        let Some(target) = spawn.target else { return Vec::new() };
        let mut fatals = self.fatals(target, 0, &mut FxHashSet::default());
        fatals.retain(|fatal| self.path_at_spawn(spawn, &fatal.test).is_some());
        fatals
    }

    fn fatals(&self, func: Func, depth: usize, seen: &mut FxHashSet<Func>) -> Vec<Fatal> {
        let mut fatals = Vec::new();
        if self.pkg.bounds.count("calls to an assertion", MAX_DEPTH < depth) || !seen.insert(func) {
            return fatals;
        }
        let cx = self.body(func.body);
        for call in self.own_calls(func) {
            if self.runs_at_the_end(cx, func, call) || self.cannot_fail(cx, call) {
                continue;
            }
            if let Some(test) = ended_test(self, cx, call) {
                fatals.push(Fatal { call, test, chain: Vec::new() });
                continue;
            }
            let callee = cx.callee(call);
            let (Some(body), Expr::Call { fun, .. }) = (callee.body(), cx.ast.expr(call)) else { continue };
            if !self.may_take_test(body) {
                continue;
            }
            let helper = Func { body, lit: None };
            let binding = self.bind(cx, fun, &cx.args(call), helper);
            let inner = self.fatals(helper, depth + 1, seen);
            let first = inner.into_iter().find_map(|fatal| Some((binding.rebase(&fatal.test)?, fatal)));
            let Some((test, fatal)) = first else { continue };
            let chain = std::iter::once((body, fatal.call)).chain(fatal.chain).collect();
            fatals.push(Fatal { call, test, chain });
        }
        seen.remove(&func);
        fatals
    }

    /// Whether [`Model::fatals_in`] may find something in a goroutine that a body starts, as far as the text of what it
    /// runs tells: an assertion, a helper of the package that may have one, or a function in a variable.
    pub fn may_end_test_in_goroutine(&self, id: BodyId) -> bool {
        let file = self.pkg.body_decl(id).file;
        let tokens = Tokens::new(self.pkg.body_text(id));
        let name = |at: usize| Symbol::new(std::str::from_utf8(tokens.word(at)).unwrap_or_default());
        let is_before = |at: usize, next: u8| tokens.is_punct(at + 1, next);
        let is_assertions = |at: usize| {
            let path = is_before(at, b'.').then(|| self.pkg.import(file, name(at))).flatten();
            path.is_some_and(|path| FATAL_PACKAGES.contains(&path.as_str()))
        };
        let may_end = |at: usize| {
            let name = name(at);
            let is_local_call = || {
                is_before(at, b'(')
                    && tokens.before(at) != Token::Punct(b'.')
                    && !NO_VARIABLES.contains(&name.as_str())
                    && self.pkg.lookup(name).is_none()
            };
            FATAL_METHODS.contains(&name.as_str())
                || self.test_helpers().contains(&name)
                || is_assertions(at)
                || is_local_call()
        };
        let is_word = |at: &usize| tokens.token(*at) == Token::Word;
        let mut words = (0..tokens.len()).filter(is_word);
        words.any(|at| match tokens.word(at) {
            b"go" => (at + 1..end_of_stmt(&tokens, at)).filter(is_word).any(may_end),
            b"Go" | b"AfterFunc" => (at + 1..tokens.behind(at + 1)).filter(is_word).any(may_end),
            // An object whose methods are assertions.
            b"New" => 2 <= at && tokens.token(at - 2) == Token::Word && is_assertions(at - 2),
            _ => false,
        })
    }

    /// The names of functions and methods that may reach an assertion about a test of their caller.
    fn test_helpers(&self) -> &FxHashSet<Symbol> {
        self.test_helpers.get_or_init(|| {
            let is_own = |id: &BodyId| self.may_take_test(*id);
            let asserting = self.pkg.bodies().map(|(id, _)| id).filter(|&id| {
                let signals = self.pkg.body_outline(id).signals;
                signals.intersects(Signals::FATAL) || has_word(self.pkg.body_text(id), Symbol::new("must"))
            });
            let name = |id: BodyId| self.pkg.body_decl(id).name;
            let mut helpers = FxHashSet::default();
            let mut next: Vec<_> = asserting.filter(is_own).collect();
            for _ in 0..=MAX_DEPTH {
                let new: Vec<_> = next.drain(..).map(name).filter(|&name| helpers.insert(name)).collect();
                next.extend(self.pkg.bodies_naming_one_of(new).into_iter().filter(is_own));
            }
            helpers
        })
    }

    /// Whether a call is in a function that a test runs when it has ended, in its own goroutine: what `Cleanup` gets.
    fn runs_at_the_end(&self, cx: BodyCx<'_>, func: Func, call: ExprId) -> bool {
        let parents = self.parents(cx.id);
        let mut literal = parents.enclosing_func(cx.ast, call);
        while let Some(inner) = literal.filter(|_| literal != func.lit) {
            if let Some(NodeRef::Expr(outer)) = parents.parent(inner)
                && matches!(cx.callee(outer), Callee::Method { pkg, name, .. } if pkg == "testing" && name == "Cleanup")
            {
                return true;
            }
            literal = parents.enclosing_func(cx.ast, inner);
        }
        false
    }

    /// Whether an assertion about an error is one whose answer is known where it stands: behind
    /// `if err != nil { return … }`, or in a branch that has asked.
    fn cannot_fail(&self, cx: BodyCx<'_>, call: ExprId) -> bool {
        let Callee::Func { pkg, name, .. } = cx.callee(call) else { return false };
        if !FATAL_PACKAGES.contains(&pkg.as_str()) {
            return false;
        }
        let wants_nil = match name.as_str() {
            "NoError" | "NoErrorf" | "Nil" | "Nilf" => true,
            "Error" | "Errorf" | "NotNil" | "NotNilf" => false,
            _ => return false,
        };
        let Some(error) = cx.args(call).get(1).and_then(|&value| cx.local(value)) else { return false };
        let parents = self.parents(cx.id);
        let Some(NodeRef::Stmt(stmt)) = parents.parent(call) else { return false };
        let Some(NodeRef::Stmt(block)) = parents.parent(stmt) else { return false };
        let asks = |cond: ExprId, op: BinaryOp| match cx.ast.expr(cx.ast.unparen(cond)) {
            Expr::Binary { op: is, lhs, rhs } => is == op && cx.local(lhs) == Some(error) && cx.is_nil(rhs),
            _ => false,
        };
        let (known, contrary) =
            if wants_nil { (BinaryOp::Eq, BinaryOp::Ne) } else { (BinaryOp::Ne, BinaryOp::Eq) };
        let is_first = cx.ast.list(cx.ast.block(block)).next() == Some(stmt);
        if let Some(NodeRef::Stmt(outer)) = parents.parent(block)
            && let Stmt::If { cond, then, els, .. } = cx.ast.stmt(outer)
            && is_first
        {
            return then == block && asks(cond, known) || els == Some(block) && asks(cond, contrary);
        }
        let before = cx.ast.list(cx.ast.block(block)).take_while(|&sibling| sibling != stmt).last();
        before.is_some_and(|before| match cx.ast.stmt(before) {
            Stmt::If { cond, then, els: None, .. } => {
                let last = cx.ast.list(cx.ast.block(then)).last();
                let leaves = last
                    .is_some_and(|last| matches!(cx.ast.stmt(last), Stmt::Return(_) | Stmt::Branch { .. }));
                leaves && asks(cond, contrary)
            }
            _ => false,
        })
    }

    /// Whether a function of the package may reach a test: its file imports `testing`.
    fn may_take_test(&self, body: BodyId) -> bool {
        self.pkg.imports(self.pkg.body_decl(body).file, "testing")
    }
}

/// Whether what an assertion gets ends a test by `FailNow`: one that panics, as its maker's name tells, is made for
/// goroutines.
fn is_test(cx: BodyCx<'_>, expr: ExprId) -> bool {
    let init = cx.local(expr).and_then(|local| cx.local_info(local).init);
    !init.is_some_and(|(init, _)| cx.text(init).contains("Panic"))
}

/// Where the statement ends that begins at a position.
fn end_of_stmt(tokens: &Tokens<'_>, start: usize) -> usize {
    let mut at = start;
    while !matches!(tokens.token(at), Token::Semi | Token::Eof | Token::Punct(b'}')) {
        at = tokens.behind(at);
    }
    at
}

/// The test that a call ends.
fn ended_test(model: &Model<'_>, cx: BodyCx<'_>, call: ExprId) -> Option<AccessPath> {
    let callee = cx.callee(call);
    match &callee {
        Callee::Method { pkg, name, .. } if *pkg == "testing" && FATAL_METHODS.contains(&name.as_str()) => {
            cx.receiver_path(&callee)
        }
        Callee::Func { pkg, name, .. }
            if FATAL_PACKAGES.contains(&pkg.as_str()) && !NOT_FATAL.contains(&name.as_str()) =>
        {
            let test = *cx.args(call).first()?;
            is_test(cx, test).then(|| cx.path(test)).flatten()
        }
        // `require := require.New(t)`
        Callee::Unknown(_) | Callee::Method { .. } if !matches!(&callee, Callee::Method { pkg, .. } if !FATAL_PACKAGES.contains(&pkg.as_str())) =>
        {
            let Expr::Call { fun, .. } = cx.ast.expr(call) else { return None };
            let Expr::Selector { base, .. } = cx.ast.expr(cx.ast.unparen(fun)) else { return None };
            let path = cx.path(base)?;
            let Root::Local(local) = path.root else { return None };
            let (init, _) = cx.local_info(local).init?;
            let is_new = cx.callee(init).is_func(FATAL_PACKAGES[0], &["New"]);
            (is_new && path.fields.is_empty() && !model.is_reassigned(cx, local)).then_some(path)
        }
        _ => None,
    }
}
