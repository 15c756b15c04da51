//! From tree-sitter's tree to the arena AST, in one cursor walk.

use std::sync::OnceLock;

use tree_sitter::{Node, TreeCursor};

use crate::ast::{
    AssignOp, Ast, BinaryOp, BranchKind, ChanDir, Clause, ClauseId, Decl, Expr, ExprId, Field, FieldId,
    FuncDecl, GenKind, List, LitKind, Sig, SigId, Spec, SpecId, Stmt, StmtId, UnaryOp,
};
use crate::{Span, Symbol};

/// How deep trees are lowered; what is deeper makes the declaration opaque. Real code stays below 100.
pub(crate) const MAX_TREE_DEPTH: usize = 512;

macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $($text:literal)|+,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum $name {
            Other,
            $($variant,)*
        }

        impl $name {
            fn of(text: &str) -> Self {
                match text {
                    $($($text)|+ => Self::$variant,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

table!(
    /// Kinds of nodes and tokens that mean something here.
    Kind {
        ArgumentList = "argument_list",
        ArrayType = "array_type",
        Assignment = "assignment_statement",
        BinaryExpression = "binary_expression",
        BlankIdentifier = "blank_identifier",
        Block = "block",
        Break = "break_statement",
        Call = "call_expression",
        ChannelType = "channel_type",
        Comment = "comment",
        CommunicationCase = "communication_case",
        Composite = "composite_literal",
        ConstDeclaration = "const_declaration",
        ConstSpec = "const_spec",
        Continue = "continue_statement",
        Dec = "dec_statement",
        DefaultCase = "default_case",
        Defer = "defer_statement",
        Empty = "empty_statement",
        ExpressionCase = "expression_case",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        ExpressionSwitch = "expression_switch_statement",
        Fallthrough = "fallthrough_statement",
        False = "false",
        FieldDeclaration = "field_declaration",
        FieldDeclarationList = "field_declaration_list",
        FieldIdentifier = "field_identifier",
        Float = "float_literal",
        For = "for_statement",
        ForClause = "for_clause",
        FuncLiteral = "func_literal",
        FunctionDeclaration = "function_declaration",
        FunctionType = "function_type",
        GenericType = "generic_type",
        Go = "go_statement",
        Goto = "goto_statement",
        Identifier = "identifier",
        If = "if_statement",
        Imaginary = "imaginary_literal",
        ImplicitArrayType = "implicit_length_array_type",
        Inc = "inc_statement",
        IndexExpression = "index_expression",
        Int = "int_literal",
        InterfaceType = "interface_type",
        InterpretedString = "interpreted_string_literal",
        Iota = "iota",
        KeyedElement = "keyed_element",
        LabelName = "label_name",
        Labeled = "labeled_statement",
        LiteralElement = "literal_element",
        LiteralValue = "literal_value",
        MapType = "map_type",
        MethodDeclaration = "method_declaration",
        MethodElem = "method_elem",
        NegatedType = "negated_type",
        Nil = "nil",
        PackageIdentifier = "package_identifier",
        ParameterDeclaration = "parameter_declaration",
        ParameterList = "parameter_list",
        ParenthesizedExpression = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PointerType = "pointer_type",
        QualifiedType = "qualified_type",
        RangeClause = "range_clause",
        RawString = "raw_string_literal",
        Receive = "receive_statement",
        Return = "return_statement",
        Rune = "rune_literal",
        Select = "select_statement",
        SelectorExpression = "selector_expression",
        Send = "send_statement",
        ShortVar = "short_var_declaration",
        SliceExpression = "slice_expression",
        SliceType = "slice_type",
        SourceFile = "source_file",
        StatementList = "statement_list",
        StructType = "struct_type",
        True = "true",
        TypeAlias = "type_alias",
        TypeArguments = "type_arguments",
        TypeAssertion = "type_assertion_expression",
        TypeCase = "type_case",
        TypeConstraint = "type_constraint",
        TypeConversion = "type_conversion_expression",
        TypeDeclaration = "type_declaration",
        TypeElem = "type_elem",
        TypeIdentifier = "type_identifier",
        TypeInstantiation = "type_instantiation_expression",
        TypeParameterDeclaration = "type_parameter_declaration",
        TypeParameterList = "type_parameter_list",
        TypeSpec = "type_spec",
        TypeSwitch = "type_switch_statement",
        Unary = "unary_expression",
        VarDeclaration = "var_declaration",
        VarSpec = "var_spec",
        VarSpecList = "var_spec_list",
        VariadicArgument = "variadic_argument",
        VariadicParameter = "variadic_parameter_declaration",
        Assign = "=",
        Define = ":=",
        Arrow = "<-",
        Chan = "chan",
        Star = "*",
        LogicalOr = "||",
        LogicalAnd = "&&",
        EqEq = "==",
        NotEq = "!=",
        Less = "<",
        LessEq = "<=",
        Greater = ">",
        GreaterEq = ">=",
        Plus = "+",
        Minus = "-",
        Pipe = "|",
        Caret = "^",
        Slash = "/",
        Percent = "%",
        Shl = "<<",
        Shr = ">>",
        And = "&",
        AndNot = "&^",
        Not = "!",
        PlusEq = "+=",
        MinusEq = "-=",
        PipeEq = "|=",
        CaretEq = "^=",
        StarEq = "*=",
        SlashEq = "/=",
        PercentEq = "%=",
        ShlEq = "<<=",
        ShrEq = ">>=",
        AndEq = "&=",
        AndNotEq = "&^=",
    }
);

table!(
    /// Fields of the grammar.
    Role {
        Alias = "alias",
        Alternative = "alternative",
        Arguments = "arguments",
        Body = "body",
        Capacity = "capacity",
        Channel = "channel",
        Communication = "communication",
        Condition = "condition",
        Consequence = "consequence",
        Element = "element",
        End = "end",
        Field = "field",
        Function = "function",
        Index = "index",
        Initializer = "initializer",
        Key = "key",
        Label = "label",
        Left = "left",
        Length = "length",
        Name = "name",
        Operand = "operand",
        Operator = "operator",
        Package = "package",
        Parameters = "parameters",
        Receiver = "receiver",
        Result = "result",
        Right = "right",
        Start = "start",
        Tag = "tag",
        Type = "type",
        TypeArgs = "type_arguments",
        TypeParameters = "type_parameters",
        Update = "update",
        Value = "value",
    }
);

struct Tables {
    kinds: Vec<Kind>,
    roles: Vec<Role>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let language: tree_sitter::Language = tree_sitter_go::LANGUAGE.into();
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| match language.node_kind_for_id(id).map_or(Kind::Other, Kind::of) {
                // Brackets, commas and keywords that stand in no field.
                Kind::Other if !language.node_kind_is_named(id) => Kind::Comment,
                kind => kind,
            })
            .collect();
        let roles = (0..=language.field_count() as u16)
            .map(|id| language.field_name_for_id(id).map_or(Role::Other, Role::of))
            .collect();
        Tables { kinds, roles }
    })
}

/// Lowers the tree of one declaration that stands at `offset` of `source`.
///
/// `source` is what the file says, which names and literals are read from; the tree may be of a text of the same
/// length in which spots that the grammar rejects were replaced.
pub(crate) fn lower(root: Node<'_>, source: &[u8], offset: u32, base: Base) -> Ast {
    let Base { mut ast, types } = base;
    ast.reserve(root.end_byte());
    let mut lowering = Lowering {
        cursor: root.walk(),
        source,
        offset,
        ast,
        types,
        tables: tables(),
        depth: 0,
        stars: Vec::new(),
    };
    lowering.file();
    lowering.ast
}

/// What was lowered before, apart from the rest of the declaration.
#[derive(Debug, Default)]
pub(crate) struct Base {
    /// Where it was lowered to; the rest comes there too.
    pub(crate) ast: Ast,
    /// Types by their start in the file; in the tree an identifier stands there.
    pub(crate) types: Vec<(u32, ExprId)>,
}

impl Base {
    /// The arena alone.
    pub(crate) fn take_ast(&mut self) -> Self {
        Self { ast: std::mem::take(&mut self.ast), types: Vec::new() }
    }
}

struct Lowering<'t> {
    cursor: TreeCursor<'t>,
    source: &'t [u8],
    offset: u32,
    ast: Ast,
    types: Vec<(u32, ExprId)>,
    tables: &'static Tables,
    depth: usize,
    /// Where the stars begin that an expression under way is still to get, outermost first.
    stars: Vec<u32>,
}

