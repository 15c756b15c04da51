//! From the arena AST back to Go text, to see that nothing was lost.

use golint_conc_syntax::ast::{
    AssignOp, Ast, BinaryOp, BranchKind, ChanDir, ClauseId, Decl, Expr, ExprId, FieldId, FuncDecl, GenKind,
    List, SigId, Spec, SpecId, Stmt, StmtId, UnaryOp,
};
use golint_conc_syntax::{SourceFile, Span};

/// Declaration number `index` as the tree has it, in the form of [`squeeze`].
pub(crate) fn unparse(source: &SourceFile, index: usize) -> String {
    let ast = source.body(index);
    let mut printer = Printer { ast, text: source.text(), out: String::new() };
    printer.decl(source.outline().decls[index].span);
    squeeze(printer.out.as_bytes())
}

/// Go text without white space, comments, semicolons and commas before a closing bracket.
pub(crate) fn squeeze(text: &[u8]) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let len = match byte {
            b'/' if rest.starts_with(b"//") => {
                at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                at += 4 + rest[2..].windows(2).position(|pair| pair == b"*/").expect("a closed comment");
                continue;
            }
            b'`' | b'"' | b'\'' => string_len(rest).expect("a string"),
            b' ' | b'\t' | b'\r' | b'\n' | b';' => {
                at += 1;
                continue;
            }
            b')' | b']' | b'}' => {
                if out.last() == Some(&b',') {
                    out.pop();
                }
                1
            }
            _ => 1,
        };
        out.extend_from_slice(&rest[..len]);
        at += len;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The length of the string or rune at the beginning of `text`.
fn string_len(text: &[u8]) -> Option<usize> {
    let quote = *text.first().filter(|&&b| matches!(b, b'`' | b'"' | b'\''))?;
    let mut end = 1;
    while *text.get(end)? != quote {
        end += if text[end] == b'\\' && quote != b'`' { 2 } else { 1 };
    }
    Some(end + 1)
}

