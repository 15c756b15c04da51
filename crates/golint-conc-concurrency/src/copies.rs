//! Places that copy a value that carries a lock.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, BodyId, Callee, Entity, LOCK_TYPES, LockInside, ObjKind, Type, TypeId};
use golint_conc_syntax::ast::{
    AssignOp, Expr, ExprId, FieldId, GenKind, List, SigId, Spec, SpecId, Stmt, StmtId, UnaryOp,
};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk};
use golint_conc_syntax::{Span, Symbol};
use memchr::memmem;
use rustc_hash::FxHashMap;

use crate::model::Model;
use crate::words::{Words, is_word};

/// How far before the last bracket of a signature its results are looked for, in bytes.
const RESULTS: usize = 64;

/// How a value is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyKind {
    /// A receiver that is no pointer.
    Receiver,
    /// A parameter that is no pointer.
    Param,
    /// `a = b`
    Assign,
    /// `var a = b`
    Declare,
    /// `T{f: b}`
    Element,
    /// `f(b)`
    Argument,
    /// `return b`
    Return,
    /// `for _, a := range bs`
    Range,
    /// A variable of a three-clause loop, which each turn gets a copy of since Go 1.22.
    LoopVariable,
    /// `ch <- b`
    Send,
}

/// A place that copies a value that carries a lock.
#[derive(Clone, Debug)]
pub struct LockCopy {
    /// How.
    pub kind: CopyKind,
    /// The value that is copied, or what receives the copy.
    pub span: Span,
    /// The lock in it.
    pub lock: LockInside,
    /// For a receiver, its type.
    pub ty: Option<ExprId>,
}