impl Lowering<'_> {
    // --- the cursor ------------------------------------------------------------------------------------------------

    fn kind(&self) -> Kind {
        let id = self.cursor.node().kind_id();
        self.tables.kinds.get(usize::from(id)).copied().unwrap_or(Kind::Other)
    }

    fn span(&self) -> Span {
        let node = self.cursor.node();
        // A type that is parsed alone stands behind a head that the file does not have, so its offset may be negative.
        let place = |byte: usize| self.offset.wrapping_add(byte as u32);
        Span::new(place(node.start_byte()), place(node.end_byte()))
    }

    /// Visits the children of the current node that are neither comments nor mere punctuation.
    fn children(&mut self, mut visit: impl FnMut(&mut Self, Role, Kind)) {
        if MAX_TREE_DEPTH < self.depth {
            self.ast.is_opaque = true;
            return;
        }
        if !self.cursor.goto_first_child() {
            return;
        }
        self.depth += 1;
        loop {
            let kind = self.kind();
            if kind != Kind::Comment {
                let role =
                    self.cursor.field_id().map_or(Role::Other, |id| self.tables.roles[usize::from(id.get())]);
                visit(self, role, kind);
            }
            if !self.cursor.goto_next_sibling() {
                break;
            }
        }
        self.depth -= 1;
        self.cursor.goto_parent();
    }

    fn symbol(&self) -> Symbol {
        Symbol::new(std::str::from_utf8(self.span().slice(self.source)).unwrap_or("_"))
    }

    fn bad_expr(&mut self) -> ExprId {
        let span = self.span();
        self.ast.is_opaque = true;
        self.ast.add_expr(Expr::Bad, span)
    }

    fn or_bad(&mut self, expr: Option<ExprId>) -> ExprId {
        expr.unwrap_or_else(|| self.bad_expr())
    }

    fn bad_stmt(&mut self) -> StmtId {
        let span = self.span();
        self.ast.is_opaque = true;
        self.ast.add_stmt(Stmt::Bad, span)
    }

    // --- declarations ----------------------------------------------------------------------------------------------

    fn file(&mut self) {
        let mut root = Decl::Bad;
        self.children(|this, _, kind| match kind {
            Kind::FunctionDeclaration | Kind::MethodDeclaration => root = Decl::Func(this.func_decl()),
            Kind::ConstDeclaration => root = this.gen_decl(GenKind::Const),
            Kind::VarDeclaration => root = this.gen_decl(GenKind::Var),
            Kind::TypeDeclaration => root = this.gen_decl(GenKind::Type),
            _ => {}
        });
        self.ast.is_opaque |= matches!(root, Decl::Bad);
        self.ast.root = root;
    }

    fn gen_decl(&mut self, kind: GenKind) -> Decl {
        Decl::Gen { kind, specs: self.specs() }
    }

    fn specs(&mut self) -> List<SpecId> {
        let mut specs = Vec::new();
        self.collect_specs(&mut specs);
        self.ast.add_list(&specs)
    }

    fn collect_specs(&mut self, specs: &mut Vec<SpecId>) {
        self.children(|this, _, kind| match kind {
            Kind::VarSpecList => this.collect_specs(specs),
            Kind::ConstSpec | Kind::VarSpec => {
                let iota = specs.len() as u32;
                specs.push(this.value_spec(iota));
            }
            Kind::TypeSpec => specs.push(this.type_spec(false)),
            Kind::TypeAlias => specs.push(this.type_spec(true)),
            _ => {}
        });
    }

    fn value_spec(&mut self, iota: u32) -> SpecId {
        let (mut names, mut ty, mut values) = (Vec::new(), None, Vec::new());
        self.children(|this, role, kind| match role {
            Role::Name if matches!(kind, Kind::Identifier) => names.push(this.expr()),
            Role::Type => ty = Some(this.expr()),
            Role::Value => this.expr_list(&mut values),
            _ => {}
        });
        let (names, values) = (self.ast.add_list(&names), self.ast.add_list(&values));
        self.ast.add_spec(Spec::Value { names, ty, values, iota })
    }

    fn type_spec(&mut self, is_alias: bool) -> SpecId {
        let (mut name, mut type_params, mut ty) = (None, List::EMPTY, None);
        self.children(|this, role, _| match role {
            Role::Name => name = Some(this.expr()),
            Role::TypeParameters => type_params = this.fields(),
            Role::Type => ty = Some(this.expr()),
            _ => {}
        });
        let (name, ty) = (self.or_bad(name), self.or_bad(ty));
        self.ast.add_spec(Spec::Type { name, type_params, is_alias, ty })
    }

    fn func_decl(&mut self) -> FuncDecl {
        let (mut name, mut recv, mut body) = (None, None, None);
        let mut sig = Sig::default();
        self.children(|this, role, _| match role {
            Role::Name => name = Some(this.expr()),
            Role::Receiver => {
                let fields = this.fields();
                recv = this.ast.list(fields).next();
            }
            Role::Body => body = Some(this.stmt()),
            _ => this.sig_part(role, &mut sig),
        });
        let name = self.or_bad(name);
        FuncDecl { name, recv, sig: self.ast.add_sig(sig), body }
    }

    fn sig_part(&mut self, role: Role, sig: &mut Sig) {
        match role {
            Role::TypeParameters => sig.type_params = self.fields(),
            Role::Parameters => sig.params = self.fields(),
            Role::Result if self.kind() == Kind::ParameterList => sig.results = self.fields(),
            Role::Result => {
                let (span, ty) = (self.span(), self.expr());
                let field = self.ast.add_field(Field { names: List::EMPTY, ty, span });
                sig.results = self.ast.add_list(&[field]);
            }
            _ => {}
        }
    }

    fn sig(&mut self) -> SigId {
        let mut sig = Sig::default();
        self.children(|this, role, _| this.sig_part(role, &mut sig));
        self.ast.add_sig(sig)
    }

    /// The fields of a parameter list, type parameter list or struct.
    fn fields(&mut self) -> List<FieldId> {
        let mut fields = Vec::new();
        self.children(|this, _, kind| match kind {
            Kind::ParameterDeclaration
            | Kind::VariadicParameter
            | Kind::TypeParameterDeclaration
            | Kind::FieldDeclaration => fields.push(this.field(kind)),
            _ => {}
        });
        self.ast.add_list(&fields)
    }

    fn field(&mut self, field_kind: Kind) -> FieldId {
        let (mut names, mut ty, mut star) = (Vec::new(), None, None);
        let mut span = self.span();
        self.children(|this, role, kind| match role {
            Role::Name if matches!(kind, Kind::Identifier | Kind::FieldIdentifier) => names.push(this.expr()),
            Role::Type => {
                span.end = this.span().end;
                ty = Some(this.expr());
            }
            _ if kind == Kind::Star => star = Some(this.span()),
            _ => {}
        });
        let mut ty = self.or_bad(ty);
        let ty_span = self.ast.expr_span(ty);
        if field_kind == Kind::VariadicParameter {
            let start = names.last().map_or(span.start, |&name| self.ast.expr_span(name).end);
            ty = self.ast.add_expr(Expr::Ellipsis(Some(ty)), Span::new(start, ty_span.end));
        } else if let Some(star) = star {
            ty = self.ast.add_expr(Expr::Star(ty), Span::new(star.start, ty_span.end));
        }
        let names = self.ast.add_list(&names);
        self.ast.add_field(Field { names, ty, span })
    }

    // --- expressions and types -------------------------------------------------------------------------------------

    fn expr_list(&mut self, out: &mut Vec<ExprId>) {
        if self.kind() != Kind::ExpressionList {
            if self.cursor.node().is_named() {
                out.push(self.expr());
            }
            return;
        }
        self.children(|this, _, _| {
            if this.cursor.node().is_named() {
                out.push(this.expr());
            }
        });
    }

    fn listed(&mut self) -> List<ExprId> {
        let mut items = Vec::new();
        self.expr_list(&mut items);
        self.ast.add_list(&items)
    }

    /// The only named child that is an expression or type.
    fn inner(&mut self) -> ExprId {
        let mut inner = None;
        self.children(|this, _, _| {
            if this.cursor.node().is_named() {
                inner = Some(this.expr());
            }
        });
        self.or_bad(inner)
    }

    fn expr(&mut self) -> ExprId {
        let outer = self.stars.len();
        let mut expr = self.primary();
        while outer < self.stars.len()
            && let Some(start) = self.stars.pop()
        {
            let span = Span::new(start, self.ast.expr_span(expr).end);
            expr = self.ast.add_expr(Expr::Star(expr), span);
        }
        expr
    }

    /// An expression without the stars that the grammar takes for a part of it, see [`Self::conversion`].
    fn primary(&mut self) -> ExprId {
        let outer = self.stars.len();
        let mut span = self.span();
        if let Some(&(_, ty)) = self.types.iter().find(|(start, _)| *start == span.start)
            && self.kind() == Kind::Identifier
        {
            return ty;
        }
        let expr = match self.kind() {
            Kind::Identifier
            | Kind::TypeIdentifier
            | Kind::FieldIdentifier
            | Kind::PackageIdentifier
            | Kind::BlankIdentifier
            | Kind::Nil
            | Kind::True
            | Kind::False
            | Kind::Iota => Expr::Ident(self.symbol()),
            Kind::Int => Expr::Lit(LitKind::Int),
            Kind::Float => Expr::Lit(LitKind::Float),
            Kind::Imaginary => Expr::Lit(LitKind::Imaginary),
            Kind::Rune => Expr::Lit(LitKind::Rune),
            Kind::InterpretedString | Kind::RawString => Expr::Lit(LitKind::String),
            Kind::ParenthesizedExpression | Kind::ParenthesizedType => Expr::Paren(self.inner()),
            Kind::LiteralElement | Kind::ExpressionStatement | Kind::ExpressionList => return self.inner(),
            Kind::SelectorExpression => {
                self.pair(Role::Operand, Role::Field, |base, sel| Expr::Selector { base, sel })
            }
            Kind::QualifiedType => {
                self.pair(Role::Package, Role::Name, |base, sel| Expr::Selector { base, sel })
            }
            Kind::IndexExpression => self.index(),
            Kind::TypeInstantiation => self.type_instantiation(),
            Kind::GenericType => self.generic_type(),
            Kind::SliceExpression => self.slice(),
            Kind::TypeAssertion => {
                let Expr::KeyValue { key, value } =
                    self.pair(Role::Operand, Role::Type, |key, value| Expr::KeyValue { key, value })
                else {
                    return self.bad_expr();
                };
                Expr::TypeAssert { base: key, ty: Some(value) }
            }
            Kind::Call => self.call(),
            Kind::TypeConversion => self.conversion(),
            Kind::PointerType => Expr::Star(self.inner()),
            Kind::NegatedType => Expr::Unary { op: UnaryOp::Tilde, operand: self.inner() },
            Kind::Unary => self.unary(),
            Kind::BinaryExpression => return self.binary(),
            Kind::Composite => self.composite(),
            Kind::LiteralValue => Expr::Composite { ty: None, elems: self.elements() },
            Kind::KeyedElement => {
                self.pair(Role::Key, Role::Value, |key, value| Expr::KeyValue { key, value })
            }
            Kind::FuncLiteral => self.func_literal(),
            Kind::ArrayType => {
                self.pair(Role::Length, Role::Element, |len, elem| Expr::Array { len: Some(len), elem })
            }
            Kind::ImplicitArrayType => {
                let len = self.ast.add_expr(Expr::Ellipsis(None), Span::new(span.start + 1, span.start + 4));
                let elem = self.inner();
                Expr::Array { len: Some(len), elem }
            }
            Kind::SliceType => Expr::Array { len: None, elem: self.inner() },
            Kind::MapType => self.pair(Role::Key, Role::Value, |key, value| Expr::Map { key, value }),
            Kind::ChannelType => self.channel_type(),
            Kind::FunctionType => Expr::FuncType(self.sig()),
            Kind::StructType => {
                let mut fields = List::EMPTY;
                self.children(|this, _, kind| {
                    if kind == Kind::FieldDeclarationList {
                        fields = this.fields();
                    }
                });
                Expr::Struct { fields }
            }
            Kind::InterfaceType => self.interface_type(),
            Kind::TypeElem | Kind::TypeConstraint => return self.type_elem(),
            _ => return self.bad_expr(),
        };
        if outer < self.stars.len()
            && let Expr::Selector { base, .. }
            | Expr::Index { base, .. }
            | Expr::Slice { base, .. }
            | Expr::TypeAssert { base, .. }
            | Expr::Call { fun: base, .. } = expr
        {
            span.start = self.ast.expr_span(base).start;
        }
        self.ast.add_expr(expr, span)
    }

    fn pair(&mut self, first: Role, second: Role, make: impl FnOnce(ExprId, ExprId) -> Expr) -> Expr {
        let (mut a, mut b) = (None, None);
        self.children(|this, role, _| {
            if role == first {
                a = Some(if role == Role::Operand { this.primary() } else { this.expr() });
            } else if role == second {
                b = Some(this.expr());
            }
        });
        let (a, b) = (self.or_bad(a), self.or_bad(b));
        make(a, b)
    }

    fn index(&mut self) -> Expr {
        let (mut base, mut indices) = (None, Vec::new());
        self.children(|this, role, _| match role {
            Role::Operand => base = Some(this.primary()),
            Role::Index => indices.push(this.expr()),
            _ => {}
        });
        let base = self.or_bad(base);
        Expr::Index { base, indices: self.ast.add_list(&indices) }
    }

    fn type_instantiation(&mut self) -> Expr {
        let (mut base, mut indices) = (None, Vec::new());
        self.children(|this, role, _| {
            if role == Role::Type {
                base = Some(this.expr());
            } else if this.cursor.node().is_named() {
                indices.push(this.expr());
            }
        });
        let base = self.or_bad(base);
        Expr::Index { base, indices: self.ast.add_list(&indices) }
    }

    fn generic_type(&mut self) -> Expr {
        let (mut base, mut indices) = (None, List::EMPTY);
        self.children(|this, role, _| match role {
            Role::Type => base = Some(this.expr()),
            Role::TypeArgs => indices = this.type_arguments(),
            _ => {}
        });
        let base = self.or_bad(base);
        Expr::Index { base, indices }
    }

    fn type_arguments(&mut self) -> List<ExprId> {
        let mut items = Vec::new();
        self.children(|this, _, _| {
            if this.cursor.node().is_named() {
                items.push(this.expr());
            }
        });
        self.ast.add_list(&items)
    }

    fn slice(&mut self) -> Expr {
        let (mut base, mut lo, mut hi, mut max) = (None, None, None, None);
        self.children(|this, role, _| match role {
            Role::Operand => base = Some(this.primary()),
            Role::Start => lo = Some(this.expr()),
            Role::End => hi = Some(this.expr()),
            Role::Capacity => max = Some(this.expr()),
            _ => {}
        });
        Expr::Slice { base: self.or_bad(base), lo, hi, max }
    }

    fn call(&mut self) -> Expr {
        let (mut fun, mut type_args, mut args, mut spread) = (None, None, List::EMPTY, false);
        self.children(|this, role, _| match role {
            Role::Function => fun = Some(this.primary()),
            Role::TypeArgs => type_args = Some((this.span(), this.type_arguments())),
            Role::Arguments => (args, spread) = this.arguments(),
            _ => {}
        });
        let mut fun = self.or_bad(fun);
        if let Some((span, indices)) = type_args {
            let span = Span::new(self.ast.expr_span(fun).start, span.end);
            fun = self.ast.add_expr(Expr::Index { base: fun, indices }, span);
        }
        Expr::Call { fun, args, spread }
    }

    fn arguments(&mut self) -> (List<ExprId>, bool) {
        let (mut items, mut spread) = (Vec::new(), false);
        self.children(|this, _, kind| {
            if kind == Kind::VariadicArgument {
                spread = true;
                items.push(this.inner());
            } else if this.cursor.node().is_named() {
                items.push(this.expr());
            }
        });
        (self.ast.add_list(&items), spread)
    }

    /// The grammar takes the star of `*(*T)(x).f` for a part of the type; to the language it dereferences what the
    /// whole selects.
    fn conversion(&mut self) -> Expr {
        let (mut ty, mut operand) = (None, None);
        self.children(|this, role, _| match role {
            Role::Type => ty = Some(this.unstarred_type()),
            Role::Operand => operand = Some(this.expr()),
            _ => {}
        });
        let (fun, operand) = (self.or_bad(ty), self.or_bad(operand));
        Expr::Call { fun, args: self.ast.add_list(&[operand]), spread: false }
    }

    fn unstarred_type(&mut self) -> ExprId {
        if self.kind() != Kind::PointerType {
            return self.expr();
        }
        let star = self.span().start;
        self.stars.push(star);
        let mut ty = None;
        self.children(|this, _, _| {
            if this.cursor.node().is_named() {
                ty = Some(this.unstarred_type());
            }
        });
        self.or_bad(ty)
    }

    fn unary(&mut self) -> Expr {
        let (mut op, mut operand) = (None, None);
        self.children(|this, role, kind| match role {
            Role::Operator => {
                op = Some(match kind {
                    Kind::Plus => Some(UnaryOp::Plus),
                    Kind::Minus => Some(UnaryOp::Neg),
                    Kind::Not => Some(UnaryOp::Not),
                    Kind::Caret => Some(UnaryOp::BitNot),
                    Kind::And => Some(UnaryOp::Addr),
                    Kind::Arrow => Some(UnaryOp::Recv),
                    _ => None,
                });
            }
            Role::Operand => operand = Some(this.expr()),
            _ => {}
        });
        let operand = self.or_bad(operand);
        match op {
            Some(Some(op)) => Expr::Unary { op, operand },
            _ => Expr::Star(operand),
        }
    }

    /// A chain such as `a + b + c` nests on the left, as deep as it is long: it is walked down and built up again
    /// without recursion.
    fn binary(&mut self) -> ExprId {
        let mut levels = 0;
        while self.kind() == Kind::BinaryExpression && self.goto_field(Role::Left) {
            levels += 1;
        }
        let mut lhs = self.expr();
        for _ in 0..levels {
            let mut op = None;
            let mut rhs = None;
            while self.next_child() {
                let role =
                    self.cursor.field_id().map_or(Role::Other, |id| self.tables.roles[usize::from(id.get())]);
                match role {
                    Role::Operator => op = binary_op(self.kind()),
                    Role::Right => {
                        self.depth += 1;
                        rhs = Some(if self.depth <= MAX_TREE_DEPTH { self.expr() } else { self.bad_expr() });
                        self.depth -= 1;
                    }
                    _ => {}
                }
            }
            self.cursor.goto_parent();
            let span = self.span();
            let rhs = self.or_bad(rhs);
            let expr = op.map_or(Expr::Bad, |op| Expr::Binary { op, lhs, rhs });
            lhs = self.ast.add_expr(expr, span);
        }
        lhs
    }

    fn next_child(&mut self) -> bool {
        self.cursor.goto_next_sibling()
    }

    /// Moves to the first child with this role.
    fn goto_field(&mut self, wanted: Role) -> bool {
        if !self.cursor.goto_first_child() {
            return false;
        }
        loop {
            let role =
                self.cursor.field_id().map_or(Role::Other, |id| self.tables.roles[usize::from(id.get())]);
            if role == wanted {
                return true;
            }
            if !self.cursor.goto_next_sibling() {
                self.cursor.goto_parent();
                return false;
            }
        }
    }

    fn composite(&mut self) -> Expr {
        let (mut ty, mut elems) = (None, List::EMPTY);
        self.children(|this, role, _| match role {
            Role::Type => ty = Some(this.expr()),
            Role::Body => elems = this.elements(),
            _ => {}
        });
        Expr::Composite { ty, elems }
    }

    fn elements(&mut self) -> List<ExprId> {
        let mut items = Vec::new();
        self.children(|this, _, kind| {
            if matches!(kind, Kind::LiteralElement | Kind::KeyedElement) {
                items.push(this.expr());
            }
        });
        self.ast.add_list(&items)
    }

    fn func_literal(&mut self) -> Expr {
        let mut sig = Sig::default();
        let mut body = None;
        self.children(|this, role, _| match role {
            Role::Body => body = Some(this.stmt()),
            _ => this.sig_part(role, &mut sig),
        });
        let body = body.unwrap_or_else(|| self.bad_stmt());
        Expr::Func { sig: self.ast.add_sig(sig), body }
    }

    fn channel_type(&mut self) -> Expr {
        let (mut words, mut elem) = (Vec::new(), None);
        self.children(|this, role, kind| match (role, kind) {
            (Role::Value, _) => elem = Some(this.expr()),
            (_, Kind::Chan | Kind::Arrow) => words.push(kind),
            _ => {}
        });
        let dir = match words[..] {
            [Kind::Chan, Kind::Arrow] => ChanDir::Send,
            [Kind::Arrow, Kind::Chan] => ChanDir::Recv,
            _ => ChanDir::Both,
        };
        let elem = self.or_bad(elem);
        self.chan_of(dir, elem)
    }

    /// The grammar reads `chan<- chan T` as `chan (<-chan T)`; in Go the arrow belongs to the leftmost `chan`.
    fn chan_of(&mut self, dir: ChanDir, elem: ExprId) -> Expr {
        let (ChanDir::Both, Expr::Chan { dir: ChanDir::Recv, elem: inner }) = (dir, self.ast.expr(elem))
        else {
            return Expr::Chan { dir, elem };
        };
        let mut span = self.ast.expr_span(elem);
        let word = memchr::memmem::find(span.slice(self.source), b"chan");
        span.start += word.unwrap_or_default() as u32;
        let rest = self.chan_of(ChanDir::Both, inner);
        self.ast.replace_expr(elem, rest, span);
        Expr::Chan { dir: ChanDir::Send, elem }
    }

    fn interface_type(&mut self) -> Expr {
        let mut elems = Vec::new();
        self.children(|this, _, kind| match kind {
            Kind::MethodElem => {
                let span = this.span();
                let (mut name, mut sig) = (None, Sig::default());
                this.children(|this, role, _| match role {
                    Role::Name => name = Some(this.expr()),
                    _ => this.sig_part(role, &mut sig),
                });
                let sig = this.ast.add_sig(sig);
                let ty = this.ast.add_expr(Expr::FuncType(sig), span);
                let name = this.or_bad(name);
                let names = this.ast.add_list(&[name]);
                elems.push(this.ast.add_field(Field { names, ty, span }));
            }
            Kind::TypeElem => {
                let (span, ty) = (this.span(), this.type_elem());
                elems.push(this.ast.add_field(Field { names: List::EMPTY, ty, span }));
            }
            _ => {}
        });
        Expr::Interface { elems: self.ast.add_list(&elems) }
    }

    /// `A | B | ~C`, in a constraint; most often it is just one type.
    fn type_elem(&mut self) -> ExprId {
        let mut all: Option<ExprId> = None;
        self.children(|this, _, _| {
            if !this.cursor.node().is_named() {
                return;
            }
            let ty = this.expr();
            all = Some(match all {
                None => ty,
                Some(lhs) => {
                    let span = Span::new(this.ast.expr_span(lhs).start, this.ast.expr_span(ty).end);
                    this.ast.add_expr(Expr::Binary { op: BinaryOp::Or, lhs, rhs: ty }, span)
                }
            });
        });
        self.or_bad(all)
    }

    // --- statements ------------------------------------------------------------------------------------------------

    fn stmts(&mut self, out: &mut Vec<StmtId>) {
        self.children(|this, _, _| {
            if this.cursor.node().is_named() {
                out.push(this.stmt());
            }
        });
    }

    fn stmt(&mut self) -> StmtId {
        let span = self.span();
        let stmt = match self.kind() {
            Kind::Block => {
                let mut items = Vec::new();
                self.children(|this, _, kind| match kind {
                    Kind::StatementList => this.stmts(&mut items),
                    _ if this.cursor.node().is_named() => items.push(this.stmt()),
                    _ => {}
                });
                Stmt::Block(self.ast.add_list(&items))
            }
            Kind::ExpressionStatement => Stmt::Expr(self.inner()),
            Kind::Send => {
                let (mut chan, mut value) = (None, None);
                self.children(|this, role, _| match role {
                    Role::Channel => chan = Some(this.expr()),
                    Role::Value => value = Some(this.expr()),
                    _ => {}
                });
                Stmt::Send { chan: self.or_bad(chan), value: self.or_bad(value) }
            }
            Kind::Inc => Stmt::IncDec { target: self.inner(), inc: true },
            Kind::Dec => Stmt::IncDec { target: self.inner(), inc: false },
            Kind::Assignment | Kind::ShortVar | Kind::Receive => self.assign_like(),
            Kind::Go => Stmt::Go(self.inner()),
            Kind::Defer => Stmt::Defer(self.inner()),
            Kind::Return => {
                let mut values = List::EMPTY;
                self.children(|this, _, kind| {
                    if kind == Kind::ExpressionList {
                        values = this.listed();
                    }
                });
                Stmt::Return(values)
            }
            Kind::Break => self.branch(BranchKind::Break),
            Kind::Continue => self.branch(BranchKind::Continue),
            Kind::Goto => self.branch(BranchKind::Goto),
            Kind::Fallthrough => Stmt::Branch { kind: BranchKind::Fallthrough, label: None },
            Kind::If => return self.if_chain(),
            Kind::For => self.for_stmt(),
            Kind::ExpressionSwitch => self.switch(),
            Kind::TypeSwitch => self.type_switch(),
            Kind::Select => {
                let mut clauses = Vec::new();
                self.children(|this, _, kind| {
                    if matches!(kind, Kind::CommunicationCase | Kind::DefaultCase) {
                        clauses.push(this.clause());
                    }
                });
                Stmt::Select { clauses: self.ast.add_list(&clauses) }
            }
            Kind::Labeled => self.labeled(),
            Kind::Empty => Stmt::Empty,
            Kind::ConstDeclaration => Stmt::Decl { kind: GenKind::Const, specs: self.specs() },
            Kind::VarDeclaration => Stmt::Decl { kind: GenKind::Var, specs: self.specs() },
            Kind::TypeDeclaration => Stmt::Decl { kind: GenKind::Type, specs: self.specs() },
            _ => return self.bad_stmt(),
        };
        self.ast.add_stmt(stmt, span)
    }

    fn assign_like(&mut self) -> Stmt {
        let (mut lhs, mut op, mut rhs) = (None, None, Vec::new());
        self.children(|this, role, kind| match (role, kind) {
            (Role::Left, _) => lhs = Some(this.listed()),
            (Role::Right, _) => this.expr_list(&mut rhs),
            (_, Kind::Define) => op = Some(AssignOp::Define),
            (_, Kind::Assign) => op = Some(AssignOp::Assign),
            (Role::Operator, _) => op = assign_op(kind),
            _ => {}
        });
        match (lhs, op, &*rhs) {
            (None, _, &[value]) => Stmt::Expr(value),
            (Some(lhs), Some(op), _) => Stmt::Assign { lhs, op, rhs: self.ast.add_list(&rhs) },
            _ => {
                self.ast.is_opaque = true;
                Stmt::Bad
            }
        }
    }

    fn branch(&mut self, kind: BranchKind) -> Stmt {
        let mut label = None;
        self.children(|this, _, kind| {
            if kind == Kind::LabelName {
                label = Some(this.symbol());
            }
        });
        Stmt::Branch { kind, label }
    }

    /// `if … else if … else …` nests on the right, as deep as it is long.
    fn if_chain(&mut self) -> StmtId {
        let mut parts = Vec::new();
        let mut last = None;
        loop {
            let span = self.span();
            let (mut init, mut cond, mut then, mut next) = (None, None, None, false);
            self.children(|this, role, kind| match role {
                Role::Initializer => init = Some(this.stmt()),
                Role::Condition => cond = Some(this.header_expr()),
                Role::Consequence => then = Some(this.stmt()),
                Role::Alternative if kind == Kind::If => next = true,
                Role::Alternative => last = Some(this.stmt()),
                _ => {}
            });
            let cond = self.or_bad(cond);
            let then = then.unwrap_or_else(|| self.bad_stmt());
            parts.push((span, init, cond, then));
            if !next || !self.goto_field(Role::Alternative) {
                break;
            }
        }
        for _ in 1..parts.len() {
            self.cursor.goto_parent();
        }
        let mut els = last;
        for (span, init, cond, then) in parts.into_iter().rev() {
            els = Some(self.ast.add_stmt(Stmt::If { init, cond, then, els }, span));
        }
        els.unwrap_or_else(|| self.bad_stmt())
    }

    /// An expression before a block. In `if x { f() }` with a block behind it the grammar takes `x { f() }` for a literal
    /// and that block for the body; such a declaration is parsed again with the two blocks set apart.
    fn header_expr(&mut self) -> ExprId {
        let expr = self.expr();
        self.distrust_literal(expr);
        expr
    }

    fn header_stmt(&mut self) -> StmtId {
        let stmt = self.stmt();
        let last = match self.ast.stmt(stmt) {
            Stmt::Assign { rhs, .. } => self.ast.list(rhs).next_back(),
            Stmt::Send { value, .. } => Some(value),
            Stmt::Expr(expr) => Some(expr),
            _ => None,
        };
        if let Some(last) = last {
            self.distrust_literal(last);
        }
        stmt
    }

    fn distrust_literal(&mut self, mut last: ExprId) {
        loop {
            last = match self.ast.expr(last) {
                Expr::Binary { rhs, .. } => rhs,
                Expr::Unary { operand, .. } | Expr::Star(operand) => operand,
                Expr::Composite { ty: Some(ty), .. } => {
                    let is_name = matches!(
                        self.ast.expr(ty),
                        Expr::Ident(_) | Expr::Selector { .. } | Expr::Index { .. }
                    );
                    self.ast.is_opaque |= is_name;
                    return;
                }
                _ => return,
            };
        }
    }

    fn for_stmt(&mut self) -> Stmt {
        let mut head = Stmt::Empty;
        let (mut init, mut cond, mut post, mut body) = (None, None, None, None);
        self.children(|this, role, kind| match (role, kind) {
            (Role::Body, _) => body = Some(this.stmt()),
            (_, Kind::RangeClause) => head = this.range_clause(),
            (_, Kind::ForClause) => this.children(|this, role, _| match role {
                Role::Initializer => init = Some(this.stmt()),
                Role::Condition => cond = Some(this.expr()),
                Role::Update => post = Some(this.header_stmt()),
                _ => {}
            }),
            _ if this.cursor.node().is_named() => cond = Some(this.header_expr()),
            _ => {}
        });
        let body = body.unwrap_or_else(|| self.bad_stmt());
        match head {
            Stmt::Range { key, value, define, subject, .. } => {
                Stmt::Range { key, value, define, subject, body }
            }
            _ => Stmt::For { init, cond, post, body },
        }
    }

    /// The head of a range statement; its body is filled in later.
    fn range_clause(&mut self) -> Stmt {
        let (mut variables, mut define, mut subject) = (Vec::new(), false, None);
        self.children(|this, role, kind| match (role, kind) {
            (Role::Left, _) => this.expr_list(&mut variables),
            (Role::Right, _) => subject = Some(this.header_expr()),
            (_, Kind::Define) => define = true,
            _ => {}
        });
        let subject = self.or_bad(subject);
        let mut variables = variables.into_iter();
        Stmt::Range { key: variables.next(), value: variables.next(), define, subject, body: StmtId::new(0) }
    }

    fn switch(&mut self) -> Stmt {
        let (mut init, mut tag, mut clauses) = (None, None, Vec::new());
        self.children(|this, role, kind| match (role, kind) {
            (Role::Initializer, _) => init = Some(this.stmt()),
            (Role::Value, _) => tag = Some(this.header_expr()),
            (_, Kind::ExpressionCase | Kind::DefaultCase) => clauses.push(this.clause()),
            _ => {}
        });
        Stmt::Switch { init, tag, clauses: self.ast.add_list(&clauses) }
    }

    fn type_switch(&mut self) -> Stmt {
        let (mut init, mut bind, mut subject, mut clauses) = (None, None, None, Vec::new());
        self.children(|this, role, kind| match (role, kind) {
            (Role::Initializer, _) => init = Some(this.stmt()),
            (Role::Alias, _) => {
                let names = this.listed();
                bind = this.ast.list(names).next();
            }
            (Role::Value, _) => subject = Some(this.expr()),
            (_, Kind::TypeCase | Kind::DefaultCase) => clauses.push(this.clause()),
            _ => {}
        });
        let subject = self.or_bad(subject);
        Stmt::TypeSwitch { init, bind, subject, clauses: self.ast.add_list(&clauses) }
    }

    fn clause(&mut self) -> ClauseId {
        let span = self.span();
        let is_default = self.kind() == Kind::DefaultCase;
        let (mut exprs, mut comm, mut body) = (Vec::new(), None, Vec::new());
        self.children(|this, role, kind| match (role, kind) {
            (Role::Value, _) => this.expr_list(&mut exprs),
            (Role::Type, _) if this.cursor.node().is_named() => exprs.push(this.expr()),
            (Role::Communication, _) => comm = Some(this.stmt()),
            (_, Kind::StatementList) => this.stmts(&mut body),
            _ => {}
        });
        let (exprs, body) = (self.ast.add_list(&exprs), self.ast.add_list(&body));
        self.ast.add_clause(Clause { exprs, comm, is_default, body, span })
    }

    fn labeled(&mut self) -> Stmt {
        let (mut label, mut stmt) = (None, None);
        let end = self.span().end;
        self.children(|this, role, _| match role {
            Role::Label => label = Some(this.symbol()),
            _ if this.cursor.node().is_named() => stmt = Some(this.stmt()),
            _ => {}
        });
        let stmt = stmt.unwrap_or_else(|| self.ast.add_stmt(Stmt::Empty, Span::new(end, end)));
        Stmt::Labeled { label: label.unwrap_or_else(|| Symbol::new("_")), stmt }
    }
}

