//! Which functions of the package a call runs, in the same goroutine and before it returns.

use std::rc::Rc;

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId, Callee, LocalKind, MemberKind, Type, TypeId, is_std};
use golint_conc_syntax::Symbol;
use golint_conc_syntax::ast::{Expr, ExprId};

use crate::binding::{Binding, Bound};
use crate::model::{Model, SpawnKind};

/// A function that a call runs.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// The function.
    pub(crate) target: Func,
    /// What its receiver and parameters stand for.
    pub(crate) binding: Binding,
    /// Whether something was assumed: that an interface holds a value of the one type that implements it here, or that
    /// the package at hand calls back at once.
    pub(crate) is_assumed: bool,
    /// Whether the value whose method is called may be of a type of another package, so that only what the method does to
    /// the value's own locks can be said.
    pub(crate) is_open: bool,
}

impl Site {
    /// A function that is surely run.
    pub(crate) fn sure(target: Func, binding: Binding) -> Self {
        Self { target, binding, is_assumed: false, is_open: false }
    }
}

impl<'p> Model<'p> {
    /// The functions of the package that a call runs before it returns.
    pub(crate) fn sites(&self, cx: BodyCx<'p>, call: ExprId) -> Rc<[Site]> {
        let call = cx.ast.unparen(call);
        if let Some(known) = self.locks.sites.borrow().get(&(cx.id, call)) {
            return Rc::clone(known);
        }
        let found: Rc<[Site]> = self.find_sites(cx, call).into();
        self.locks.sites.borrow_mut().insert((cx.id, call), Rc::clone(&found));
        found
    }

    fn find_sites(&self, cx: BodyCx<'p>, call: ExprId) -> Vec<Site> {
        let Expr::Call { fun, .. } = cx.ast.expr(call) else { return Vec::new() };
        let args = cx.args(call);
        if let Some(target) = self.callable(cx, fun) {
            return vec![Site::sure(target, self.bind(cx, fun, &args, target))];
        }
        if let Some(site) = self.value_site(cx, fun) {
            return vec![site];
        }
        let callee = cx.callee_of(fun);
        if let Callee::Method { recv, name, kind: MemberKind::InterfaceMethod, .. } = callee
            && let Some(body) = self.sole_implementation(cx.type_of(recv), name)
        {
            let target = Func { body, lit: None };
            let binding = self.bind(cx, fun, &args, target);
            return vec![Site {
                target,
                binding,
                is_assumed: true,
                is_open: self.may_be_foreign(cx, recv, body),
            }];
        }
        let mut sites = Vec::new();
        if calls_back(&callee) && !self.starts_goroutine(cx, call) {
            for arg in args.iter().copied() {
                let Some(target) = self.callable(cx, arg) else { continue };
                let is_func = matches!(cx.underlying(arg), Type::Func(_));
                if is_func {
                    sites.push(Site::sure(target, self.bind(cx, arg, &[], target)));
                }
            }
        }
        if let Some((first, has_format)) = formatted(&callee) {
            let format = first.checked_sub(1).filter(|_| has_format).and_then(|at| args.get(at));
            let verbs = format.map(|&format| verbs(cx.text(format)));
            let shown = |index: usize| verbs.as_ref().is_none_or(|verbs| verbs.get(index) == Some(&true));
            let texts = args.iter().skip(first).enumerate().filter(|&(index, _)| shown(index));
            sites.extend(texts.filter_map(|(_, &arg)| self.text_of(cx, arg)));
        }
        sites
    }

    fn starts_goroutine(&self, cx: BodyCx<'p>, call: ExprId) -> bool {
        self.spawns(cx.id).iter().any(|spawn| spawn.call == call && spawn.kind != SpawnKind::Go)
    }

    /// The method that a formatting function calls to get the text of a value.
    fn text_of(&self, cx: BodyCx<'p>, arg: ExprId) -> Option<Site> {
        let ty = cx.type_of(arg);
        let is_pointer = matches!(self.pkg.types.get(ty), Type::Pointer(_));
        ["Error", "String"].into_iter().find_map(|name| {
            let member = self.pkg.member(ty, Symbol::new(name)).ok()?;
            let MemberKind::Method(body) = member.kind else { return None };
            let needs_pointer = self.pkg.body_outline(body).recv.is_some_and(|recv| recv.is_pointer);
            if (needs_pointer && !is_pointer) || !member.path.is_empty() {
                return None;
            }
            let target = Func { body, lit: None };
            let inner = self.body(body);
            let (local, _) = inner.locals().find(|(_, info)| info.kind == LocalKind::Receiver)?;
            let binding = Binding(vec![Bound { local, arg, path: cx.path(arg) }]);
            Some(Site::sure(target, binding))
        })
    }

