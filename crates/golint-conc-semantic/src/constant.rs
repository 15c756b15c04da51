//! Integer constant expressions, as far as capacities, counts and durations need them.

use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Ast, BinaryOp, Expr, ExprId, LitKind, UnaryOp};

/// How deep an expression is followed.
const MAX_DEPTH: usize = 64;

/// The value of an integer constant expression; `lookup` gives the values of names. Conversions such as `uint8(1)` and
/// qualified names are not evaluated.
pub(crate) fn int(
    ast: &Ast,
    source: &[u8],
    expr: ExprId,
    lookup: &dyn Fn(Symbol) -> Option<i128>,
) -> Option<i128> {
    bounded(ast, source, expr, lookup, 0)
}

fn bounded(
    ast: &Ast,
    source: &[u8],
    expr: ExprId,
    lookup: &dyn Fn(Symbol) -> Option<i128>,
    depth: usize,
) -> Option<i128> {
    if MAX_DEPTH < depth {
        return None;
    }
    let value = |expr| bounded(ast, source, expr, lookup, depth + 1);
    match ast.expr(expr) {
        Expr::Paren(inner) => value(inner),
        Expr::Ident(name) => lookup(name),
        Expr::Lit(LitKind::Int) => literal(std::str::from_utf8(ast.expr_span(expr).slice(source)).ok()?),
        Expr::Unary { op: UnaryOp::Neg, operand } => value(operand)?.checked_neg(),
        Expr::Unary { op: UnaryOp::Plus, operand } => value(operand),
        Expr::Binary { op, lhs, rhs } => {
            let (lhs, rhs) = (value(lhs)?, value(rhs)?);
            match op {
                BinaryOp::Add => lhs.checked_add(rhs),
                BinaryOp::Sub => lhs.checked_sub(rhs),
                BinaryOp::Mul => lhs.checked_mul(rhs),
                BinaryOp::Div => lhs.checked_div(rhs),
                BinaryOp::Rem => lhs.checked_rem(rhs),
                BinaryOp::And => Some(lhs & rhs),
                BinaryOp::Or => Some(lhs | rhs),
                BinaryOp::Xor => Some(lhs ^ rhs),
                BinaryOp::Shl => lhs.checked_mul(1i128.checked_shl(u32::try_from(rhs).ok()?)?),
                BinaryOp::Shr => lhs.checked_shr(u32::try_from(rhs).ok()?),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value of an integer literal in any of Go's bases.
fn literal(text: &str) -> Option<i128> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x', ..] => (&digits[2..], 16),
        [b'0', b'b', ..] => (&digits[2..], 2),
        [b'0', b'o', ..] => (&digits[2..], 8),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (&*digits, 10),
    };
    i128::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn literals_in_every_base() {
        for (text, value) in
            [("42", 42), ("0x_ff", 255), ("0b101", 5), ("0o17", 15), ("017", 15), ("0", 0), ("1_000", 1000)]
        {
            assert_eq!(literal(text), Some(value), "{text}");
        }
        assert_eq!(literal("08"), None);
    }
}