impl Model<'_> {
    /// The bodies that may copy a value that carries a lock, by the words in them: nothing is parsed that names no value
    /// of such a type and follows no pointer to one.
    pub fn bodies_with_locks(&self) -> Vec<BodyId> {
        let words = self.lock_words();
        let texts = words.iter().map(|word| word.text.as_str());
        let Ok(finder) = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::LeftmostLongest)
            .build(texts)
        else {
            return Vec::new();
        };
        self.pkg
            .bodies()
            .filter(|&(id, decl)| {
                let text = self.pkg.body_text(id);
                let mut names_pointer = false;
                finder.find_iter(text).any(|found| {
                    let mention = mention(text, found.start(), found.end());
                    names_pointer |= mention != Mention::None;
                    words[found.pattern().as_usize()].is_value_at(mention)
                        && !is_variable_in_place(text, found.start())
                }) || (names_pointer && self.follows_pointer(decl.file, text))
            })
            .map(|(id, _)| id)
            .collect()
    }

    /// The names of types that carry a lock, of this package and of the standard library as its imports show, of
    /// variables and fields that hold one or a pointer to one, and of functions that return one.
    fn lock_words(&self) -> Vec<LockWord> {
        let mut kinds: FxHashMap<Symbol, WordKind> = FxHashMap::default();
        for (path, names) in LOCK_TYPES {
            // Nobody copies a test.
            if path != "testing" && (0..self.pkg.files.len()).any(|file| self.pkg.imports(file, path)) {
                kinds.extend(names.iter().map(|name| (Symbol::new(name), WordKind::Qualified)));
            }
        }
        let lockers = self.pkg.objects().filter(|(_, object)| {
            object.kind == ObjKind::Type && self.pkg.method(object.name, Symbol::new("Lock")).is_some()
        });
        let lockers = lockers.map(|(_, object)| object.name);
        let types = self.types_naming(kinds.keys().copied().chain(lockers).collect());
        let mut names: Vec<_> = kinds.keys().copied().chain(types.iter().map(|&(_, name)| name)).collect();
        for &(id, name) in &types {
            let ty = self.pkg.object_type(id);
            if let Some(kind) = self.holds_lock(ty) {
                kinds.insert(name, kind);
            }
            if let Type::Struct(fields) = self.pkg.types.get(self.pkg.underlying(ty)) {
                let held = fields.iter().filter_map(|field| Some((field.name, self.holds_lock(field.ty)?)));
                for (name, kind) in held {
                    let known = kinds.entry(name).or_insert(kind);
                    *known = (*known).max(kind);
                }
            }
        }
        for (id, decl) in self.pkg.bodies() {
            let source = &self.pkg.files[decl.file].source;
            let signature = self.pkg.body_outline(id).signature.slice(source.text());
            let returns = signature.iter().rposition(|&byte| byte == b')').unwrap_or_default();
            let results = signature.get(returns.saturating_sub(RESULTS)..).unwrap_or_default();
            if types.iter().any(|(_, name)| memmem::find(results, name.as_str().as_bytes()).is_some()) {
                kinds.entry(decl.name).or_insert(WordKind::Pointer);
                names.push(decl.name);
            }
        }
        let Ok(finder) = Words::new(&names) else { return Vec::new() };
        for (id, object) in self.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Var) {
            if finder.occur_in(self.pkg.object_text(object))
                && let Some(kind) = self.holds_lock(self.pkg.object_type(id))
            {
                kinds.insert(object.name, kind);
            }
        }
        let mut words: Vec<_> = kinds.into_iter().map(|(text, kind)| LockWord { text, kind }).collect();
        words.sort_unstable_by_key(|word| word.text.as_str());
        words
    }

    /// Whether values of the type, or its elements, carry a lock or point to one that does.
    fn holds_lock(&self, ty: TypeId) -> Option<WordKind> {
        let elem = match self.pkg.types.get(self.pkg.underlying(ty)) {
            Type::Slice(elem) | Type::Array(elem) | Type::Map(_, elem) | Type::Chan(_, elem) => elem,
            _ => ty,
        };
        let target = self.pkg.types.deref(elem);
        self.pkg.lock_inside(target)?;
        Some(if target == elem { WordKind::Value } else { WordKind::Pointer })
    }

    /// Whether a text may hold `*p` as a value: a star where an expression begins, before what is no type.
    fn follows_pointer(&self, file: usize, text: &[u8]) -> bool {
        memchr::memchr_iter(b'*', text).any(|at| {
            let before = text[..at].trim_ascii_end();
            let begins = match before.last() {
                Some(b'(') => !before.ends_with(b".("),
                Some(b'{' | b'=' | b',' | b':' | b'-') => true,
                _ => before.ends_with(b"return"),
            };
            let name = text[at + 1..].trim_ascii_start();
            let name = &name[..name.iter().take_while(|&&byte| is_word(byte)).count()];
            begins && !self.is_type_or_import(file, name)
        })
    }

    fn is_type_or_import(&self, file: usize, name: &[u8]) -> bool {
        let Ok(name) = std::str::from_utf8(name) else { return false };
        let name = Symbol::new(name);
        let object = self.pkg.lookup(name).map(|id| self.pkg.object(id).kind);
        object == Some(ObjKind::Type) || self.pkg.import(file, name).is_some()
    }

    /// The places in a body that copy a value that carries a lock, in source order.
    pub fn lock_copies(&self, cx: BodyCx<'_>) -> Vec<LockCopy> {
        let mut copies = Vec::new();
        if let Some(func) = cx.ast.func() {
            params(cx, func.recv, CopyKind::Receiver, &mut copies);
            signature(cx, func.sig, &mut copies);
        }
        for root in roots(cx.ast) {
            walk(cx.ast, root, |node| {
                match node {
                    NodeRef::Expr(expr) => in_expr(cx, expr, &mut copies),
                    NodeRef::Stmt(stmt) => self.in_stmt(cx, stmt, &mut copies),
                    NodeRef::Clause(_) => {}
                }
                Walk::Into
            });
        }
        copies
    }

    fn in_stmt(&self, cx: BodyCx<'_>, stmt: StmtId, copies: &mut Vec<LockCopy>) {
        let mut add = |kind, span, lock: Option<LockInside>| {
            copies.extend(lock.map(|lock| LockCopy { kind, span, lock, ty: None }));
        };
        match cx.ast.stmt(stmt) {
            Stmt::Assign { lhs, op: AssignOp::Assign | AssignOp::Define, rhs } => {
                for (position, value) in cx.ast.list(rhs).enumerate() {
                    let target = cx.ast.list(lhs).nth(position);
                    let is_blank =
                        target.and_then(|target| cx.ast.ident(target)).is_some_and(Symbol::is_blank);
                    let lock = copied(cx, value).filter(|lock| {
                        !is_blank && !target.is_some_and(|target| self.is_reset_next(cx, stmt, target, lock))
                    });
                    add(CopyKind::Assign, cx.ast.expr_span(value), lock);
                }
            }
            Stmt::Decl { kind: GenKind::Var, specs } => declared(cx, specs, &mut add),
            Stmt::Return(values) => {
                for value in cx.ast.list(values) {
                    add(CopyKind::Return, cx.ast.expr_span(value), copied(cx, value));
                }
            }
            Stmt::Send { value, .. } => add(CopyKind::Send, cx.ast.expr_span(value), copied(cx, value)),
            Stmt::Range { key, value, .. } => {
                for variable in [key, value].into_iter().flatten() {
                    let is_blank = cx.ast.ident(variable).is_some_and(Symbol::is_blank);
                    let lock = cx.pkg.lock_inside(cx.type_of(variable)).filter(|_| !is_blank);
                    add(CopyKind::Range, cx.ast.expr_span(variable), lock);
                }
            }
            Stmt::For { init: Some(init), .. }
                if LangVersion::LOOP_VARIABLES <= self.pkg.files[cx.file].lang =>
            {
                let Stmt::Assign { lhs, op: AssignOp::Define, .. } = cx.ast.stmt(init) else { return };
                for variable in cx.ast.list(lhs) {
                    let lock = cx.pkg.lock_inside(cx.type_of(variable));
                    add(CopyKind::LoopVariable, cx.ast.expr_span(variable), lock);
                }
            }
            _ => {}
        }
    }

    /// Whether the statement behind an assignment gives the copy a lock of its own, as in
    /// `c := *old; c.mu = sync.Mutex{}`.
    fn is_reset_next(&self, cx: BodyCx<'_>, stmt: StmtId, target: ExprId, lock: &LockInside) -> bool {
        let siblings = match self.parents(cx.id).parent(stmt) {
            Some(NodeRef::Stmt(block)) => cx.ast.block(block),
            Some(NodeRef::Clause(clause)) => cx.ast.clause(clause).body,
            _ => return false,
        };
        let next = cx.ast.list(siblings).skip_while(|&sibling| sibling != stmt).nth(1);
        let Some(Stmt::Assign { lhs, op: AssignOp::Assign, .. }) = next.map(|next| cx.ast.stmt(next)) else {
            return false;
        };
        let Some(copy) = cx.path(target) else { return false };
        cx.ast.list(lhs).any(|reset| {
            cx.path(reset).is_some_and(|reset| {
                let rest = reset.fields.strip_prefix(&copy.fields[..]);
                reset.root == copy.root
                    && rest.is_some_and(|rest| !rest.is_empty() && lock.path.starts_with(rest))
            })
        })
    }
}

