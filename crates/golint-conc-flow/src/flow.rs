//! Graphs and summaries of one package, computed at the first question.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use golint_conc_semantic::{BodyCx, BodyId, Callee, Package};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use golint_conc_syntax::{Symbol, Token, Tokens, has_word};
use rustc_hash::FxHashMap;

use crate::calls::{CallEnd, std_call_end};
use crate::elsewhere::Elsewhere;
use crate::graph::{ExitKind, FuncGraph};
use crate::ownership::Taking;
use crate::resource::Slot;

/// How long a chain of calls is followed to find out whether the last of them returns.
const MAX_CALL_DEPTH: usize = 32;

/// A function that can run: a declared one, or a literal in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Func {
    /// The declaration.
    pub body: BodyId,
    /// The literal, where it is one.
    pub lit: Option<ExprId>,
}

/// What may happen in the functions of one package.
#[derive(Debug)]
pub struct Flow<'p> {
    /// The package.
    pub pkg: &'p Package,
    graphs: RefCell<FxHashMap<Func, Option<Rc<FuncGraph>>>>,
    ends: RefCell<Ends>,
    pub(crate) elsewhere: Elsewhere,
    pub(crate) hands_out: RefCell<FxHashMap<(Func, Symbol, usize), bool>>,
    pub(crate) takings: RefCell<FxHashMap<(BodyId, Slot, u8, Symbol), Taking>>,
}

/// How functions end, and the functions whose end is being found out, outermost first.
#[derive(Debug, Default)]
struct Ends {
    known: FxHashMap<BodyId, CallEnd>,
    open: Vec<BodyId>,
    /// The outermost open function whose end was taken for [`CallEnd::Returns`] meanwhile.
    assumed: Option<usize>,
}

impl<'p> Flow<'p> {
    /// Nothing computed yet.
    pub fn new(pkg: &'p Package) -> Self {
        Self {
            pkg,
            graphs: RefCell::default(),
            ends: RefCell::default(),
            elsewhere: Elsewhere::default(),
            hands_out: RefCell::default(),
            takings: RefCell::default(),
        }
    }

    /// The declared function of a body and the function literals in it, in the order of the text.
    pub fn funcs(&self, body: BodyId) -> Vec<Func> {
        let ast = self.pkg.body_ast(body);
        let mut literals: Vec<_> = (0..ast.expr_count() as u32)
            .map(ExprId::new)
            .filter(|&expr| matches!(ast.expr(expr), Expr::Func { .. }))
            .collect();
        literals.sort_by_key(|&literal| ast.expr_span(literal).start);
        let declared = ast.func().map(|_| Func { body, lit: None });
        declared.into_iter().chain(literals.into_iter().map(|lit| Func { body, lit: Some(lit) })).collect()
    }

    /// The block of a function.
    pub fn func_block(&self, func: Func) -> Option<(BodyCx<'p>, StmtId)> {
        let cx = self.pkg.body(func.body);
        let block = match func.lit {
            Some(lit) => match cx.ast.expr(lit) {
                Expr::Func { body, .. } => body,
                _ => return None,
            },
            None => cx.ast.func()?.body?,
        };
        Some((cx, block))
    }

    /// The graph of a function; none where its text is not understood, or too big.
    pub fn graph(&self, func: Func) -> Option<Rc<FuncGraph>> {
        if let Some(known) = self.graphs.borrow().get(&func) {
            return known.clone();
        }
        let graph = self
            .func_block(func)
            .and_then(|(cx, block)| FuncGraph::new(cx, block, &|call| self.call_end(cx, call)).map(Rc::new));
        // While an end is being found out, callees higher up count as returning: such a graph is not for others.
        if self.ends.borrow().open.is_empty() {
            self.graphs.borrow_mut().insert(func, graph.clone());
        }
        graph
    }

    /// How a call ends: by what is known of the callee's name, or of its body in this package.
    pub fn call_end(&self, cx: BodyCx<'p>, call: ExprId) -> CallEnd {
        let callee = cx.callee(call);
        match callee.body() {
            Some(body) => self.func_end(body),
            None => match std_call_end(cx, call, &callee) {
                CallEnd::Returns => self.end_elsewhere(&callee).unwrap_or(CallEnd::Returns),
                end => end,
            },
        }
    }

    /// Whether a declared function never returns to its caller.
    pub fn never_returns(&self, body: BodyId) -> bool {
        self.func_end(body) != CallEnd::Returns
    }