    /// The one method of this package that a call of an interface's method can run, if the interface is declared here
    /// and one type of the package implements it.
    pub(super) fn sole_implementation(&self, interface: TypeId, name: Symbol) -> Option<BodyId> {
        let Type::Named { pkg, name: type_name, .. } = self.pkg.types.get(interface) else { return None };
        if pkg != self.pkg.path {
            return None;
        }
        let known = self.locks.implementations.borrow().get(&(type_name, name)).copied();
        known.unwrap_or_else(|| {
            let found = self.find_implementation(interface, name);
            self.locks.implementations.borrow_mut().insert((type_name, name), found);
            found
        })
    }

    fn find_implementation(&self, interface: TypeId, name: Symbol) -> Option<BodyId> {
        let methods = self.interface_methods(interface)?;
        let mut types: Vec<_> = self
            .pkg
            .bodies()
            .filter(|(_, decl)| decl.name == name)
            .filter_map(|(id, decl)| Some((decl.recv?, id, self.pkg.files[decl.file].is_test)))
            .filter(|(recv, ..)| methods.iter().all(|&method| self.pkg.method(*recv, method).is_some()))
            .collect();
        // What tests put in its place is not what runs, unless there is nothing else.
        if types.iter().any(|(.., is_test)| !is_test) {
            types.retain(|(.., is_test)| !is_test);
        }
        match types.as_slice() {
            [(_, body, _)] => Some(*body),
            _ => None,
        }
    }

    /// The names of an interface's methods; none where an embedded one is not known.
    pub(crate) fn interface_methods(&self, interface: TypeId) -> Option<Vec<Symbol>> {
        let mut names = Vec::new();
        let mut open = vec![interface];
        let mut seen = Vec::new();
        while let Some(ty) = open.pop() {
            if seen.contains(&ty) {
                continue;
            }
            seen.push(ty);
            let Type::Interface { methods, embedded } = self.pkg.types.get(self.pkg.underlying(ty)) else {
                return None;
            };
            names.extend(methods.iter().map(|&(name, _)| name));
            open.extend(embedded.iter().copied());
        }
        Some(names)
    }
}

/// Whether a function of the standard library calls what it is given before it returns, in the same goroutine.
fn calls_back(callee: &Callee) -> bool {
    const OTHERS: [&str; 8] =
        ["sync", "time", "context", "runtime", "net/http", "os/signal", "expvar", "testing"];
    match callee {
        Callee::Method { pkg, type_name, name, .. } if *pkg == "sync" => {
            matches!((type_name.as_str(), name.as_str()), ("Once", "Do") | ("Map", "Range"))
        }
        Callee::Func { pkg, .. } | Callee::Method { pkg, .. } => {
            is_std(pkg.as_str()) && !OTHERS.contains(&pkg.as_str())
        }
        _ => false,
    }
}

/// The first argument whose text a function of package `fmt` or `log` asks for, and whether a format stands before it.
fn formatted(callee: &Callee) -> Option<(usize, bool)> {
    match callee {
        Callee::Func { pkg, name, .. } if *pkg == "fmt" || *pkg == "log" => match name.as_str() {
            "Fprint" | "Fprintln" => Some((1, false)),
            "Print" | "Println" | "Sprint" | "Sprintln" | "Fatal" | "Fatalln" | "Panic" | "Panicln" => {
                Some((0, false))
            }
            "Printf" | "Sprintf" | "Errorf" | "Fatalf" | "Panicf" => Some((1, true)),
            "Fprintf" => Some((2, true)),
            _ => None,
        },
        _ => None,
    }
}

/// Of each argument of a format, whether its verb asks for the argument's text.
fn verbs(format: &str) -> Vec<bool> {
    let mut found = Vec::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        let mut is_go_syntax = false;
        for c in chars.by_ref() {
            match c {
                '#' => is_go_syntax = true,
                '*' => found.push(false),
                '%' => break,
                // Arguments by number are not followed.
                '[' => return Vec::new(),
                _ if c.is_ascii_alphabetic() => {
                    found.push(matches!(c, 's' | 'v' | 'q' | 'x' | 'X') && !is_go_syntax);
                    break;
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_says_whether_the_text_of_its_argument_is_asked_for() {
        assert_eq!(verbs("\"%d %s %+v%% %p %#v %-10q\""), [false, true, true, false, false, true]);
        assert_eq!(verbs("%*d%s"), [false, false, true]);
        assert_eq!(verbs("%[2]s"), Vec::<bool>::new());
    }
}
