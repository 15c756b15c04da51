//! How many of the operations that rules ask about have a receiver of known type.

use std::fmt;

use golint_conc_semantic::{BodyCx, Entity, Package, Type, Unknown};
use golint_conc_syntax::ast::{Expr, ExprId, Stmt, UnaryOp};
use golint_conc_syntax::visit::{NodeRef, Walk, roots, walk};

/// The methods that are counted.
const METHODS: &[&str] =
    &["Lock", "Unlock", "RLock", "RUnlock", "Add", "Done", "Wait", "Do", "Close", "Stop"];

/// Every reason, in the order in which equal counts are shown.
const REASONS: [Unknown; 6] = [
    Unknown::OtherPackage,
    Unknown::Unresolved,
    Unknown::Member,
    Unknown::Generic,
    Unknown::Syntax,
    Unknown::Cycle,
];

/// How many of a kind are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those of known type.
    pub known: usize,
    /// All.
    pub all: usize,
}

impl fmt::Display for Share {
    /// In per cent, rounded down, so that 100 % means all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", (self.known * 100).checked_div(self.all).unwrap_or(100))
    }
}

/// How well the types of operations are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Sends, receives and `close`.
    pub channels: Share,
    /// Calls of methods with the names that `sync` and resources use: `Lock`, `Add`, `Done`, `Close` and so on.
    pub methods: Share,
    reasons: [usize; REASONS.len()],
}

impl Resolution {
    /// Counts all operations of a package; parses all its bodies.
    pub fn of(pkg: &Package) -> Self {
        let mut resolution = Self::default();
        for (id, _) in pkg.bodies() {
            let cx = pkg.body(id);
            for root in roots(cx.ast) {
                walk(cx.ast, root, |node| {
                    resolution.node(cx, node);
                    Walk::Into
                });
            }
        }
        resolution
    }

    fn node(&mut self, cx: BodyCx<'_>, node: NodeRef) {
        match node {
            NodeRef::Stmt(stmt) => {
                if let Stmt::Send { chan, .. } = cx.ast.stmt(stmt) {
                    self.channel(cx, chan);
                }
            }
            NodeRef::Expr(expr) => match cx.ast.expr(expr) {
                Expr::Unary { op: UnaryOp::Recv, operand } => self.channel(cx, operand),
                Expr::Call { fun, .. } => self.call(cx, expr, fun),
                _ => {}
            },
            NodeRef::Clause(_) => {}
        }
    }

    fn call(&mut self, cx: BodyCx<'_>, call: ExprId, fun: ExprId) {
        let fun = cx.ast.unparen(fun);
        match cx.ast.expr(fun) {
            Expr::Selector { base, sel } => {
                let Expr::Ident(name) = cx.ast.expr(sel) else { return };
                let is_package = matches!(cx.entity(base), Entity::Import(_));
                if METHODS.contains(&name.as_str()) && !is_package {
                    let reason = unknown(cx, base);
                    count(&mut self.methods, &mut self.reasons, reason);
                }
            }
            Expr::Ident(_) if cx.callee(call).is_builtin("close") => {
                if let Some(&chan) = cx.args(call).first() {
                    self.channel(cx, chan);
                }
            }
            _ => {}
        }
    }

    fn channel(&mut self, cx: BodyCx<'_>, chan: ExprId) {
        count(&mut self.channels, &mut self.reasons, unknown(cx, chan));
    }

    /// Adds the counts of another package.
    pub fn add(&mut self, other: &Self) {
        for (share, more) in [(&mut self.channels, other.channels), (&mut self.methods, other.methods)] {
            share.known += more.known;
            share.all += more.all;
        }
        for (count, more) in self.reasons.iter_mut().zip(other.reasons) {
            *count += more;
        }
    }

    /// The reasons why types are not known, the most frequent first, at most `max`.
    pub fn top_reasons(&self, max: usize) -> Vec<(Unknown, usize)> {
        let mut top: Vec<_> = REASONS.into_iter().zip(self.reasons).filter(|&(_, count)| 0 < count).collect();
        top.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        top.truncate(max);
        top
    }
}

fn unknown(cx: BodyCx<'_>, expr: ExprId) -> Option<Unknown> {
    match cx.underlying(expr) {
        // The name says enough: `sync.Mutex` or `os.File` need no fields.
        Type::Unknown(_)
            if matches!(cx.pkg.types.get(cx.pkg.types.deref(cx.type_of(expr))), Type::Named { .. }) =>
        {
            None
        }
        Type::Unknown(reason) => Some(reason),
        _ => None,
    }
}

fn count(share: &mut Share, reasons: &mut [usize; REASONS.len()], reason: Option<Unknown>) {
    share.all += 1;
    match reason {
        None => share.known += 1,
        Some(reason) => {
            if let Some(at) = REASONS.iter().position(|&other| other == reason) {
                reasons[at] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use golint_conc_semantic::PackageFile;
    use golint_conc_semantic::build::LangVersion;
    use golint_conc_syntax::{SourceFile, Symbol};

    use super::*;

    #[test]
    fn operations_are_counted_with_the_reason_where_their_type_is_not_known() {
        let text = "package p\n\nimport (\n\t\"sync\"\n\n\t\"example.com/other\"\n)\n\ntype T struct {\n\tmu sync.Mutex\n\tch chan int\n}\n\n\
                    func (t *T) f(o *other.Thing) {\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tt.ch <- 1\n\t<-t.ch\n\tclose(t.ch)\n\t\
                    o.Make().Close()\n\tother.Close()\n\t<-missing\n\tvar n int\n\tn++\n}\n";
        let file = PackageFile {
            source: SourceFile::new(text.into()),
            lang: LangVersion::NEWEST,
            is_test: false,
            is_reported: true,
        };
        let resolution = Resolution::of(&Package::new(Symbol::new("p"), Symbol::new("p"), vec![file]));
        assert_eq!(resolution.channels, Share { known: 3, all: 4 });
        assert_eq!(resolution.methods, Share { known: 2, all: 3 });
        assert_eq!(resolution.top_reasons(5).iter().map(|(_, count)| count).sum::<usize>(), 2);
        let mut twice = resolution;
        twice.add(&resolution);
        assert_eq!(twice.channels.to_string(), "75 %");
    }
}
