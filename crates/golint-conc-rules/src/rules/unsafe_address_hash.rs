//! See `rules/unsafe-address-hash.md`.

use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalId, LocalKind, Type};
use golint_conc_syntax::ast::{AssignOp, BinaryOp, Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Token, Tokens};

use crate::diagnostic::{Finding, Place, Step};
use crate::rule::{Cx, Report, Rule, step};

pub(crate) static RULE: UnsafeAddressHash = UnsafeAddressHash;

pub(crate) struct UnsafeAddressHash;

/// Through how many variables an address is followed.
const MAX_VARIABLES: usize = 3;

struct AddressHash {
    address: Place,
    choice: Place,
    variable: String,
    is_param: bool,
}

impl Finding for AddressHash {
    fn message(&self) -> String {
        let what = if self.is_param { "parameter" } else { "variable" };
        format!("an element is chosen by the address of {what} `{}`, not by its value", self.variable)
    }

    fn primary(&self) -> Place {
        self.address
    }

    fn steps(&self) -> Vec<Step> {
        vec![
            step(
                self.address,
                0,
                format!("each call has its own `{}`, at an address of its own", self.variable),
            ),
            step(self.choice, 0, "equal values choose different elements, and one value another each time"),
        ]
    }

    fn help(&self) -> Option<String> {
        Some("hash the value, for instance with `hash/maphash`".into())
    }
}

impl Rule for UnsafeAddressHash {
    fn id(&self) -> &'static str {
        "unsafe-address-hash"
    }

    fn gates(&self) -> &'static [Signals] {
        &[Signals::UNSAFE]
    }

    fn words(&self) -> &'static [&'static str] {
        &["Pointer(&"]
    }

    fn may_find_in(&self, cx: &Cx<'_>, id: BodyId) -> bool {
        may_find_in(cx.pkg.body_text(id))
    }

    fn imports(&self) -> &'static [&'static str] {
        &["unsafe"]
    }

    fn body(&self, cx: &Cx<'_>, body: BodyCx<'_>, report: &mut Report<'_>) {
        for call in cx.model.calls(body.id).iter() {
            let Some(local) = address_of_local(body, call.expr) else { continue };
            let info = body.local_info(local);
            // A variable that only lends its address stands for the goroutine's stack.
            let has_value =
                info.kind != LocalKind::Var || info.init.is_some() || cx.model.uses_of(body, local).len() > 1;
            if !has_value {
                continue;
            }
            let Some(choice) = chosen_by(cx, body, call.expr, false, MAX_VARIABLES) else { continue };
            report.add(&AddressHash {
                address: cx.expr_place(body, call.expr),
                choice: cx.expr_place(body, choice),
                variable: info.name.to_string(),
                is_param: matches!(info.kind, LocalKind::Param | LocalKind::Receiver),
            });
        }
    }
}

/// Whether a text has `uintptr(…)` elsewhere than as an argument, as it mostly is in calls of the system.
fn may_find_in(text: &[u8]) -> bool {
    let tokens = Tokens::new(text);
    let calls =
        (0..tokens.len()).filter(|&at| tokens.word(at) == b"uintptr" && tokens.is_punct(at + 1, b'('));
    let mut numbers = calls.filter(|&at| {
        let is_first = tokens.before(at) == Token::Punct(b'(');
        let callee = at.checked_sub(2).filter(|_| is_first).map_or(&b""[..], |at| tokens.word(at));
        let is_argument = tokens.before(at) == Token::Punct(b',')
            || tokens.is_punct(tokens.behind(at + 1), b',')
            || !(callee.is_empty() || callee.starts_with(b"int") || callee.starts_with(b"uint"));
        !is_argument
    });
    numbers.next().is_some()
}

/// The local variable `x` of `uintptr(unsafe.Pointer(&x))`, `x` itself or a field or array element in it.
fn address_of_local(body: BodyCx<'_>, call: ExprId) -> Option<LocalId> {
    let Callee::Conversion(ty) = body.callee(call) else { return None };
    if !matches!(body.pkg.types.get(ty), Type::Basic(name) if name == "uintptr") {
        return None;
    }
    let inner = body.ast.unparen(*body.args(call).first()?);
    let Callee::Conversion(ty) = body.callee(inner) else { return None };
    if body.pkg.types.display(ty) != "unsafe.Pointer" {
        return None;
    }
    let pointer = body.ast.unparen(*body.args(inner).first()?);
    let Expr::Unary { op: UnaryOp::Addr, operand } = body.ast.expr(pointer) else { return None };
    let mut place = body.ast.unparen(operand);
    loop {
        let base = match body.ast.expr(place) {
            Expr::Ident(_) => return body.local(place),
            Expr::Selector { base, .. } if matches!(body.underlying(base), Type::Struct(_)) => base,
            Expr::Index { base, .. } if matches!(body.underlying(base), Type::Array(_)) => base,
            _ => return None,
        };
        place = body.ast.unparen(base);
    }
}

/// The expression that chooses an element by a number made from `value`: an index, or what a function returns after
/// `%`, `&` or a shift. A comparison is no choice: alignment is checked, or stacks are.
fn chosen_by(
    cx: &Cx<'_>,
    body: BodyCx<'_>,
    value: ExprId,
    was_reduced: bool,
    variables: usize,
) -> Option<ExprId> {
    let parents = cx.model.parents(body.id);
    let (mut value, mut is_reduced) = (value, was_reduced);
    loop {
        match parents.parent(value)? {
            NodeRef::Expr(above) => match body.ast.expr(above) {
                Expr::Paren(_) => {}
                Expr::Binary { op: BinaryOp::Rem | BinaryOp::And | BinaryOp::Shr, lhs, .. } => {
                    is_reduced |= lhs == value;
                }
                Expr::Binary {
                    op:
                        BinaryOp::Add
                        | BinaryOp::Sub
                        | BinaryOp::Mul
                        | BinaryOp::Xor
                        | BinaryOp::Or
                        | BinaryOp::Shl,
                    ..
                } => {}
                Expr::Index { base, .. } if base != value => return Some(above),
                Expr::Call { .. }
                    if matches!(body.callee(above), Callee::Conversion(_)) && is_number(body, above) => {}
                _ => return None,
            },
            NodeRef::Stmt(stmt) => {
                return match body.ast.stmt(stmt) {
                    Stmt::Return(_) => is_reduced.then_some(value),
                    Stmt::Assign { op: AssignOp::Define, .. } | Stmt::Decl { .. } => {
                        let (local, _) = body.locals().find(|(_, local)| local.init == Some((value, 0)))?;
                        let uses = cx.model.uses_of(body, local);
                        let left = variables.checked_sub(1)?;
                        uses.into_iter().find_map(|use_| chosen_by(cx, body, use_, is_reduced, left))
                    }
                    _ => None,
                };
            }
            NodeRef::Clause(_) => return None,
        }
        let NodeRef::Expr(above) = parents.parent(value)? else { return None };
        value = above;
    }
}

fn is_number(body: BodyCx<'_>, conversion: ExprId) -> bool {
    matches!(body.underlying(conversion), Type::Basic(name) if name.as_str().contains("int"))
}