fn signature(cx: BodyCx<'_>, sig: SigId, copies: &mut Vec<LockCopy>) {
    params(cx, cx.ast.list(cx.ast.sig(sig).params), CopyKind::Param, copies);
}

fn params(
    cx: BodyCx<'_>,
    fields: impl IntoIterator<Item = FieldId>,
    kind: CopyKind,
    copies: &mut Vec<LockCopy>,
) {
    for field in fields {
        let field = cx.ast.field(field);
        if let Some(lock) = cx.pkg.lock_inside(cx.type_of(field.ty)) {
            copies.push(LockCopy { kind, span: field.span, lock, ty: Some(field.ty) });
        }
    }
}

fn declared(cx: BodyCx<'_>, specs: List<SpecId>, add: &mut impl FnMut(CopyKind, Span, Option<LockInside>)) {
    for spec in cx.ast.list(specs) {
        let Spec::Value { names, values, .. } = cx.ast.spec(spec) else { continue };
        for (position, value) in cx.ast.list(values).enumerate() {
            let name = cx.ast.list(names).nth(position).and_then(|name| cx.ast.ident(name));
            let lock = copied(cx, value).filter(|_| !name.is_some_and(Symbol::is_blank));
            add(CopyKind::Declare, cx.ast.expr_span(value), lock);
        }
    }
}

fn in_expr(cx: BodyCx<'_>, expr: ExprId, copies: &mut Vec<LockCopy>) {
    let mut add = |kind, value: ExprId| {
        let span = cx.ast.expr_span(value);
        copies.extend(copied(cx, value).map(|lock| LockCopy { kind, span, lock, ty: None }));
    };
    match cx.ast.expr(expr) {
        Expr::Composite { elems, .. } => {
            for item in cx.ast.list(elems) {
                match cx.ast.expr(item) {
                    Expr::KeyValue { value, .. } => add(CopyKind::Element, value),
                    _ => add(CopyKind::Element, item),
                }
            }
        }
        Expr::Call { args, .. } => {
            let callee = cx.callee(expr);
            let only_looks = callee.is_builtin("len")
                || callee.is_builtin("cap")
                || callee.is_func("unsafe", &["Sizeof", "Offsetof", "Alignof"]);
            if !only_looks && !matches!(callee, Callee::Conversion(_)) {
                cx.ast.list(args).for_each(|arg| add(CopyKind::Argument, arg));
            }
        }
        Expr::Func { sig, .. } => signature(cx, sig, copies),
        _ => {}
    }
}

