//! Which bodies may copy a value that carries a lock, as far as their tokens tell, so that no other is parsed.
//!
//! A copy is of a variable, parameter, field or element. Its type comes from a word in the text: that of a type with a
//! lock, of a field or variable that holds one, or of something that is or gives a pointer to one. What stands around
//! that word says whether a copy can come of it.

use golint_conc_semantic::{BodyId, LOCK_TYPES, ObjKind, Type, TypeId};
use golint_conc_syntax::{Symbol, Token, Tokens};
use rustc_hash::FxHashMap;

use crate::model::Model;
use crate::words::Words;

/// What a word stands for; it may stand for several things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Meaning(u8);

impl Meaning {
    /// A type of another package, named behind its package.
    const FOREIGN: Self = Self(1);
    /// A type of the package.
    const TYPE: Self = Self(1 << 1);
    /// A package-level variable.
    const VARIABLE: Self = Self(1 << 2);
    /// A field.
    const FIELD: Self = Self(1 << 3);
    /// The value carries a lock.
    const VALUE: Self = Self(1 << 4);
    /// Its elements carry locks.
    const ELEMENTS: Self = Self(1 << 5);
    /// It is, gives or has elements that are pointers to what carries a lock.
    const POINTER: Self = Self(1 << 6);

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Model<'_> {
    /// The bodies that may copy a value that carries a lock. Nothing is parsed but declarations of types and variables
    /// that name a lock or what holds one.
    pub fn bodies_with_locks(&self) -> Vec<BodyId> {
        let (imported, makers) = self.pkg.imported_locks();
        let meanings = self.lock_words(&imported, &makers);
        let mut bodies = self.pkg.bodies_naming_one_of(meanings.keys().copied());
        let meanings: FxHashMap<&[u8], (Symbol, Meaning)> =
            meanings.into_iter().map(|(word, meaning)| (word.as_str().as_bytes(), (word, meaning))).collect();
        bodies.retain(|&id| {
            let tokens = Tokens::new(self.pkg.body_text(id));
            let file = self.pkg.body_decl(id).file;
            let body = Text { model: self, imported: &imported, meanings: &meanings, file, tokens };
            let mut names_pointer = false;
            let may_copy = (0..body.tokens.len()).any(|at| {
                let Some(&(word, meaning)) = meanings.get(body.tokens.word(at)) else { return false };
                let mention = body.mention(at, word, meaning);
                names_pointer |= mention == Mention::Pointer;
                mention == Mention::Copy
            });
            may_copy || (names_pointer && body.follows_pointer())
        });
        bodies
    }

    /// The names of types that carry a lock, of this package and of the standard library as its imports show, of
    /// variables and fields that hold one or a pointer to one, and of functions that return one.
    fn lock_words(&self, imported: &[(Symbol, Symbol)], makers: &[Symbol]) -> FxHashMap<Symbol, Meaning> {
        let mut meanings: FxHashMap<Symbol, Meaning> = FxHashMap::default();
        let mut mean = |word, meaning| {
            let known: &mut Meaning = meanings.entry(word).or_default();
            *known = known.union(meaning);
        };
        let mut names = Vec::new();
        for (path, types) in LOCK_TYPES {
            // Nobody copies a test.
            if path != "testing" && (0..self.pkg.files.len()).any(|file| self.pkg.imports(file, path)) {
                names.extend(types.iter().map(|name| Symbol::new(name)));
            }
        }
        names.extend(imported.iter().map(|&(_, name)| name));
        for &name in &names {
            mean(name, Meaning::FOREIGN);
        }
        for &name in makers {
            mean(name, Meaning::POINTER);
        }
        let named = |&(path, name): &(Symbol, Symbol)| self.pkg.types.named(path.as_str(), name.as_str());
        let mut fields: Vec<_> = imported.iter().map(named).flat_map(|ty| self.lock_fields(ty)).collect();
        let lockers = self.pkg.objects().filter(|(_, object)| {
            object.kind == ObjKind::Type && self.pkg.method(object.name, Symbol::new("Lock")).is_some()
        });
        let lockers: Vec<_> = lockers.map(|(_, object)| object.name).collect();
        let types = self.types_naming(names.iter().copied().chain(lockers).collect());
        names.extend(types.iter().map(|&(_, name)| name));
        for &(id, name) in &types {
            let ty = self.pkg.object_type(id);
            if let Some(held) = self.held_lock(ty) {
                mean(name, Meaning::TYPE.union(held));
            }
            fields.extend(self.lock_fields(ty));
        }
        for (name, held) in fields {
            mean(name, Meaning::FIELD.union(held));
        }
        let type_names: Vec<_> = types.iter().map(|&(_, name)| name).collect();
        let finder = Words::new(type_names);
        for (id, decl) in self.pkg.bodies() {
            let source = &self.pkg.files[decl.file].source;
            if finder.occur_in(self.pkg.body_outline(id).results(source.text())) {
                mean(decl.name, Meaning::POINTER);
                names.push(decl.name);
            }
        }
        let finder = Words::new(names);
        for (id, object) in self.pkg.objects().filter(|(_, object)| object.kind == ObjKind::Var) {
            if finder.occur_in(self.pkg.object_text(object))
                && let Some(held) = self.held_lock(self.pkg.object_type(id))
            {
                mean(object.name, Meaning::VARIABLE.union(held));
            }
        }
        meanings
    }