fn binary_op(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::LogicalOr => BinaryOp::LogicalOr,
        Kind::LogicalAnd => BinaryOp::LogicalAnd,
        Kind::EqEq => BinaryOp::Eq,
        Kind::NotEq => BinaryOp::Ne,
        Kind::Less => BinaryOp::Lt,
        Kind::LessEq => BinaryOp::Le,
        Kind::Greater => BinaryOp::Gt,
        Kind::GreaterEq => BinaryOp::Ge,
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Pipe => BinaryOp::Or,
        Kind::Caret => BinaryOp::Xor,
        Kind::Star => BinaryOp::Mul,
        Kind::Slash => BinaryOp::Div,
        Kind::Percent => BinaryOp::Rem,
        Kind::Shl => BinaryOp::Shl,
        Kind::Shr => BinaryOp::Shr,
        Kind::And => BinaryOp::And,
        Kind::AndNot => BinaryOp::AndNot,
        _ => return None,
    })
}

fn assign_op(kind: Kind) -> Option<AssignOp> {
    Some(AssignOp::Op(match kind {
        Kind::PlusEq => BinaryOp::Add,
        Kind::MinusEq => BinaryOp::Sub,
        Kind::PipeEq => BinaryOp::Or,
        Kind::CaretEq => BinaryOp::Xor,
        Kind::StarEq => BinaryOp::Mul,
        Kind::SlashEq => BinaryOp::Div,
        Kind::PercentEq => BinaryOp::Rem,
        Kind::ShlEq => BinaryOp::Shl,
        Kind::ShrEq => BinaryOp::Shr,
        Kind::AndEq => BinaryOp::And,
        Kind::AndNotEq => BinaryOp::AndNot,
        _ => return None,
    }))
}
