//! What makes a goroutine without an end a leak: its owner ends before it, or it is started again and again. A server that
//! is made once and runs as long as the process may well have goroutines that do.

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId, LocalKind, Signature, Type, TypeId};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, StmtId, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, walk_inline};
use rustc_hash::FxHashSet;

use crate::elsewhere::{MAX_PACKAGES, MAX_USERS};
use crate::lifetime::{COMMANDS, Lifetime, UnendingStmt, paths_set_in, set_for_good};
use crate::model::{Model, Spawn};

/// How many callers, and their callers, are asked whether they run again and again.
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

/// Types of what stands for one request or connection.
const SERVED: [(&str, &str); 8] = [
    ("net/http", "Request"),
    ("net/http", "ResponseWriter"),
    ("net", "Conn"),
    ("github.com/gin-gonic/gin", "Context"),
    ("github.com/labstack/echo/v4", "Context"),
    ("github.com/labstack/echo/v5", "Context"),
    ("sigs.k8s.io/controller-runtime", "Request"),
    ("sigs.k8s.io/controller-runtime/pkg/reconcile", "Request"),
];

/// What the names of types begin with that generated code has for servers of gRPC to embed.
const UNIMPLEMENTED: &str = "Unimplemented";

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

    /// The method that ends the object whose method starts the goroutine or runs in it, or that the function makes; not
    /// where the object lives as long as the process.
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
        ending.find(|(_, decl)| decl.recv.is_some_and(|owner| !self.is_made_once(owner))).map(|(id, _)| id)
    }

    /// Whether what one call of the function around the start of a goroutine leaves behind piles up, for that function
    /// is for one request, or is called again and again.
    pub fn leaves_behind_again(&self, spawn: &Spawn) -> bool {
        self.lifetime(spawn.body, spawn.node) != Lifetime::Process
            && self.run_again(spawn.body, spawn.node, &mut FxHashSet::default()).is_some()
    }

    /// The loop, or the function for one request, that comes to a place, itself or through calls.
    fn started_again(&self, body: BodyId, node: NodeRef, seen: &mut FxHashSet<BodyId>) -> Option<Piling> {
        if self.is_in_lasting_loop(self.body(body), node) {
            return Some(Piling::StartedAgain(body, node));
        }
        self.run_again(body, node, seen)
    }

    /// What runs the function around a place again and again: it is for one request, or called by what is, or in a loop.
    fn run_again(&self, body: BodyId, node: NodeRef, seen: &mut FxHashSet<BodyId>) -> Option<Piling> {
        let cx = self.body(body);
        let literal = self.parents(body).enclosing_func(cx.ast, node);
        if serves(cx, literal) {
            return Some(Piling::StartedAgain(body, node));
        }
        // How often others run a literal that they are handed, they alone know.
        if let Some(literal) = literal {
            return if self.runs_in_place(cx, literal) {
                self.started_again(body, literal.into(), seen)
            } else {
                None
            };
        }
        if MAX_CALLERS <= seen.len() || !seen.insert(body) {
            return None;
        }
        let callers = self.all_callers(body).unwrap_or_default();
        let own =
            callers.into_iter().find_map(|(caller, call)| self.started_again(caller, call.into(), seen));
        let decl = self.pkg.body_decl(body);
        if own.is_some() || !decl.name.is_exported() || MAX_PACKAGES <= self.depth {
            return own;
        }
        let users = self.uses_elsewhere(body)?;
        users.into_iter().any(|is_again| is_again).then_some(Piling::StartedAgain(body, node))
    }

    /// Whether a literal runs whenever its place is come to: called or started there, or handed to a function of the
    /// package that calls it in any case.
    fn runs_in_place(&self, cx: BodyCx<'p>, literal: ExprId) -> bool {
        let Some(NodeRef::Expr(call)) = self.parents(cx.id).parent(literal) else { return false };
        let Expr::Call { fun, .. } = cx.ast.expr(call) else { return false };
        cx.ast.unparen(fun) == literal
            || self.spawns(cx.id).iter().any(|spawn| spawn.call == call)
            || (self.is_called_there(cx, call, literal) && self.always_calls(cx, call))
    }

    /// Whether the function that a call names has neither a condition nor a choice, so that it does all that stands in it.
    fn always_calls(&self, cx: BodyCx<'p>, call: ExprId) -> bool {
        let Some(helper) = cx.callee(call).body() else { return false };
        let Some((inner, block)) = self.block(Func { body: helper, lit: None }) else { return false };
        let mut has_choice = false;
        walk_inline(inner.ast, block, |node| {
            has_choice |= match node {
                NodeRef::Stmt(stmt) => matches!(inner.ast.stmt(stmt), Stmt::If { .. }),
                NodeRef::Clause(_) => true,
                NodeRef::Expr(_) => false,
            };
        });
        !has_choice
    }

    /// Of each use of an exported function or method in another package, whether a call there comes to it again and again.
    fn uses_elsewhere(&self, body: BodyId) -> Option<Vec<bool>> {
        self.in_users(body, |model, cx, used| {
            let is_called = matches!(model.parents(cx.id).parent(used), Some(NodeRef::Expr(call))
                if matches!(cx.ast.expr(call), Expr::Call { fun, .. } if fun == used));
            is_called && model.started_again(cx.id, used.into(), &mut FxHashSet::default()).is_some()
        })
    }

    /// Whether a loop around a place goes on as long as something is so, and not over the elements of something, and comes
    /// to the place more than once.
    pub(crate) fn is_in_lasting_loop(&self, cx: BodyCx<'p>, node: NodeRef) -> bool {
        let parents = self.parents(cx.id);
        let mut loops = parents.enclosing_loops(cx.ast, node);
        loops.any(|turn| {
            let lasts = match cx.ast.stmt(turn) {
                Stmt::For { init, .. } => init.is_none(),
                Stmt::Range { subject, .. } => matches!(cx.underlying(subject), Type::Chan(..)),
                _ => false,
            };
            lasts && !self.is_done_once_in(cx, node, turn)
        })
    }

    /// Whether a place in a loop stands under a condition on a field that is set there, and that the loop sets nowhere else.
    fn is_done_once_in(&self, cx: BodyCx<'p>, node: NodeRef, turn: StmtId) -> bool {
        let parents = self.parents(cx.id);
        let mut above = parents.ancestors(node).take_while(|above| *above != NodeRef::Stmt(turn));
        above.any(|above| {
            set_for_good(cx, above, |path| !path.fields.is_empty()).is_some_and(|set| {
                paths_set_in(cx, turn)
                    .iter()
                    .filter(|other| set.root == other.root && set.fields.starts_with(&other.fields))
                    .count()
                    == 1
            })
        })
    }

    /// Whether objects of a type of this package are made where the process comes once, and nowhere else in the module.
    fn is_made_once(&self, owner: Symbol) -> bool {
        let own = self.places_of_making(self.pkg.path, owner);
        if own.is_empty() || own.iter().any(|&(body, made)| self.lifetime(body, made) != Lifetime::Process) {
            return false;
        }
        !owner.is_exported()
            || self.pkg.packages_that_use(owner, MAX_USERS).is_some_and(|users| {
                users.iter().all(|user| Model::new(user).places_of_making(self.pkg.path, owner).is_empty())
            })
    }

    /// Where this package makes an object of the type `pkg.owner`, by a literal, `new` or a variable; tests left out.
    fn places_of_making(&self, pkg: Symbol, owner: Symbol) -> Vec<(BodyId, ExprId)> {
        let mut found = Vec::new();
        let is_test = |body: BodyId| self.pkg.files[self.pkg.body_decl(body).file].is_test;
        for id in self.pkg.bodies_naming(owner).filter(|&id| !is_test(id)) {
            let cx = self.body(id);
            let is_owner = |ty: TypeId| cx.pkg.types.is_named(ty, pkg.as_str(), owner.as_str());
            let exprs = (0..cx.ast.expr_count() as u32).map(ExprId::new);
            found.extend(
                exprs
                    .filter(|&expr| match cx.ast.expr(expr) {
                        Expr::Composite { .. } => is_owner(cx.type_of(expr)),
                        Expr::Call { .. } => {
                            cx.callee(expr).is_builtin("new")
                                && is_owner(cx.pkg.types.deref(cx.type_of(expr)))
                        }
                        _ => false,
                    })
                    .map(|expr| (id, expr)),
            );
            let variables = cx.locals().filter(|(_, local)| {
                local.kind == LocalKind::Var && local.init.is_none() && is_owner(local.ty)
            });
            found.extend(variables.map(|(_, local)| (id, local.ident)));
        }
        found
    }
}