    /// The fields of a struct type that hold locks.
    fn lock_fields(&self, ty: TypeId) -> Vec<(Symbol, Meaning)> {
        let Type::Struct(fields) = self.pkg.types.get(self.pkg.underlying(ty)) else { return Vec::new() };
        fields.iter().filter_map(|field| Some((field.name, self.held_lock(field.ty)?))).collect()
    }

    /// Whether values of the type, or its elements, carry a lock or point to one that does.
    fn held_lock(&self, ty: TypeId) -> Option<Meaning> {
        let has_lock = |ty| self.pkg.lock_inside(ty).is_some();
        let elem = match self.pkg.types.get(self.pkg.underlying(ty)) {
            Type::Slice(elem) | Type::Array(elem) | Type::Map(_, elem) | Type::Chan(_, elem) => Some(elem),
            _ => None,
        };
        let points = |ty| {
            let target = self.pkg.types.deref(ty);
            target != ty && has_lock(target)
        };
        let held = [
            (Meaning::VALUE, has_lock(ty)),
            (Meaning::ELEMENTS, elem.is_some_and(has_lock)),
            (Meaning::POINTER, points(ty) || elem.is_some_and(points)),
        ];
        held.into_iter().filter_map(|(meaning, holds)| holds.then_some(meaning)).reduce(Meaning::union)
    }
}

/// How a word stands in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// As another thing of that name, or only to select from it.
    Nothing,
    /// Where nothing is copied, but a pointer may come from it.
    Pointer,
    /// Where something may be copied, or as the type of what may be copied elsewhere.
    Copy,
}

/// The text of a body.
struct Text<'m, 'p> {
    model: &'m Model<'p>,
    imported: &'m [(Symbol, Symbol)],
    meanings: &'m FxHashMap<&'m [u8], (Symbol, Meaning)>,
    file: usize,
    tokens: Tokens<'m>,
}

impl Text<'_, '_> {
    fn mention(&self, at: usize, word: Symbol, meaning: Meaning) -> Mention {
        let tokens = &self.tokens;
        if tokens.is_punct(at + 1, b'.') {
            return Mention::Nothing;
        }
        let is_selected = tokens.before(at) == Token::Punct(b'.');
        let is_type = if is_selected {
            meaning.has(Meaning::FOREIGN) && self.is_qualified(at, word)
        } else {
            meaning.has(Meaning::TYPE)
        };
        let is_value = meaning.has(if is_selected { Meaning::FIELD } else { Meaning::VARIABLE });
        if (is_type && self.is_type_of_copy(at)) || (is_value && self.is_value_copied(at, meaning)) {
            return Mention::Copy;
        }
        match is_type || is_value || meaning.has(Meaning::POINTER) {
            true => Mention::Pointer,
            false => Mention::Nothing,
        }
    }

    /// Whether the name of a type stands behind that of a package which has it.
    fn is_qualified(&self, at: usize, name: Symbol) -> bool {
        let Some(path) = at.checked_sub(2).and_then(|at| self.import(at)) else { return false };
        LOCK_TYPES.iter().any(|(known, types)| path == *known && types.contains(&name.as_str()))
            || self.imported.contains(&(path, name))
    }

    fn import(&self, at: usize) -> Option<Symbol> {
        self.model.pkg.import(self.file, self.name(at)?)
    }

    fn name(&self, at: usize) -> Option<Symbol> {
        std::str::from_utf8(self.tokens.word(at)).ok().filter(|name| !name.is_empty()).map(Symbol::new)
    }

