//! Walking a tree, and finding the way up in it.

use crate::ast::{Ast, ClauseId, Decl, Expr, ExprId, PoolItem, Spec, SpecId, Stmt, StmtId};

/// A node of an [`Ast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeRef {
    /// An expression or type.
    Expr(ExprId),
    /// A statement.
    Stmt(StmtId),
    /// A clause of a `switch` or `select`.
    Clause(ClauseId),
}

impl From<ExprId> for NodeRef {
    fn from(id: ExprId) -> Self {
        Self::Expr(id)
    }
}

impl From<StmtId> for NodeRef {
    fn from(id: StmtId) -> Self {
        Self::Stmt(id)
    }
}

impl From<ClauseId> for NodeRef {
    fn from(id: ClauseId) -> Self {
        Self::Clause(id)
    }
}

/// What a visitor wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// The children of the node.
    Into,
    /// What follows the node.
    Over,
    /// Nothing more.
    Stop,
}

/// Appends the children of `node`, in source order. Signatures and the fields of types have no children here.
pub fn children(ast: &Ast, node: NodeRef, out: &mut Vec<NodeRef>) {
    fn all<T: PoolItem + Into<NodeRef>>(ast: &Ast, list: crate::ast::List<T>, out: &mut Vec<NodeRef>) {
        out.extend(ast.list(list).map(Into::into));
    }
    match node {
        NodeRef::Expr(expr) => match ast.expr(expr) {
            Expr::Bad
            | Expr::Ident(_)
            | Expr::Lit(_)
            | Expr::FuncType(_)
            | Expr::Struct { .. }
            | Expr::Interface { .. }
            | Expr::Ellipsis(None) => {}
            Expr::Composite { ty, elems } => {
                out.extend(ty.map(NodeRef::Expr));
                all(ast, elems, out);
            }
            Expr::KeyValue { key, value } | Expr::Map { key, value } => {
                out.extend([NodeRef::from(key), NodeRef::from(value)]);
            }
            Expr::Func { body, .. } => out.push(body.into()),
            Expr::Paren(inner) | Expr::Star(inner) | Expr::Ellipsis(Some(inner)) => out.push(inner.into()),
            Expr::Selector { base, sel } => out.extend([NodeRef::from(base), NodeRef::from(sel)]),
            Expr::Index { base, indices } => {
                out.push(base.into());
                all(ast, indices, out);
            }
            Expr::Slice { base, lo, hi, max } => {
                out.push(base.into());
                out.extend([lo, hi, max].into_iter().flatten().map(NodeRef::Expr));
            }
            Expr::TypeAssert { base, ty } => {
                out.push(base.into());
                out.extend(ty.map(NodeRef::Expr));
            }
            Expr::Call { fun, args, .. } => {
                out.push(fun.into());
                all(ast, args, out);
            }
            Expr::Unary { operand, .. } => out.push(operand.into()),
            Expr::Binary { lhs, rhs, .. } => out.extend([NodeRef::from(lhs), NodeRef::from(rhs)]),
            Expr::Array { len, elem } => {
                out.extend(len.map(NodeRef::Expr));
                out.push(elem.into());
            }
            Expr::Chan { elem, .. } => out.push(elem.into()),
        },
        NodeRef::Stmt(stmt) => match ast.stmt(stmt) {
            Stmt::Bad | Stmt::Empty | Stmt::Branch { .. } => {}
            Stmt::Expr(expr) | Stmt::Go(expr) | Stmt::Defer(expr) | Stmt::IncDec { target: expr, .. } => {
                out.push(expr.into());
            }
            Stmt::Send { chan, value } => out.extend([NodeRef::from(chan), NodeRef::from(value)]),
            Stmt::Assign { lhs, rhs, .. } => {
                all(ast, lhs, out);
                all(ast, rhs, out);
            }
            Stmt::Return(values) => all(ast, values, out),
            Stmt::Block(stmts) => all(ast, stmts, out),
            Stmt::If { init, cond, then, els } => {
                out.extend(init.map(NodeRef::Stmt));
                out.extend([NodeRef::from(cond), NodeRef::from(then)]);
                out.extend(els.map(NodeRef::Stmt));
            }
            Stmt::Switch { init, tag, clauses } => {
                out.extend(init.map(NodeRef::Stmt));
                out.extend(tag.map(NodeRef::Expr));
                all(ast, clauses, out);
            }
            Stmt::TypeSwitch { init, bind, subject, clauses } => {
                out.extend(init.map(NodeRef::Stmt));
                out.extend(bind.map(NodeRef::Expr));
                out.push(subject.into());
                all(ast, clauses, out);
            }
            Stmt::Select { clauses } => all(ast, clauses, out),
            Stmt::For { init, cond, post, body } => {
                out.extend(init.map(NodeRef::Stmt));
                out.extend(cond.map(NodeRef::Expr));
                out.extend(post.map(NodeRef::Stmt));
                out.push(body.into());
            }
            Stmt::Range { key, value, subject, body, .. } => {
                out.extend([key, value].into_iter().flatten().map(NodeRef::Expr));
                out.extend([NodeRef::from(subject), NodeRef::from(body)]);
            }
            Stmt::Labeled { stmt, .. } => out.push(stmt.into()),
            Stmt::Decl { specs, .. } => ast.list(specs).for_each(|spec| spec_children(ast, spec, out)),
        },
        NodeRef::Clause(clause) => {
            let clause = ast.clause(clause);
            all(ast, clause.exprs, out);
            out.extend(clause.comm.map(NodeRef::Stmt));
            all(ast, clause.body, out);
        }
    }
}

