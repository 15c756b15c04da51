//! The arena AST of one top-level declaration.
//!
//! Shapes and names follow `go/ast`: types are expressions, and a call may turn out to be a conversion or a
//! generic instantiation only once names are resolved. Nodes are small, ids are `u32`, and lists are ranges of one
//! shared pool, so a declaration is a handful of allocations. Ids of one [`Ast`] mean nothing in another.

use std::marker::PhantomData;
use std::num::NonZeroU32;

use crate::{Span, Symbol};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id with this index.
            pub const fn new(index: u32) -> Self {
                // One more than the index, so that an optional id is no larger than an id.
                Self(NonZeroU32::MIN.saturating_add(index))
            }

            /// The position in the arena.
            pub const fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl PoolItem for $name {
            fn to_raw(self) -> u32 {
                self.index() as u32
            }

            fn from_raw(raw: u32) -> Self {
                Self::new(raw)
            }
        }
    };
}

/// What can stand in a [`List`].
pub trait PoolItem: Copy {
    /// The pool's representation.
    fn to_raw(self) -> u32;
    /// Back from the pool's representation.
    fn from_raw(raw: u32) -> Self;
}

id!(
    /// An expression or type in an [`Ast`].
    ExprId
);
id!(
    /// A statement in an [`Ast`].
    StmtId
);
id!(
    /// A field, parameter or interface element in an [`Ast`].
    FieldId
);
id!(
    /// A `case`, `default` or communication clause in an [`Ast`].
    ClauseId
);
id!(
    /// A function signature in an [`Ast`].
    SigId
);
id!(
    /// A constant, variable or type specification in an [`Ast`].
    SpecId
);

/// A list of ids; read it with [`Ast::list`].
#[derive(Debug)]
pub struct List<T> {
    start: u32,
    len: u32,
    item: PhantomData<T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> List<T> {
    /// The list without items.
    pub const EMPTY: Self = Self { start: 0, len: 0, item: PhantomData };

    /// How many items the list has.
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the list has no item.
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Kind of a basic literal; its text is the node's span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LitKind {
    /// `42`, `0x2a`, `0b1`, `1_000`.
    Int,
    /// `1.5`, `1e9`.
    Float,
    /// `2i`.
    Imaginary,
    /// `'a'`.
    Rune,
    /// `"interpreted"` or a raw string.
    String,
}

/// A prefix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `&x`
    Addr,
    /// `<-x`
    Recv,
    /// `!x`
    Not,
    /// `-x`
    Neg,
    /// `+x`
    Plus,
    /// `^x`
    BitNot,
    /// `~T`, in a constraint.
    Tilde,
}