    /// Whether something of the type that is named at a position may be copied in this text.
    fn is_type_of_copy(&self, at: usize) -> bool {
        let tokens = &self.tokens;
        let mut start = tokens.chain_start(at);
        // Parentheses that call nothing are part of the value.
        while 2 <= start
            && tokens.is_punct(start - 1, b'(')
            && !matches!(tokens.token(start - 2), Token::Word | Token::Punct(b')' | b']' | b'.'))
        {
            start -= 1;
        }
        let lead = tokens.before(start);
        if matches!(lead, Token::Punct(b'*' | b'&')) {
            return false;
        }
        let lead_word = start.checked_sub(1).map_or(&b""[..], |at| tokens.word(at));
        let next = if tokens.is_punct(at + 1, b'[') { tokens.behind(at + 1) } else { at + 1 };
        match tokens.token(next) {
            Token::Punct(b'.') => false,
            // A new value, which is copied only from a variable that it is stored in.
            Token::Punct(b'{' | b'(') => match lead {
                Token::Punct(b'(' | b'{' | b':') | Token::Arrow | Token::Semi => false,
                Token::Punct(b',') => !self.is_in_brackets(start),
                Token::Punct(b'=') if start.checked_sub(2).is_some_and(|at| tokens.is_punct(at, b']')) => {
                    false
                }
                Token::Punct(b'=') => self.declared_with(start).is_none_or(|name| !self.is_in_place(name)),
                Token::Word => lead_word != b"return",
                _ => true,
            },
            Token::Punct(b')') if lead == Token::Punct(b'(') => {
                start.checked_sub(2).is_none_or(|at| tokens.word(at) != b"new")
            }
            // The key of an embedded field, or a case of a switch over types.
            Token::Punct(b':') => lead_word == b"case" || self.switches_over_types(),
            Token::Semi | Token::Punct(b'=') if lead == Token::Word => {
                let is_variable = start.checked_sub(2).is_some_and(|at| tokens.word(at) == b"var");
                !is_variable || !self.is_in_place(start - 1)
            }
            _ => true,
        }
    }

    /// The variable that `=` or `:=` before a position declares; none where it may be one of several. An assignment
    /// counts as a declaration: it copies nothing either.
    fn declared_with(&self, value: usize) -> Option<usize> {
        let tokens = &self.tokens;
        let is_short = value.checked_sub(2).is_some_and(|at| tokens.is_punct(at, b':'));
        let name = value.checked_sub(if is_short { 3 } else { 2 })?;
        // Each turn of a loop gets a copy of its variable.
        let is_loops = name.checked_sub(1).is_some_and(|at| tokens.word(at) == b"for");
        let is_single = tokens.token(name) == Token::Word && tokens.before(name) != Token::Punct(b',');
        (is_single && !is_loops).then_some(name)
    }