fn spec_children(ast: &Ast, spec: SpecId, out: &mut Vec<NodeRef>) {
    match ast.spec(spec) {
        Spec::Value { names, ty, values, .. } => {
            out.extend(ast.list(names).map(NodeRef::Expr));
            out.extend(ty.map(NodeRef::Expr));
            out.extend(ast.list(values).map(NodeRef::Expr));
        }
        Spec::Type { name, ty, .. } => out.extend([NodeRef::Expr(name), NodeRef::Expr(ty)]),
    }
}

/// The topmost nodes of the declaration: a function's block, or the parts of the specifications.
pub fn roots(ast: &Ast) -> Vec<NodeRef> {
    let mut roots = Vec::new();
    match ast.root {
        Decl::Func(func) => roots.extend(func.body.map(NodeRef::Stmt)),
        Decl::Gen { specs, .. } => ast.list(specs).for_each(|spec| spec_children(ast, spec, &mut roots)),
        Decl::Bad => {}
    }
    roots
}

/// Visits `root` and what is below it, parents before children, in source order. Uses no recursion.
pub fn walk(ast: &Ast, root: impl Into<NodeRef>, mut visit: impl FnMut(NodeRef) -> Walk) {
    let mut stack = vec![root.into()];
    let mut below = Vec::new();
    while let Some(node) = stack.pop() {
        match visit(node) {
            Walk::Stop => return,
            Walk::Over => {}
            Walk::Into => {
                below.clear();
                children(ast, node, &mut below);
                stack.extend(below.iter().rev());
            }
        }
    }
}

/// Visits what runs when `root` runs: like [`walk`], but not into function literals below it, whose bodies run when
/// they are called.
pub fn walk_inline(ast: &Ast, root: impl Into<NodeRef>, mut visit: impl FnMut(NodeRef)) {
    let root = root.into();
    walk(ast, root, |node| {
        visit(node);
        match node {
            NodeRef::Expr(expr) if node != root && matches!(ast.expr(expr), Expr::Func { .. }) => Walk::Over,
            _ => Walk::Into,
        }
    });
}

/// Who stands above each node of a tree.
#[derive(Debug)]
pub struct Parents {
    exprs: Vec<Option<NodeRef>>,
    stmts: Vec<Option<NodeRef>>,
    clauses: Vec<Option<NodeRef>>,
}

impl Parents {
    /// Indexes a tree.
    pub fn new(ast: &Ast) -> Self {
        let mut parents = Self {
            exprs: vec![None; ast.expr_count()],
            stmts: vec![None; ast.stmt_count()],
            clauses: Vec::new(),
        };
        let mut stack = roots(ast);
        let mut below = Vec::new();
        while let Some(node) = stack.pop() {
            below.clear();
            children(ast, node, &mut below);
            for &child in &below {
                parents.set(child, node);
            }
            stack.append(&mut below);
        }
        parents
    }

    fn set(&mut self, child: NodeRef, parent: NodeRef) {
        let (slots, index) = match child {
            NodeRef::Expr(id) => (&mut self.exprs, id.index()),
            NodeRef::Stmt(id) => (&mut self.stmts, id.index()),
            NodeRef::Clause(id) => (&mut self.clauses, id.index()),
        };
        if slots.len() <= index {
            slots.resize(index + 1, None);
        }
        slots[index] = Some(parent);
    }

    /// The node right above.
    pub fn parent(&self, node: impl Into<NodeRef>) -> Option<NodeRef> {
        match node.into() {
            NodeRef::Expr(id) => self.exprs.get(id.index()),
            NodeRef::Stmt(id) => self.stmts.get(id.index()),
            NodeRef::Clause(id) => self.clauses.get(id.index()),
        }
        .copied()
        .flatten()
    }

    /// All nodes above, innermost first.
    pub fn ancestors(&self, node: impl Into<NodeRef>) -> impl Iterator<Item = NodeRef> + '_ {
        std::iter::successors(self.parent(node), |&node| self.parent(node))
    }

    /// The innermost function literal around a node.
    pub fn enclosing_func(&self, ast: &Ast, node: impl Into<NodeRef>) -> Option<ExprId> {
        self.ancestors(node).find_map(|node| match node {
            NodeRef::Expr(expr) if matches!(ast.expr(expr), Expr::Func { .. }) => Some(expr),
            _ => None,
        })
    }

    /// The innermost statement around a node, or the node itself where it is one.
    pub fn enclosing_stmt(&self, node: impl Into<NodeRef>) -> Option<StmtId> {
        let node = node.into();
        std::iter::once(node).chain(self.ancestors(node)).find_map(|node| match node {
            NodeRef::Stmt(stmt) => Some(stmt),
            _ => None,
        })
    }

    /// The loops around a node within its function, innermost first.
    pub fn enclosing_loops<'a>(
        &'a self,
        ast: &'a Ast,
        node: impl Into<NodeRef>,
    ) -> impl Iterator<Item = StmtId> + 'a {
        self.ancestors(node)
            .take_while(
                |node| !matches!(node, NodeRef::Expr(expr) if matches!(ast.expr(*expr), Expr::Func { .. })),
            )
            .filter_map(|node| match node {
                NodeRef::Stmt(stmt) if matches!(ast.stmt(stmt), Stmt::For { .. } | Stmt::Range { .. }) => {
                    Some(stmt)
                }
                _ => None,
            })
    }
}