/// Whether a function, declared or a literal, has a request or connection among its parameters, or is a method that
/// gRPC calls for each request.
fn serves(cx: BodyCx<'_>, literal: Option<ExprId>) -> bool {
    let is_served = |ty: TypeId| SERVED.iter().any(|(pkg, name)| cx.pkg.types.is_named_or_ptr(ty, pkg, name));
    // Parameters need no names.
    let ty = literal.map_or_else(|| cx.pkg.signature(cx.id), |literal| cx.type_of(literal));
    let Type::Func(sig) = cx.pkg.types.get(ty) else { return false };
    sig.params.iter().any(|&ty| is_served(ty)) || (literal.is_none() && is_remote_procedure(cx, &sig))
}

/// Whether a method is `M(ctx, *request) (*response, error)` of what embeds the type that generated code has for servers.
fn is_remote_procedure(cx: BodyCx<'_>, sig: &Signature) -> bool {
    let decl = cx.pkg.body_decl(cx.id);
    let owner = decl.recv.filter(|_| decl.name.is_exported()).and_then(|recv| cx.pkg.lookup(recv));
    let embeds = |owner| {
        memchr::memmem::find(cx.pkg.object_text(cx.pkg.object(owner)), UNIMPLEMENTED.as_bytes()).is_some()
    };
    let [context, _] = *sig.params else { return false };
    let [_, error] = *sig.results else { return false };
    cx.pkg.types.is_named(context, "context", "Context")
        && error == TypeId::ERROR
        && owner.is_some_and(embeds)
}