/// The lock in the value that evaluating an expression copies. Literals and results of calls are new values.
fn copied(cx: BodyCx<'_>, value: ExprId) -> Option<LockInside> {
    let value = cx.ast.unparen(value);
    match cx.ast.expr(value) {
        Expr::Ident(_) | Expr::Selector { .. } | Expr::Index { .. } if is_type(cx, value) => None,
        Expr::Star(inner) if matches!(cx.ast.expr(cx.ast.unparen(inner)), Expr::Call { .. }) => None,
        Expr::Ident(_)
        | Expr::Selector { .. }
        | Expr::Index { .. }
        | Expr::Star(_)
        | Expr::TypeAssert { .. }
        | Expr::Unary { op: UnaryOp::Recv, .. } => cx.pkg.lock_inside(cx.type_of(value)),
        _ => None,
    }
}

fn is_type(cx: BodyCx<'_>, name: ExprId) -> bool {
    match (cx.ast.expr(name), cx.entity(name)) {
        (Expr::Index { base, .. }, _) => is_type(cx, base),
        (_, Entity::Local(_) | Entity::Object(_) | Entity::External(..)) => {
            matches!(cx.callee_of(name), Callee::Conversion(_))
        }
        _ => false,
    }
}

/// What a [`LockWord`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum WordKind {
    /// A pointer to a value with a lock, or a function that may return one.
    Pointer,
    /// A type of another package, named behind its package.
    Qualified,
    /// A type or variable with a lock in it.
    Value,
}

/// A word that the text of a body may have if it copies a value with a lock.
struct LockWord {
    text: Symbol,
    kind: WordKind,
}

impl LockWord {
    /// Whether it names a value, and no pointer, where it is mentioned so.
    fn is_value_at(&self, mention: Mention) -> bool {
        match self.kind {
            WordKind::Pointer => false,
            WordKind::Qualified => mention == Mention::Qualified,
            WordKind::Value => matches!(mention, Mention::Qualified | Mention::Plain),
        }
    }
}

/// How a word stands in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// As part of another word, or only to select from it: `word.x`.
    None,
    /// `*word`, `&word`, `*x.word` or `&x.word`
    Pointer,
    /// `x.word`
    Qualified,
    /// `word`
    Plain,
}

/// Whether the type that is named at `start` is that of a variable, as in `var wg sync.WaitGroup`, which the text
/// mentions only to select from it or to take its address.
fn is_variable_in_place(text: &[u8], start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let qualifier = before.iter().rev().take_while(|&&byte| is_word(byte) || byte == b'.').count();
    let Some(rest) = before[..before.len() - qualifier].strip_suffix(b" ") else { return false };
    let len = rest.iter().rev().take_while(|&&byte| is_word(byte)).count();
    let (rest, name) = rest.split_at(rest.len() - len);
    !name.is_empty()
        && rest.ends_with(b"var ")
        && memmem::find_iter(text, name).all(|at| {
            at == rest.len() || matches!(mention(text, at, at + len), Mention::None | Mention::Pointer)
        })
}

fn mention(text: &[u8], start: usize, end: usize) -> Mention {
    let before = text.get(..start).unwrap_or_default();
    if before.last().copied().is_some_and(is_word)
        || text.get(end).is_some_and(|&byte| is_word(byte) || byte == b'.')
    {
        return Mention::None;
    }
    let qualifier = match before.split_last() {
        Some((b'.', rest)) => rest.iter().rev().take_while(|&&byte| is_word(byte)).count() + 1,
        _ => 0,
    };
    let lead = before.len().checked_sub(qualifier + 1).and_then(|at| before.get(at));
    match (lead, qualifier) {
        (Some(b'*' | b'&'), _) => Mention::Pointer,
        (_, 0) => Mention::Plain,
        _ => Mention::Qualified,
    }
}