    /// Whether a position is between brackets that are opened in the same statement, as an argument is.
    fn is_in_brackets(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for at in (0..at).rev() {
            match self.tokens.token(at) {
                Token::Punct(b')' | b']' | b'}') => depth += 1,
                Token::Punct(b'(' | b'[' | b'{') if depth == 0 => return true,
                Token::Punct(b'(' | b'[' | b'{') => depth -= 1,
                Token::Punct(b'=') | Token::Semi if depth == 0 => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether a variable is only selected from, pointed to and assigned.
    fn is_in_place(&self, name: usize) -> bool {
        let tokens = &self.tokens;
        let word = tokens.word(name);
        (0..tokens.len()).filter(|&at| tokens.word(at) == word).all(|at| {
            at == name
                || tokens.is_punct(at + 1, b'.')
                || self.is_assigned(at + 1)
                || matches!(tokens.before(at), Token::Punct(b'.' | b'&' | b'*'))
        })
    }

    /// Whether `=` or `:=` stands at a position.
    fn is_assigned(&self, at: usize) -> bool {
        let tokens = &self.tokens;
        let is_equal = |at| tokens.is_punct(at, b'=');
        (is_equal(at) && !is_equal(at + 1)) || (tokens.is_punct(at, b':') && is_equal(at + 1))
    }

    fn switches_over_types(&self) -> bool {
        let tokens = &self.tokens;
        (1..tokens.len()).any(|at| tokens.word(at) == b"type" && tokens.before(at) == Token::Punct(b'('))
    }

    /// Whether a field or variable that is named at a position, or an element of it, may be copied there.
    fn is_value_copied(&self, at: usize, meaning: Meaning) -> bool {
        let tokens = &self.tokens;
        let start = tokens.chain_start(at);
        let lead = tokens.before(start);
        let has_elements = meaning.has(Meaning::ELEMENTS);
        match (lead, tokens.token(at + 1)) {
            (Token::Punct(b'&' | b'*'), _) => false,
            (Token::Arrow, _) if has_elements => true,
            (_, Token::Punct(b'[')) => has_elements && self.is_copy_end(self.behind_indices(at + 1)),
            (Token::Word, Token::Punct(b'{')) => has_elements && tokens.word(start - 1) == b"range",
            (Token::Punct(b'('), _) if !meaning.has(Meaning::VALUE) => {
                const NO_COPY: [&[u8]; 6] = [b"len", b"cap", b"append", b"delete", b"clear", b"close"];
                let callee = start.checked_sub(2).map_or(&b""[..], |at| tokens.word(at));
                has_elements && !NO_COPY.contains(&callee)
            }
            _ => (has_elements || meaning.has(Meaning::VALUE)) && self.is_copy_end(at + 1),
        }
    }

    fn behind_indices(&self, mut at: usize) -> usize {
        while self.tokens.is_punct(at, b'[') {
            at = self.tokens.behind(at);
        }
        at
    }

    /// Whether an expression that is copied may end before a position.
    fn is_copy_end(&self, at: usize) -> bool {
        matches!(self.tokens.token(at), Token::Semi | Token::Eof | Token::Punct(b',' | b')' | b'}' | b'{'))
    }

    /// Whether `*p` may stand as a value: a star where an expression begins, before what is no type.
    fn follows_pointer(&self) -> bool {
        let tokens = &self.tokens;
        (1..tokens.len()).filter(|&at| tokens.is_punct(at, b'*')).any(|at| {
            let begins = match tokens.before(at) {
                Token::Punct(b'(') => !tokens.is_punct(at.wrapping_sub(2), b'.'),
                Token::Punct(b'{' | b'=' | b',' | b':') | Token::Arrow => true,
                Token::Word => matches!(tokens.word(at - 1), b"return" | b"range"),
                _ => false,
            };
            begins && self.is_copied_pointer(at + 1)
        })
    }

    /// Whether what begins at a position, behind a star, is a pointer whose target is copied.
    fn is_copied_pointer(&self, start: usize) -> bool {
        let tokens = &self.tokens;
        let mut at = start;
        while tokens.token(at) == Token::Word && tokens.is_punct(at + 1, b'.') {
            at += 2;
        }
        if tokens.token(at) != Token::Word || self.is_type_or_import(start) {
            return tokens.token(at) != Token::Word;
        }
        if !self.may_point_to_lock(start, at) {
            return false;
        }
        let mut end = self.behind_indices(at + 1);
        // `(*p).f` selects; `(*p)` is one of the places of a copy.
        if tokens.is_punct(end, b')') && start.checked_sub(2).is_some_and(|at| tokens.is_punct(at, b'(')) {
            end = self.behind_indices(end + 1);
            return !tokens.is_punct(end, b'.') && !self.is_assigned(end);
        }
        self.is_copy_end(end)
    }

    /// Whether the path between two positions may lead to a pointer to what carries a lock: its last field may, or its
    /// variable, unless all that declares one of that name gives it another type.
    fn may_point_to_lock(&self, start: usize, at: usize) -> bool {
        let tokens = &self.tokens;
        let means = |at: usize| self.meanings.get(tokens.word(at)).map_or(Meaning::default(), |&(_, m)| m);
        if start < at {
            return means(at).has(Meaning::POINTER);
        }
        let name = tokens.word(at);
        let mut has_type = false;
        for at in (0..tokens.len()).filter(|&at| tokens.word(at) == name) {
            let lead = tokens.before(at);
            match tokens.token(at + 1) {
                _ if lead == Token::Punct(b'.') => {}
                Token::Punct(b'*') if tokens.token(at + 2) == Token::Word => {
                    let is_qualified = tokens.is_punct(at + 3, b'.');
                    if means(if is_qualified { at + 4 } else { at + 2 }) != Meaning::default() {
                        return true;
                    }
                    has_type = true;
                }
                Token::Punct(b'=') if tokens.is_punct(at + 2, b'=') => {}
                Token::Punct(b',') if matches!(lead, Token::Punct(b'*' | b'&')) => {}
                Token::Punct(b',' | b':' | b'=' | b'[' | b'(') | Token::Word => return true,
                _ => {}
            }
        }
        !has_type
    }

    fn is_type_or_import(&self, at: usize) -> bool {
        let Some(name) = self.name(at) else { return false };
        let object = self.model.pkg.lookup(name).map(|id| self.model.pkg.object(id).kind);
        object == Some(ObjKind::Type) || self.import(at).is_some()
    }
}
