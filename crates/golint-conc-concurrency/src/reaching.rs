//! Which bodies may come to some of the package, as far as words tell, so that no other is looked at.
//!
//! Backwards over names: who names a function that may come there may come there. What is called without being named counts
//! as named: the methods that `fmt` and `log` call, and functions in fields, by the names of these fields.

use golint_conc_semantic::{BodyId, ObjKind};
use golint_conc_syntax::{Symbol, find_word, has_word, words};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::Model;
use crate::words::{Words, may_store};

/// What types are that are not functions, maps or lists of functions.
const STRUCTURES: [&str; 2] = ["struct", "interface"];

/// A name by which a body is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Name {
    word: Symbol,
    /// Whether a value stands before it, or may.
    is_selected: bool,
}

impl Model<'_> {
    /// The bodies among `seeds` and those that may come to one of them, by position.
    pub(crate) fn bodies_that_reach(&self, seeds: Vec<BodyId>) -> Vec<bool> {
        let mut found = vec![false; self.pkg.bodies().count()];
        let mut open = seeds;
        if open.is_empty() {
            return found;
        }
        for id in &open {
            found[id.index()] = true;
        }
        let stores = self.function_stores.get_or_init(|| self.stores_of_functions());
        let mut seen = FxHashSet::default();
        while let Some(id) = open.pop() {
            let fields = stores.get(&id).into_iter().flatten();
            let fields = fields.map(|&word| Name { word, is_selected: true });
            for name in self.names_of(id).chain(fields) {
                if !seen.insert(name) {
                    continue;
                }
                for caller in self.pkg.bodies_naming_one_of([name.word]) {
                    if !found[caller.index()] && self.may_call(caller, name) {
                        found[caller.index()] = true;
                        open.push(caller);
                    }
                }
            }
        }
        found
    }

    /// The names by which a declared function is called.
    fn names_of(&self, id: BodyId) -> impl Iterator<Item = Name> {
        const FORMATTING: [&str; 2] = ["fmt", "log"];
        let decl = self.pkg.body_decl(id);
        let gives_text = matches!(decl.name.as_str(), "Error" | "String");
        let callers: &[&str] = if gives_text { &FORMATTING } else { &[] };
        let callers = callers.iter().map(|word| Name { word: Symbol::new(word), is_selected: false });
        std::iter::once(Name { word: decl.name, is_selected: decl.recv.is_some() }).chain(callers)
    }

    /// Of each body that may store functions in fields, the names of these.
    fn stores_of_functions(&self) -> FxHashMap<BodyId, Vec<Symbol>> {
        let mut stores: FxHashMap<BodyId, Vec<Symbol>> = FxHashMap::default();
        for field in self.function_fields() {
            for body in self.pkg.bodies_naming(field) {
                if may_store(self.pkg.body_text(body), field) {
                    stores.entry(body).or_default().push(field);
                }
            }
        }
        stores
    }

    /// The names of fields that may hold functions.
    fn function_fields(&self) -> Vec<Symbol> {
        let mut types = vec![Symbol::new("func")];
        let declared = self.types_naming(types.clone()).into_iter().filter(|&(id, _)| {
            let text = self.pkg.object_text(self.pkg.object(id));
            !STRUCTURES.iter().any(|word| has_word(text, Symbol::new(word)))
        });
        types.extend(declared.map(|(_, name)| name));
        let types = Words::new(types);
        let (mut fields, mut seen) = (Vec::new(), FxHashSet::default());
        for (_, object) in self.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Type) {
            for line in self.pkg.object_text(object).split(|&byte| byte == b'\n') {
                let Some((end, _)) = types.find_iter(line).next() else { continue };
                if !line[..end].contains(&b'(') {
                    for name in words(&line[..end]) {
                        let name = Symbol::new(&String::from_utf8_lossy(&line[name]));
                        if seen.insert(name) {
                            fields.push(name);
                        }
                    }
                }
            }
        }
        fields
    }

    /// Whether the text of a body may call what has a name, or hand it to a function that does.
    fn may_call(&self, caller: BodyId, name: Name) -> bool {
        let text = self.pkg.body_text(caller);
        find_word(text, name.word).any(|at| {
            let before = text[..at].trim_ascii_end().last().copied().unwrap_or_default();
            let behind = text.get(at + name.word.as_str().len()).copied().unwrap_or_default();
            (before == b'.') == name.is_selected
                && match behind {
                    b'(' | b'[' | b'.' => true,
                    b')' | b',' => matches!(before, b'(' | b',' | b'.'),
                    _ => false,
                }
        })
    }
}