    /// How a declared function ends: other than [`CallEnd::Returns`] only where no path returns. In a recursion, the
    /// calls that close the circle count as returning.
    pub fn func_end(&self, body: BodyId) -> CallEnd {
        {
            let mut ends = self.ends.borrow_mut();
            if let Some(&end) = ends.known.get(&body) {
                return end;
            }
            if !self.may_not_return(body) {
                ends.known.insert(body, CallEnd::Returns);
                return CallEnd::Returns;
            }
            if let Some(depth) = ends.open.iter().position(|&open| open == body) {
                ends.assumed = Some(ends.assumed.map_or(depth, |assumed| assumed.min(depth)));
                return CallEnd::Returns;
            }
            if self.pkg.bounds.count("calls to find out what returns", MAX_CALL_DEPTH <= ends.open.len()) {
                ends.assumed = Some(0);
                return CallEnd::Returns;
            }
            ends.open.push(body);
        }
        let end = self.find_end(Func { body, lit: None });
        let mut ends = self.ends.borrow_mut();
        ends.open.pop();
        let depth = ends.open.len();
        if ends.assumed.is_none_or(|assumed| depth <= assumed) {
            ends.assumed = None;
            ends.known.insert(body, end);
        }
        end
    }

    /// Whether a function defers a literal that calls `recover`, so that its caller goes on after a panic.
    pub fn recovers(&self, func: Func) -> bool {
        let Some((cx, block)) = self.func_block(func) else { return false };
        let mut found = false;
        walk_inline(cx.ast, block, |node| {
            if let NodeRef::Stmt(stmt) = node
                && let Stmt::Defer(call) = cx.ast.stmt(stmt)
                && let Callee::Literal(literal) = cx.callee(call)
            {
                walk_inline(cx.ast, literal, |node| {
                    found |= matches!(node, NodeRef::Expr(expr) if matches!(cx.ast.expr(expr), Expr::Call { .. })
                        && cx.callee(expr).is_builtin("recover"));
                });
            }
        });
        found
    }

    fn find_end(&self, func: Func) -> CallEnd {
        let Some((cx, block)) = self.func_block(func) else { return CallEnd::Returns };
        let Some(graph) = self.graph(func) else { return CallEnd::Returns };
        let exits = graph.exits();
        if exits.iter().any(|exit| exit.kind.returns()) {
            return CallEnd::Returns;
        }
        let panics = exits.iter().any(|exit| matches!(exit.kind, ExitKind::Panic(_)));
        if panics && may_recover(cx, block) {
            return CallEnd::Returns;
        }
        match exits.first().map(|exit| exit.kind) {
            Some(ExitKind::Panic(_)) => CallEnd::Panic,
            Some(ExitKind::Goexit(_)) => CallEnd::Goexit,
            Some(ExitKind::ProcessEnd(_)) => CallEnd::ProcessEnd,
            _ => CallEnd::Stuck,
        }
    }

    /// Whether a body has any of the words that a function needs not to return, and no `return` of its own, without
    /// parsing it.
    fn may_not_return(&self, body: BodyId) -> bool {
        let source = &self.pkg.files[self.pkg.body_decl(body).file].source;
        let Some(span) = self.pkg.body_outline(body).body else { return false };
        let text = span.slice(source.text());
        ending_words().is_some_and(|words| words.is_match(text)) && !returns(text)
    }
}

/// Whether the text of a function's block has a `return` outside of function literals that surely may be come to: the
/// statement before it has none of the words that may end things, as in `log.Fatal(err); return nil`.
fn returns(text: &[u8]) -> bool {
    if !has_word(text, Symbol::new("return")) {
        return false;
    }
    let tokens = Tokens::new(text);
    let literals = tokens.func_literals();
    let is_return =
        |&at: &usize| tokens.word(at) == b"return" && !literals.iter().any(|literal| literal.contains(&at));
    let is_behind_end = |at: usize| {
        let words = (0..at.saturating_sub(1))
            .rev()
            .take_while(|&at| !matches!(tokens.token(at), Token::Semi | Token::Punct(b'{' | b'}')));
        words.map(|at| tokens.word(at)).any(|word| ending_words().is_some_and(|ends| ends.is_match(word)))
    };
    (0..tokens.len()).filter(is_return).any(|at| !is_behind_end(at))
}

/// What some word in a function that never returns has in it: what ends, loops or blocks, and what such functions are
/// called when others call them.
pub(crate) fn ending_words() -> Option<&'static AhoCorasick> {
    const WORDS: [&str; 12] = [
        "panic", "exit", "fatal", "failnow", "skip", "for {", "select", "throw", "die", "abort", "usage",
        "goto",
    ];
    static MATCHER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    MATCHER.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok()).as_ref()
}

/// Whether a function defers anything that may call `recover`.
fn may_recover(cx: BodyCx<'_>, block: StmtId) -> bool {
    let mut found = false;
    walk_inline(cx.ast, block, |node| {
        let NodeRef::Stmt(stmt) = node else { return };
        let Stmt::Defer(call) = cx.ast.stmt(stmt) else { return };
        let callee = cx.callee(call);
        let is_std = match &callee {
            Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
                golint_conc_semantic::is_std(pkg.as_str())
            }
            Callee::Builtin(_) => true,
            _ => false,
        };
        found |= !is_std;
    });
    found
}