struct Printer<'a> {
    ast: &'a Ast,
    text: &'a [u8],
    out: String,
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn source(&self, span: Span) -> String {
        String::from_utf8_lossy(span.slice(self.text)).into_owned()
    }

    fn decl(&mut self, span: Span) {
        match self.ast.root {
            Decl::Func(func) => self.func(func),
            Decl::Gen { kind, specs } => self.gen_decl(kind, specs, span),
            Decl::Bad => self.put("BAD"),
        }
    }

    fn func(&mut self, func: FuncDecl) {
        self.put("func ");
        if let Some(recv) = func.recv {
            self.put("(");
            self.field(recv);
            self.put(")");
        }
        self.expr(func.name);
        self.sig(func.sig);
        if let Some(body) = func.body {
            self.stmt(body);
        }
    }

    fn gen_decl(&mut self, kind: GenKind, specs: List<SpecId>, span: Span) {
        let word = match kind {
            GenKind::Const => "const",
            GenKind::Var => "var",
            GenKind::Type => "type",
        };
        self.put(word);
        self.put(" ");
        // The tree does not say whether there are parentheses around.
        let is_group =
            squeeze(&self.text[span.start as usize + word.len()..span.end as usize]).starts_with('(');
        self.put(if is_group { "(" } else { "" });
        for spec in self.ast.list(specs) {
            self.spec(spec);
            self.put("\n");
        }
        self.put(if is_group { ")" } else { "" });
    }

    fn spec(&mut self, spec: SpecId) {
        match self.ast.spec(spec) {
            Spec::Value { names, ty, values, .. } => {
                self.exprs(names);
                if let Some(ty) = ty {
                    self.put(" ");
                    self.expr(ty);
                }
                if !values.is_empty() {
                    self.put("=");
                    self.exprs(values);
                }
            }
            Spec::Type { name, type_params, is_alias, ty } => {
                self.expr(name);
                self.type_params(type_params);
                self.put(if is_alias { "=" } else { " " });
                self.expr(ty);
            }
        }
    }

    fn type_params(&mut self, fields: List<FieldId>) {
        if !fields.is_empty() {
            self.put("[");
            self.fields(fields);
            self.put("]");
        }
    }

    fn sig(&mut self, sig: SigId) {
        let sig = self.ast.sig(sig);
        self.type_params(sig.type_params);
        self.put("(");
        self.fields(sig.params);
        self.put(")");
        let Some(first) = self.ast.list(sig.results).next() else { return };
        let start = self.ast.field(first).span.start as usize;
        let before = self.text[..start].trim_ascii_end();
        let in_parens = before.ends_with(b"(");
        self.put(if in_parens { "(" } else { "" });
        self.fields(sig.results);
        self.put(if in_parens { ")" } else { "" });
    }

    fn fields(&mut self, fields: List<FieldId>) {
        for (index, field) in self.ast.list(fields).enumerate() {
            self.put(if index == 0 { "" } else { "," });
            self.field(field);
        }
    }

    fn field(&mut self, field: FieldId) {
        let field = self.ast.field(field);
        self.exprs(field.names);
        self.put(" ");
        self.expr(field.ty);
    }

    fn exprs(&mut self, exprs: List<ExprId>) {
        for (index, expr) in self.ast.list(exprs).enumerate() {
            self.put(if index == 0 { "" } else { "," });
            self.expr(expr);
        }
    }

    fn opt(&mut self, expr: Option<ExprId>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn around(&mut self, open: &str, exprs: List<ExprId>, close: &str) {
        self.put(open);
        self.exprs(exprs);
        self.put(close);
    }

    fn expr(&mut self, id: ExprId) {
        let span = self.ast.expr_span(id);
        match self.ast.expr(id) {
            Expr::Bad => self.put("BAD"),
            Expr::Ident(name) => {
                assert_eq!(self.source(span), name.as_str(), "an identifier's span is not its name's");
                self.put(name.as_str());
            }
            Expr::Lit(_) => {
                let text = self.source(span);
                self.put(&text);
            }
            Expr::Composite { ty, elems } => {
                self.opt(ty);
                self.around("{", elems, "}");
            }
            Expr::KeyValue { key, value } => {
                self.expr(key);
                self.put(":");
                self.expr(value);
            }
            Expr::Func { sig, body } => {
                self.put("func");
                self.sig(sig);
                self.stmt(body);
            }
            Expr::Paren(inner) => {
                self.put("(");
                self.expr(inner);
                self.put(")");
            }
            Expr::Selector { base, sel } => {
                self.expr(base);
                self.put(".");
                self.expr(sel);
            }
            Expr::Index { base, indices } => {
                self.expr(base);
                self.around("[", indices, "]");
            }
            Expr::Slice { base, lo, hi, max } => {
                self.expr(base);
                self.put("[");
                self.opt(lo);
                self.put(":");
                self.opt(hi);
                self.put(if max.is_some() { ":" } else { "" });
                self.opt(max);
                self.put("]");
            }
            Expr::TypeAssert { base, ty } => {
                self.expr(base);
                self.put(".(");
                self.opt(ty);
                self.put(if ty.is_none() { "type)" } else { ")" });
            }
            Expr::Call { fun, args, spread } => {
                self.expr(fun);
                self.around("(", args, if spread { "...)" } else { ")" });
            }
            Expr::Star(operand) => {
                self.put("*");
                self.expr(operand);
            }
            Expr::Unary { op, operand } => {
                self.put(match op {
                    UnaryOp::Addr => "&",
                    UnaryOp::Recv => "<-",
                    UnaryOp::Not => "!",
                    UnaryOp::Neg => "-",
                    UnaryOp::Plus => "+",
                    UnaryOp::BitNot => "^",
                    UnaryOp::Tilde => "~",
                });
                self.expr(operand);
            }
            Expr::Binary { op, lhs, rhs } => {
                self.expr(lhs);
                self.put(binary(op));
                self.put(" ");
                self.expr(rhs);
            }
            Expr::Array { len, elem } => {
                self.put("[");
                self.opt(len);
                self.put("]");
                self.expr(elem);
            }
            Expr::Map { key, value } => {
                self.put("map[");
                self.expr(key);
                self.put("]");
                self.expr(value);
            }
            Expr::Chan { dir, elem } => {
                self.put(match dir {
                    ChanDir::Both => "chan ",
                    ChanDir::Send => "chan<- ",
                    ChanDir::Recv => "<-chan ",
                });
                self.expr(elem);
            }
            Expr::FuncType(sig) => {
                self.put("func");
                self.sig(sig);
            }
            Expr::Struct { fields } => self.struct_type(fields),
            Expr::Interface { elems } => {
                self.put("interface{");
                for elem in self.ast.list(elems) {
                    let field = self.ast.field(elem);
                    self.exprs(field.names);
                    match self.ast.expr(field.ty) {
                        Expr::FuncType(sig) if !field.names.is_empty() => self.sig(sig),
                        _ => self.expr(field.ty),
                    }
                    self.put("\n");
                }
                self.put("}");
            }
            Expr::Ellipsis(ty) => {
                self.put("...");
                self.opt(ty);
            }
        }
    }

    fn struct_type(&mut self, fields: List<FieldId>) {
        self.put("struct{");
        for field in self.ast.list(fields) {
            self.field(field);
            // The tree drops tags.
            let end = self.ast.field(field).span.end as usize;
            let rest = self.text[end..].trim_ascii_start();
            let len = string_len(rest).filter(|_| !rest.starts_with(b"'"));
            let tag = String::from_utf8_lossy(&rest[..len.unwrap_or_default()]).into_owned();
            self.put(&tag);
            self.put("\n");
        }
        self.put("}");
    }

    fn stmts(&mut self, stmts: List<StmtId>) {
        for stmt in self.ast.list(stmts) {
            self.stmt(stmt);
            self.put("\n");
        }
    }

    fn opt_stmt(&mut self, stmt: Option<StmtId>) {
        if let Some(stmt) = stmt {
            self.stmt(stmt);
            self.put(";");
        }
    }

    fn clauses(&mut self, clauses: List<ClauseId>) {
        self.put("{");
        for clause in self.ast.list(clauses) {
            let clause = self.ast.clause(clause);
            if clause.is_default {
                self.put("default");
            } else {
                self.put("case ");
                self.exprs(clause.exprs);
                if let Some(comm) = clause.comm {
                    self.stmt(comm);
                }
            }
            self.put(":\n");
            self.stmts(clause.body);
        }
        self.put("}");
    }

    fn stmt(&mut self, id: StmtId) {
        match self.ast.stmt(id) {
            Stmt::Bad => self.put("BAD"),
            Stmt::Empty => {}
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::Send { chan, value } => {
                self.expr(chan);
                self.put("<-");
                self.expr(value);
            }
            Stmt::IncDec { target, inc } => {
                self.expr(target);
                self.put(if inc { "++" } else { "--" });
            }
            Stmt::Assign { lhs, op, rhs } => {
                self.exprs(lhs);
                match op {
                    AssignOp::Assign => {}
                    AssignOp::Define => self.put(":"),
                    AssignOp::Op(op) => self.put(binary(op)),
                }
                self.put("=");
                self.exprs(rhs);
            }
            Stmt::Go(expr) => {
                self.put("go ");
                self.expr(expr);
            }
            Stmt::Defer(expr) => {
                self.put("defer ");
                self.expr(expr);
            }
            Stmt::Return(values) => {
                self.put("return ");
                self.exprs(values);
            }
            Stmt::Branch { kind, label } => {
                self.put(match kind {
                    BranchKind::Break => "break ",
                    BranchKind::Continue => "continue ",
                    BranchKind::Goto => "goto ",
                    BranchKind::Fallthrough => "fallthrough",
                });
                self.put(label.map_or("", |label| label.as_str()));
            }
            Stmt::Block(stmts) => {
                self.put("{");
                self.stmts(stmts);
                self.put("}");
            }
            Stmt::If { init, cond, then, els } => {
                self.put("if ");
                self.opt_stmt(init);
                self.expr(cond);
                self.stmt(then);
                if let Some(els) = els {
                    self.put("else ");
                    self.stmt(els);
                }
            }
            Stmt::Switch { init, tag, clauses } => {
                self.put("switch ");
                self.opt_stmt(init);
                self.opt(tag);
                self.clauses(clauses);
            }
            Stmt::TypeSwitch { init, bind, subject, clauses } => {
                self.put("switch ");
                self.opt_stmt(init);
                self.opt(bind);
                self.put(if bind.is_some() { ":=" } else { "" });
                self.expr(subject);
                self.put(".(type)");
                self.clauses(clauses);
            }
            Stmt::Select { clauses } => {
                self.put("select");
                self.clauses(clauses);
            }
            Stmt::For { init, cond, post, body } => {
                self.put("for ");
                self.opt_stmt(init);
                self.opt(cond);
                self.put(";");
                self.opt_stmt(post);
                self.stmt(body);
            }
            Stmt::Range { key, value, define, subject, body } => {
                self.put("for ");
                self.opt(key);
                self.put(if value.is_some() { "," } else { "" });
                self.opt(value);
                self.put(if define {
                    ":="
                } else if key.is_some() {
                    "="
                } else {
                    ""
                });
                self.put("range ");
                self.expr(subject);
                self.stmt(body);
            }
            Stmt::Labeled { label, stmt } => {
                self.put(label.as_str());
                self.put(":");
                self.stmt(stmt);
            }
            Stmt::Decl { kind, specs } => self.gen_decl(kind, specs, self.ast.stmt_span(id)),
        }
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::LogicalOr => "||",
        BinaryOp::LogicalAnd => "&&",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Or => "|",
        BinaryOp::Xor => "^",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::And => "&",
        BinaryOp::AndNot => "&^",
    }
}
