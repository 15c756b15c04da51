//! What makes a goroutine without an end a leak: its owner ends before it, or it is started again and again. A server that
//! is made once and runs as long as the process may well have goroutines that do.

use golint_conc_semantic::{BodyCx, BodyId, LocalKind, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use rustc_hash::FxHashSet;

use crate::elsewhere::MAX_PACKAGES;
use crate::lifetime::{COMMANDS, Lifetime, UnendingStmt};
use crate::model::{Model, Spawn};

/// How many calls, and calls of their functions, are asked whether they run again and again.
const MAX_CALLERS: usize = 16;

/// Names of methods that end what they are called on, in lower case.
const ENDS: [&str; 12] = [
    "close",
    "stop",
    "stopping",
    "shutdown",
    "quit",
    "terminate",
    "destroy",
    "teardown",
    "dispose",
    "kill",
    "halt",
    "gracefulstop",
];

/// Types of what serves one request or connection.
const SERVED: [(&str, &str); 3] = [("net/http", "Request"), ("net/http", "ResponseWriter"), ("net", "Conn")];

/// Words in a program that serves requests or connections.
const SERVING: [&str; 6] = ["ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS", "Listen", "Accept"];

/// Why goroutines without an end pile up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piling {
    /// What the goroutine belongs to has this method, by which it ends.
    OwnerEnds(BodyId),
    /// The loop of the goroutine looks at this signal to end, and goes on.
    Ignores(BodyId, ExprId),
    /// A loop, or what serves requests or connections, comes to this place.
    StartedAgain(BodyId, NodeRef),
}

impl<'p> Model<'p> {
    /// Why goroutines that a place starts pile up, if they do.
    pub fn piling(&self, spawn: &Spawn, turn: &UnendingStmt) -> Option<Piling> {
        self.ignored_end(turn)
            .or_else(|| self.end_of_owner(spawn).map(Piling::OwnerEnds))
            .or_else(|| self.started_again(spawn.body, spawn.node, &mut FxHashSet::default()))
    }

    /// Whether a place is come to once in the life of a command, as far as can be seen: in a package for the command line,
    /// in its `main`, in a command, or in what only these call, and in no loop that lasts.
    pub fn is_asked_once(&self, body: BodyId, node: NodeRef) -> bool {
        self.is_for_command_line()
            && self.lifetime(body, node) == Lifetime::Process
            && self.started_again(body, node, &mut FxHashSet::default()).is_none()
    }

    /// Whether the package is a program that serves nobody, or uses a library for commands.
    fn is_for_command_line(&self) -> bool {
        let imports = |path: &str| (0..self.pkg.files.len()).any(|file| self.pkg.imports(file, path));
        let serves = |word: &str| self.pkg.bodies_naming(Symbol::new(word)).next().is_some();
        (self.pkg.name == "main" && !SERVING.into_iter().any(serves))
            || COMMANDS.into_iter().any(|(path, _)| imports(path))
    }

    /// A receive from the `Done()` of a context in the loop.
    fn ignored_end(&self, turn: &UnendingStmt) -> Option<Piling> {
        let cx = self.body(turn.func.body);
        let mut found = None;
        walk_inline(cx.ast, turn.stmt, |node| {
            if let NodeRef::Expr(expr) = node
                && let Expr::Unary { op: UnaryOp::Recv, operand } = cx.ast.expr(expr)
                && cx.callee(operand).is_method("context", "Context", &["Done"])
            {
                found = found.or(Some(Piling::Ignores(cx.id, expr)));
            }
        });
        found
    }