/// An infix operator; also the operator of an assignment such as `+=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `||`
    LogicalOr,
    /// `&&`
    LogicalAnd,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&`
    And,
    /// `&^`
    AndNot,
}

/// Which ways values may go through a channel type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChanDir {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Recv,
}

/// An expression or a type.
#[derive(Clone, Copy, Debug)]
pub enum Expr {
    /// Text that is not valid Go.
    Bad,
    /// `x`
    Ident(Symbol),
    /// `1`, `"s"`, `'c'`
    Lit(LitKind),
    /// `T{…}`, or `{…}` with an elided type inside another literal. Items may be [`Expr::KeyValue`].
    Composite {
        /// The type before the brace.
        ty: Option<ExprId>,
        /// The elements in order.
        elems: List<ExprId>,
    },
    /// `key: value` in a composite literal.
    KeyValue {
        /// A field's name, an index or a map key.
        key: ExprId,
        /// The element.
        value: ExprId,
    },
    /// `func(…) … { … }`
    Func {
        /// The parameters and results.
        sig: SigId,
        /// The block.
        body: StmtId,
    },
    /// `(x)`
    Paren(ExprId),
    /// `x.sel`, also a qualified identifier.
    Selector {
        /// What is selected from.
        base: ExprId,
        /// An [`Expr::Ident`].
        sel: ExprId,
    },
    /// `x[i]`, also an instantiation `F[T, U]`.
    Index {
        /// What is indexed.
        base: ExprId,
        /// One index, or the type arguments.
        indices: List<ExprId>,
    },
    /// `x[lo:hi:max]`
    Slice {
        /// What is sliced.
        base: ExprId,
        /// Lower bound.
        lo: Option<ExprId>,
        /// Upper bound.
        hi: Option<ExprId>,
        /// Capacity bound.
        max: Option<ExprId>,
    },
    /// `x.(T)`; without a type it is `x.(type)`.
    TypeAssert {
        /// What is asserted.
        base: ExprId,
        /// The type asserted.
        ty: Option<ExprId>,
    },
    /// `f(args)`, also a conversion `T(x)` and `make(T, n)`, whose type is the first argument.
    Call {
        /// What is called.
        fun: ExprId,
        /// The arguments.
        args: List<ExprId>,
        /// Whether the last argument is followed by `...`.
        spread: bool,
    },
    /// `*x`, a dereference or a pointer type.
    Star(ExprId),
    /// A prefix operator and its operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: ExprId,
    },
    /// An infix operator and its operands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left operand.
        lhs: ExprId,
        /// Right operand.
        rhs: ExprId,
    },
    /// `[N]T`, `[...]T` (the length is [`Expr::Ellipsis`] without type) or, without a length, `[]T`.
    Array {
        /// The length.
        len: Option<ExprId>,
        /// The element type.
        elem: ExprId,
    },
    /// `map[K]V`
    Map {
        /// The key type.
        key: ExprId,
        /// The element type.
        value: ExprId,
    },
    /// `chan T`, `chan<- T`, `<-chan T`
    Chan {
        /// The direction.
        dir: ChanDir,
        /// The element type.
        elem: ExprId,
    },
    /// `func(…) …` as a type.
    FuncType(SigId),
    /// `struct{…}`
    Struct {
        /// The fields in order.
        fields: List<FieldId>,
    },
    /// `interface{…}`: a method has a name and an [`Expr::FuncType`], an embedded element has no name.
    Interface {
        /// The elements in order.
        elems: List<FieldId>,
    },
    /// `...T` as a parameter type, or `...` as an array length.
    Ellipsis(Option<ExprId>),
}

/// A field of a struct, a parameter or result, a type parameter, or an element of an interface.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The names, each an [`Expr::Ident`]; empty for an embedded field or an unnamed parameter.
    pub names: List<ExprId>,
    /// The type or constraint.
    pub ty: ExprId,
    /// From the first name to the end of the type.
    pub span: Span,
}

/// Parameters and results of a function.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sig {
    /// Type parameters; empty in a literal.
    pub type_params: List<FieldId>,
    /// Parameters in order; the type of a variadic one is [`Expr::Ellipsis`].
    pub params: List<FieldId>,
    /// Results in order.
    pub results: List<FieldId>,
}

/// How an assignment stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Assign,
    /// `:=`
    Define,
    /// `+=` and its like.
    Op(BinaryOp),
}

/// The word of a branch statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `goto`
    Goto,
    /// `fallthrough`
    Fallthrough,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub enum Stmt {
    /// Text that is not valid Go.
    Bad,
    /// A lone semicolon, or what follows a label at the end of a block.
    Empty,
    /// An expression, most often a call or a receive.
    Expr(ExprId),
    /// `ch <- v`
    Send {
        /// The channel.
        chan: ExprId,
        /// What is sent.
        value: ExprId,
    },
    /// `x++` or `x--`
    IncDec {
        /// What is changed.
        target: ExprId,
        /// Whether it is `++`.
        inc: bool,
    },
    /// `a, b = c, d`; `a := b`; `a += b`
    Assign {
        /// Left side.
        lhs: List<ExprId>,
        /// The operator.
        op: AssignOp,
        /// Right side.
        rhs: List<ExprId>,
    },
    /// `go f()`
    Go(ExprId),
    /// `defer f()`
    Defer(ExprId),
    /// `return a, b`
    Return(List<ExprId>),
    /// `break`, `continue`, `goto`, `fallthrough`
    Branch {
        /// The word.
        kind: BranchKind,
        /// The label.
        label: Option<Symbol>,
    },
    /// `{ … }`
    Block(List<StmtId>),
    /// `if init; cond { } else …`
    If {
        /// The statement before the condition.
        init: Option<StmtId>,
        /// The condition.
        cond: ExprId,
        /// A block.
        then: StmtId,
        /// A block or another `if`.
        els: Option<StmtId>,
    },
    /// `switch init; tag { … }`
    Switch {
        /// The statement before the tag.
        init: Option<StmtId>,
        /// The value compared.
        tag: Option<ExprId>,
        /// The cases.
        clauses: List<ClauseId>,
    },
    /// `switch init; bind := x.(type) { … }`
    TypeSwitch {
        /// The statement before the guard.
        init: Option<StmtId>,
        /// The variable of each case, an [`Expr::Ident`].
        bind: Option<ExprId>,
        /// `x`, without `.(type)`.
        subject: ExprId,
        /// The cases; their expressions are types or `nil`.
        clauses: List<ClauseId>,
    },
    /// `select { … }`
    Select {
        /// The communication clauses.
        clauses: List<ClauseId>,
    },
    /// `for init; cond; post { … }`
    For {
        /// Runs once.
        init: Option<StmtId>,
        /// Absent in an endless loop.
        cond: Option<ExprId>,
        /// Runs after each turn.
        post: Option<StmtId>,
        /// A block.
        body: StmtId,
    },
    /// `for key, value := range subject { … }`
    Range {
        /// First iteration variable.
        key: Option<ExprId>,
        /// Second iteration variable.
        value: Option<ExprId>,
        /// Whether the variables are declared here (`:=`).
        define: bool,
        /// What is ranged over.
        subject: ExprId,
        /// A block.
        body: StmtId,
    },
    /// `label: stmt`
    Labeled {
        /// The label.
        label: Symbol,
        /// What it labels.
        stmt: StmtId,
    },
    /// `var`, `const` or `type` inside a function.
    Decl {
        /// The keyword.
        kind: GenKind,
        /// The specifications.
        specs: List<SpecId>,
    },
}

/// One clause of a `switch` or `select`.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// The expressions or types of a `case`; empty for `default` and in a `select`.
    pub exprs: List<ExprId>,
    /// In a `select`: a send, an expression statement or an assignment from a receive; `None` for `default`.
    pub comm: Option<StmtId>,
    /// Whether the clause is `default`.
    pub is_default: bool,
    /// The statements.
    pub body: List<StmtId>,
    /// From `case` to the end of the last statement.
    pub span: Span,
}

/// The keyword of a declaration that is not a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GenKind {
    /// `const`
    Const,
    /// `var`
    Var,
    /// `type`
    Type,
}

/// One specification of a `const`, `var` or `type` declaration.
#[derive(Clone, Copy, Debug)]
pub enum Spec {
    /// A constant or variable specification.
    Value {
        /// The names, each an [`Expr::Ident`].
        names: List<ExprId>,
        /// The type.
        ty: Option<ExprId>,
        /// The values; a constant without one repeats the last that has one.
        values: List<ExprId>,
        /// Position in the group, which is the value of `iota`.
        iota: u32,
    },
    /// A type specification.
    Type {
        /// An [`Expr::Ident`].
        name: ExprId,
        /// Type parameters.
        type_params: List<FieldId>,
        /// Whether it is `type A = B`.
        is_alias: bool,
        /// The type.
        ty: ExprId,
    },
}

/// A function or method declaration.
#[derive(Clone, Copy, Debug)]
pub struct FuncDecl {
    /// An [`Expr::Ident`].
    pub name: ExprId,
    /// The receiver; its type is `T`, `*T`, `T[P]` or `*T[P]`.
    pub recv: Option<FieldId>,
    /// The rest of the signature.
    pub sig: SigId,
    /// The block; `None` where the signature alone was parsed or the function has no body.
    pub body: Option<StmtId>,
}

/// What an [`Ast`] is the tree of.
#[derive(Clone, Copy, Debug)]
pub enum Decl {
    /// A function or method.
    Func(FuncDecl),
    /// A `const`, `var` or `type` declaration.
    Gen {
        /// The keyword.
        kind: GenKind,
        /// The specifications.
        specs: List<SpecId>,
    },
    /// Text that is not a declaration.
    Bad,
}

/// How many bytes of Go an expression takes, in texts with rather short ones.
const BYTES_PER_EXPR: usize = 7;

/// The tree of one top-level declaration. Spans are absolute offsets in the file.
#[derive(Debug)]
pub struct Ast {
    exprs: Vec<Expr>,
    expr_spans: Vec<Span>,
    stmts: Vec<Stmt>,
    stmt_spans: Vec<Span>,
    fields: Vec<Field>,
    clauses: Vec<Clause>,
    sigs: Vec<Sig>,
    specs: Vec<Spec>,
    pool: Vec<u32>,
    /// The declaration.
    pub root: Decl,
    /// Whether some text in the declaration is not Go as we know it: parts may be missing, so no absence of anything
    /// may be concluded from this tree.
    pub is_opaque: bool,
}

impl Default for Ast {
    fn default() -> Self {
        Self::new()
    }
}

impl Ast {
    /// A tree without nodes.
    pub fn new() -> Self {
        Self {
            exprs: Vec::new(),
            expr_spans: Vec::new(),
            stmts: Vec::new(),
            stmt_spans: Vec::new(),
            fields: Vec::new(),
            clauses: Vec::new(),
            sigs: Vec::new(),
            specs: Vec::new(),
            pool: Vec::new(),
            root: Decl::Bad,
            is_opaque: false,
        }
    }

    /// A tree without nodes, of something that cannot be read.
    pub fn opaque() -> Self {
        Self { is_opaque: true, ..Self::new() }
    }

    /// Makes room for the tree of a text of `len` bytes, for as many nodes as most texts have.
    pub(crate) fn reserve(&mut self, len: usize) {
        self.exprs.reserve(len / BYTES_PER_EXPR);
        self.expr_spans.reserve(len / BYTES_PER_EXPR);
    }

    /// Adds an expression.
    pub fn add_expr(&mut self, expr: Expr, span: Span) -> ExprId {
        self.exprs.push(expr);
        self.expr_spans.push(span);
        ExprId::new(self.exprs.len() as u32 - 1)
    }

    /// Puts another expression in the place of one.
    pub(crate) fn replace_expr(&mut self, id: ExprId, expr: Expr, span: Span) {
        if let (Some(old), Some(old_span)) =
            (self.exprs.get_mut(id.index()), self.expr_spans.get_mut(id.index()))
        {
            (*old, *old_span) = (expr, span);
        }
    }

    /// Adds a statement.
    pub fn add_stmt(&mut self, stmt: Stmt, span: Span) -> StmtId {
        self.stmts.push(stmt);
        self.stmt_spans.push(span);
        StmtId::new(self.stmts.len() as u32 - 1)
    }

    /// Adds a field.
    pub fn add_field(&mut self, field: Field) -> FieldId {
        self.fields.push(field);
        FieldId::new(self.fields.len() as u32 - 1)
    }

    /// Adds a clause.
    pub fn add_clause(&mut self, clause: Clause) -> ClauseId {
        self.clauses.push(clause);
        ClauseId::new(self.clauses.len() as u32 - 1)
    }

    /// Adds a signature.
    pub fn add_sig(&mut self, sig: Sig) -> SigId {
        self.sigs.push(sig);
        SigId::new(self.sigs.len() as u32 - 1)
    }

    /// Adds a specification.
    pub fn add_spec(&mut self, spec: Spec) -> SpecId {
        self.specs.push(spec);
        SpecId::new(self.specs.len() as u32 - 1)
    }

    /// Adds a list.
    pub fn add_list<T: PoolItem>(&mut self, items: &[T]) -> List<T> {
        let start = self.pool.len() as u32;
        self.pool.extend(items.iter().map(|item| item.to_raw()));
        List { start, len: items.len() as u32, item: PhantomData }
    }

    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs.get(id.index()).copied().unwrap_or(Expr::Bad)
    }

    /// Where the expression stands.
    pub fn expr_span(&self, id: ExprId) -> Span {
        self.expr_spans.get(id.index()).copied().unwrap_or_default()
    }

    /// The statement with this id.
    pub fn stmt(&self, id: StmtId) -> Stmt {
        self.stmts.get(id.index()).copied().unwrap_or(Stmt::Bad)
    }

    /// Where the statement stands.
    pub fn stmt_span(&self, id: StmtId) -> Span {
        self.stmt_spans.get(id.index()).copied().unwrap_or_default()
    }

    /// The field with this id.
    pub fn field(&self, id: FieldId) -> Field {
        self.fields[id.index()]
    }

    /// The clause with this id.
    pub fn clause(&self, id: ClauseId) -> Clause {
        self.clauses[id.index()]
    }

    /// The signature with this id.
    pub fn sig(&self, id: SigId) -> Sig {
        self.sigs[id.index()]
    }

    /// The specification with this id.
    pub fn spec(&self, id: SpecId) -> Spec {
        self.specs[id.index()]
    }

    /// The items of a list, in source order.
    pub fn list<T: PoolItem>(
        &self,
        list: List<T>,
    ) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator + '_ {
        let end = list.start as usize + list.len();
        self.pool.get(list.start as usize..end).unwrap_or_default().iter().map(|&raw| T::from_raw(raw))
    }

    /// How many expressions the tree has; ids run from 0 to this, children before parents.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// How many statements the tree has.
    pub fn stmt_count(&self) -> usize {
        self.stmts.len()
    }

    /// The name, where `id` is an identifier.
    pub fn ident(&self, id: ExprId) -> Option<Symbol> {
        match self.expr(id) {
            Expr::Ident(name) => Some(name),
            _ => None,
        }
    }

    /// `id` without the parentheses around it.
    pub fn unparen(&self, mut id: ExprId) -> ExprId {
        while let Expr::Paren(inner) = self.expr(id) {
            id = inner;
        }
        id
    }

    /// The statements of a block; empty for any other statement.
    pub fn block(&self, id: StmtId) -> List<StmtId> {
        match self.stmt(id) {
            Stmt::Block(list) => list,
            _ => List::EMPTY,
        }
    }

    /// The type, where the declaration is of one type.
    pub(crate) fn declared_type(&self) -> Option<ExprId> {
        let Decl::Gen { specs, .. } = self.root else { return None };
        match self.spec(self.list(specs).next()?) {
            Spec::Type { ty, .. } => Some(ty),
            Spec::Value { .. } => None,
        }
    }

    /// The function, where the declaration is one.
    pub fn func(&self) -> Option<&FuncDecl> {
        match &self.root {
            Decl::Func(func) => Some(func),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_small() {
        assert_eq!((size_of::<Expr>(), size_of::<Stmt>()), (24, 24));
        assert_eq!(size_of::<Option<ExprId>>(), 4);
    }
}
