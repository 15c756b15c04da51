//! The functions that start goroutines, themselves or by handing a function to one of the package that does.

use golint_conc_flow::Func;
use golint_conc_semantic::{BodyCx, BodyId};
use golint_conc_syntax::Signals;
use memchr::memmem;

use crate::model::Model;

impl<'p> Model<'p> {
    /// The bodies with functions that [`Model::starters`] may name, by the words in them: nothing is parsed.
    pub fn bodies_with_starters(&self) -> Vec<BodyId> {
        let helpers = self.starting_helpers();
        let names = helpers.iter().map(|&body| self.pkg.body_decl(body).name);
        let naming = self.pkg.bodies_naming_one_of(names);
        self.pkg
            .bodies()
            .filter(|&(id, _)| {
                let outline = self.pkg.body_outline(id);
                let text = self.pkg.body_text(id);
                outline.signals.intersects(Signals::GO.union(Signals::SPAWN))
                    || (outline.signals.contains(Signals::HTTP) && memmem::find(text, b"Handle").is_some())
                    || naming.binary_search(&id).is_ok()
            })
            .map(|(id, _)| id)
            .collect()
    }

    /// The functions of a body that start goroutines, register handlers of requests, or hand functions to what starts
    /// them.
    pub fn starters(&self, cx: BodyCx<'p>) -> Vec<Func> {
        let helpers = self.starting_helpers();
        let spawns = self.spawns(cx.id);
        let calls = self.calls(cx.id);
        let started = calls.iter().filter(|call| {
            call.callee.body().is_some_and(|body| helpers.contains(&body))
                || self.registered_handler(cx, call.expr).is_some()
        });
        let nodes = spawns.iter().map(|spawn| spawn.node).chain(started.map(|call| call.expr.into()));
        let mut funcs: Vec<_> = nodes.map(|node| self.func_of(cx.id, node)).collect();
        funcs.sort_unstable();
        funcs.dedup();
        funcs
    }

    /// The functions of the package that start goroutines and take functions, as their text shows.
    fn starting_helpers(&self) -> &[BodyId] {
        let find = || self.find_starting_helpers();
        self.starting_helpers.get_or_init(find)
    }

    fn find_starting_helpers(&self) -> Vec<BodyId> {
        self.pkg
            .bodies()
            .filter(|(_, decl)| {
                let source = &self.pkg.files[decl.file].source;
                let outline = &source.outline().decls[decl.decl];
                let signature = outline.signature.slice(source.text());
                let params = memmem::find_iter(signature, b"func(").count();
                outline.signals.contains(Signals::GO) && 0 < params
            })
            .map(|(id, _)| id)
            .collect()
    }
}