    /// The method that ends the object whose method starts the goroutine or runs in it, or that the function makes.
    fn end_of_owner(&self, spawn: &Spawn) -> Option<BodyId> {
        let mut owners: Vec<Symbol> = self.pkg.body_decl(spawn.body).recv.into_iter().collect();
        owners.extend(spawn.target.and_then(|target| self.pkg.body_decl(target.body).recv));
        if let Type::Func(sig) = self.pkg.types.get(self.pkg.signature(spawn.body)) {
            owners.extend(sig.results.iter().filter_map(|&ty| {
                match self.pkg.types.get(self.pkg.types.deref(ty)) {
                    Type::Named { pkg, name, .. } if pkg == self.pkg.path => Some(name),
                    _ => None,
                }
            }));
        }
        let ends = |name: Symbol| ENDS.contains(&name.as_str().to_ascii_lowercase().as_str());
        let methods =
            self.pkg.bodies().filter(|(_, decl)| decl.recv.is_some_and(|recv| owners.contains(&recv)));
        let mut ending = methods.filter(|(id, decl)| *id != spawn.body && ends(decl.name));
        ending.next().map(|(id, _)| id)
    }

    /// The loop, or the function for one request, that comes to a place, itself or through calls.
    fn started_again(
        &self,
        body: BodyId,
        node: NodeRef,
        seen: &mut FxHashSet<(BodyId, NodeRef)>,
    ) -> Option<Piling> {
        if MAX_CALLERS <= seen.len() || !seen.insert((body, node)) {
            return None;
        }
        let cx = self.body(body);
        if self.is_in_lasting_loop(cx, node) || self.serves(cx, node) {
            return Some(Piling::StartedAgain(body, node));
        }
        let callers = self.places_of_calls(body).unwrap_or_default();
        let own =
            callers.into_iter().find_map(|(caller, call)| self.started_again(caller, call.into(), seen));
        let decl = self.pkg.body_decl(body);
        if own.is_some() || !decl.name.is_exported() || MAX_PACKAGES <= self.depth {
            return own;
        }
        let users = self.uses_elsewhere(body)?;
        users.into_iter().any(|is_again| is_again).then_some(Piling::StartedAgain(body, node))
    }

    /// Of each use of an exported function or method in another package, whether a call there comes to it again and again.
    fn uses_elsewhere(&self, body: BodyId) -> Option<Vec<bool>> {
        self.in_users(body, |model, cx, used| {
            let is_called = matches!(model.parents(cx.id).parent(used), Some(NodeRef::Expr(call))
                if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if fun == used));
            is_called && model.started_again(cx.id, used.into(), &mut FxHashSet::default()).is_some()
        })
    }

    /// Whether a loop around a place goes on as long as something is so, and not over the elements of something.
    fn is_in_lasting_loop(&self, cx: BodyCx<'p>, node: NodeRef) -> bool {
        let parents = self.parents(cx.id);
        let mut loops = parents.enclosing_loops(cx.ast, node);
        loops.any(|turn| match cx.ast.stmt(turn) {
            Stmt::For { init, .. } => init.is_none(),
            Stmt::Range { subject, .. } => matches!(cx.underlying(subject), Type::Chan(..)),
            _ => false,
        })
    }

    /// Whether one of the functions around a place has a request or connection among its parameters.
    fn serves(&self, cx: BodyCx<'p>, node: NodeRef) -> bool {
        let parents = self.parents(cx.id);
        let mut around = vec![None];
        let mut literal = parents.enclosing_func(cx.ast, node);
        while let Some(inner) = literal {
            around.push(Some(inner));
            literal = parents.enclosing_func(cx.ast, inner);
        }
        let is_served =
            |ty: TypeId| SERVED.iter().any(|(pkg, name)| cx.pkg.types.is_named_or_ptr(ty, pkg, name));
        // Parameters need no names.
        let declared = match cx.pkg.types.get(cx.pkg.signature(cx.id)) {
            Type::Func(sig) => sig.params.iter().any(|&ty| is_served(ty)),
            _ => false,
        };
        declared
            || cx.locals().any(|(_, local)| {
                local.kind == LocalKind::Param && around.contains(&local.func) && is_served(local.ty)
            })
    }
}
