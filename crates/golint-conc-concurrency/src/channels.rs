//! The channels that the package can see whole: every place that mentions them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use golint_conc_semantic::{BodyCx, BodyId, Entity, LocalId, LocalKind, MemberKind, ObjId, ObjKind, Type};
use golint_conc_syntax::ast::{Expr, ExprId, Spec, Stmt};
use golint_conc_syntax::visit::{NodeRef, Parents};
use golint_conc_syntax::{Signals, Symbol, Tokens, find_word, has_word, is_word_byte, last_word};
use memchr::memmem::{self, Finder};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::channel_words::{may_be_stuck, sent_names};
use crate::model::Model;

/// What a channel is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChanKey {
    /// A local variable, all of whose uses are in its body.
    Local(BodyId, LocalId),
    /// An unexported package-level variable.
    Global(ObjId),
    /// An unexported field of a declared type of the package, whatever its type arguments: type and field.
    Field(Symbol, Symbol),
}

/// What a place does with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChanUseKind {
    /// `ch <- v`
    Send,
    /// `<-ch` or `range ch`
    Recv,
    /// `close(ch)`
    Close,
    /// Initialised or assigned with `make(chan T, n)`; the capacity where it is constant.
    Make(Option<i128>),
    /// `len(ch)`, `cap(ch)`, a comparison: nothing that moves a value.
    Look,
    /// Anything else: from here on somebody unknown may do everything.
    Escape,
}

/// A place that mentions a channel.
#[derive(Clone, Copy, Debug)]
pub struct ChanUse {
    /// The function.
    pub body: BodyId,
    /// The mention.
    pub expr: ExprId,
    /// What it does.
    pub kind: ChanUseKind,
    /// Whether it is the communication of a `select` with another clause.
    pub in_select: bool,
}

/// A channel that only this package can reach.
#[derive(Clone, Debug)]
pub struct Channel {
    /// What it is known by.
    pub key: ChanKey,
    /// Its name for people.
    pub name: Symbol,
    /// All mentions, in source order.
    pub uses: Vec<ChanUse>,
}

impl Channel {
    /// Whether every use is known.
    pub fn is_closed_world(&self) -> bool {
        self.uses.iter().all(|use_| use_.kind != ChanUseKind::Escape)
    }

    /// Whether some use is of this kind.
    pub fn has(&self, kind: ChanUseKind) -> bool {
        self.uses.iter().any(|use_| use_.kind == kind)
    }

    /// The uses of this kind.
    pub fn all(&self, kind: ChanUseKind) -> impl Iterator<Item = &ChanUse> {
        self.uses.iter().filter(move |use_| use_.kind == kind)
    }

    /// The capacity, where every `make` has the same constant one.
    pub fn capacity(&self) -> Option<i128> {
        let mut makes = self.uses.iter().filter_map(|use_| match use_.kind {
            ChanUseKind::Make(capacity) => Some(capacity),
            _ => None,
        });
        let first = makes.next()??;
        makes.all(|capacity| capacity == Some(first)).then_some(first)
    }
}

/// The channels found so far.
#[derive(Default)]
struct Found {
    index: FxHashMap<ChanKey, usize>,
    channels: Vec<Channel>,
}

impl Found {
    fn add(&mut self, key: ChanKey, use_: ChanUse) {
        if let Some(&at) = self.index.get(&key) {
            self.channels[at].uses.push(use_);
        }
    }

    /// The channels, when everything that mentions them has been seen. `T{a, b}` stores what is not ours to follow in
    /// fields that it does not name.
    fn finish(mut self, unkeyed: Vec<(ChanKey, BodyId, ExprId)>) -> Vec<Channel> {
        for (key, body, expr) in unkeyed {
            self.add(key, ChanUse { body, expr, kind: ChanUseKind::Escape, in_select: false });
        }
        self.channels
    }

    /// The channels that are mentioned by name all over the package, in order.
    fn shared(&self) -> Vec<(ChanKey, Symbol)> {
        let shared = self.channels.iter().filter(|channel| !matches!(channel.key, ChanKey::Local(..)));
        shared.map(|channel| (channel.key, channel.name)).collect()
    }
}

/// What the text of a body that makes a channel has.
const MAKE: &str = "make(chan";

impl Model<'_> {
    /// The channels that the package makes and sends on, or hands to `signal.Notify`, with all their uses, in the order
    /// of their first. A field from which some place surely receives, or which one hands on, is not among them; nor need a
    /// variable be whose receiver is there before its senders.
    ///
    /// Bodies that neither make such a channel nor mention one that another body makes are not parsed.
    pub fn channels(&self) -> Rc<[Channel]> {
        if let Some(channels) = self.channels.borrow().as_ref() {
            return Rc::clone(channels);
        }
        let names = self.channel_names();
        let is_wanted = |key, name| match key {
            ChanKey::Local(..) => true,
            ChanKey::Global(_) => names.is_sent(name),
            ChanKey::Field(..) => names.is_sent(name) && !names.is_taken(name),
        };
        let make = Finder::new(MAKE);
        let mut found = Found::default();
        let mut unkeyed = Vec::new();
        let mut is_done = FxHashSet::default();
        for id in self.bodies_with(&[Signals::CHAN]) {
            let text = self.pkg.body_text(id);
            let tokens = OnceCell::new();
            let makes = |at| match made(&text[..at]) {
                Made::Local(name) => {
                    let is_notified = self.pkg.body_outline(id).signals.contains(Signals::SIGNAL);
                    sent_names(text).any(|sent| sent == name)
                        && (is_notified || may_be_stuck(tokens.get_or_init(|| Tokens::new(text)), name))
                }
                Made::Shared(name) => std::str::from_utf8(name).is_ok_and(|name| {
                    let name = Symbol::new(name);
                    names.is_sent(name) && !names.is_taken(name)
                }),
                Made::Several => true,
                Made::Nameless => false,
            };
            if make.find_iter(text).any(makes) {
                self.find_channels(id, &mut found, &mut unkeyed, is_wanted);
                is_done.extend((!self.pkg.body_ast(id).is_opaque).then_some(id));
            }
        }
        let mut shared = found.shared();
        shared
            .extend(self.made_globals(&make, &found).into_iter().filter(|&(key, name)| is_wanted(key, name)));
        if !shared.is_empty() {
            self.find_mentions(&shared, &is_done, &mut found, &mut unkeyed);
        }
        let channels: Rc<[Channel]> = found.finish(unkeyed).into();
        *self.channels.borrow_mut() = Some(Rc::clone(&channels));
        channels
    }

    /// The channel with all its uses that an expression denotes, where the package makes it, sends on it and can see all
    /// of it.
    pub fn channel_of(&self, cx: BodyCx<'_>, expr: ExprId) -> Option<Channel> {
        let (key, name) = channel_key(cx, channel_name(cx, expr))?;
        let channels = self.channels();
        if let Some(known) = channels.iter().find(|channel| channel.key == key) {
            return Some(known.clone());
        }
        let is_made = |use_: &ChanUse| matches!(use_.kind, ChanUseKind::Make(_));
        if !self.channel_names().is_sent(name) {
            return None;
        }
        if matches!(key, ChanKey::Local(..)) {
            return self.local_channel(cx, expr).filter(|channel| channel.uses.iter().any(is_made));
        }
        if let Some(known) = self.taken_channels.borrow().get(&key) {
            return known.clone();
        }
        let (mut found, mut unkeyed) = (Found::default(), Vec::new());
        self.find_mentions(&[(key, name)], &FxHashSet::default(), &mut found, &mut unkeyed);
        let channel = found.finish(unkeyed).pop().filter(|channel| channel.uses.iter().any(is_made));
        self.taken_channels.borrow_mut().insert(key, channel.clone());
        channel
    }

    /// The channel of a local variable with all its uses, which are in one body; also one that nobody sends on.
    pub(crate) fn local_channel(&self, cx: BodyCx<'_>, expr: ExprId) -> Option<Channel> {
        let local = cx.local(expr)?;
        let declared = cx.local_info(local).ident;
        let (key, name) = channel_key(cx, declared)?;
        let parents = self.parents(cx.id);
        let mut mentions = self.uses_of(cx, local);
        mentions.insert(0, declared);
        let uses = mentions.into_iter().map(|expr| {
            let (kind, in_select) = use_kind(cx, &parents, expr);
            ChanUse { body: cx.id, expr, kind, in_select }
        });
        Some(Channel { key, name, uses: uses.collect() })
    }

    /// Package-level variables whose declaration makes a channel and that are not among the `found`.
    fn made_globals(&self, make: &Finder<'_>, found: &Found) -> Vec<(ChanKey, Symbol)> {
        let variables = self.pkg.objects().filter(|(_, object)| {
            object.kind == ObjKind::Var
                && !object.name.is_exported()
                && make.find(self.pkg.object_text(object)).is_some()
        });
        let keys = variables.map(|(id, object)| (ChanKey::Global(id), object.name));
        keys.filter(|(key, _)| !found.index.contains_key(key)).collect()
    }

    /// Adds the mentions of those channels in a body that are known already or wanted.
    fn find_channels(
        &self,
        id: BodyId,
        found: &mut Found,
        unkeyed: &mut Vec<(ChanKey, BodyId, ExprId)>,
        is_wanted: impl Fn(ChanKey, Symbol) -> bool,
    ) {
        let cx = self.body(id);
        if cx.ast.is_opaque {
            return;
        }
        let parents = self.parents(id);
        for expr in (0..cx.ast.expr_count() as u32).map(ExprId::new) {
            unkeyed.extend(unkeyed_fields(cx, expr).into_iter().map(|field| (field, id, expr)));
            let Some((key, name)) = channel_key(cx, expr) else { continue };
            if !found.index.contains_key(&key) {
                if !is_wanted(key, name) {
                    continue;
                }
                found.index.insert(key, found.channels.len());
                found.channels.push(Channel { key, name, uses: self.first_uses(key, id) });
            }
            let (kind, in_select) = use_kind(cx, &parents, expr);
            found.add(key, ChanUse { body: id, expr, kind, in_select });
        }
    }

    /// Adds the mentions of shared channels in the bodies that make none. Those without a channel word may receive by
    /// `range s.results`, or pass a channel on, as in `use(s.results)`: without a `range`, a mention of the name is
    /// taken for an escape, without parsing.
    fn find_mentions(
        &self,
        shared: &[(ChanKey, Symbol)],
        is_done: &FxHashSet<BodyId>,
        found: &mut Found,
        unkeyed: &mut Vec<(ChanKey, BodyId, ExprId)>,
    ) {
        let owners = shared.iter().filter_map(|&(key, _)| match key {
            ChanKey::Field(owner, _) => Some(owner),
            ChanKey::Local(..) | ChanKey::Global(_) => None,
        });
        let owners: Vec<_> = owners.collect();
        // `list{{c}}` of `type list []T` makes a `T` without naming it; literals of structs name what they hold.
        let naming = self.types_naming(owners.clone()).into_iter();
        let naming = naming.filter(|&(id, name)| owners.contains(&name) || !self.is_struct_by_text(id));
        let holders = naming.map(|(_, name)| name);
        let mut mentions: BTreeMap<BodyId, (FxHashSet<Symbol>, bool)> = BTreeMap::new();
        for &(key, name) in shared {
            let text = |id: &BodyId| self.pkg.body_text(*id);
            for id in self.pkg.bodies_naming(name).filter(|id| may_mention(text(id), key, name)) {
                mentions.entry(id).or_default().0.insert(name);
            }
        }
        for owner in holders {
            for id in self.pkg.bodies_naming(owner) {
                let (text, len) = (self.pkg.body_text(id), owner.as_str().len());
                if find_word(text, owner).any(|at| may_begin_unkeyed(text, at..at + len)) {
                    mentions.entry(id).or_default().1 = true;
                }
            }
        }
        let range = Symbol::new("range");
        for (id, (mentioned, has_unkeyed)) in mentions {
            if is_done.contains(&id) {
                continue;
            }
            let signals = self.pkg.body_outline(id).signals;
            let may_tell = has_unkeyed
                || signals.contains(Signals::CHAN)
                || (signals.contains(Signals::FOR) && self.mentions(id, range));
            if may_tell && !self.pkg.body_ast(id).is_opaque {
                self.find_channels(id, found, unkeyed, |key, _| {
                    shared.iter().any(|&(known, _)| known == key)
                });
                continue;
            }
            for &(key, _) in shared.iter().filter(|(_, name)| mentioned.contains(name)) {
                let kind = ChanUseKind::Escape;
                found.add(key, ChanUse { body: id, expr: ExprId::new(0), kind, in_select: false });
            }
        }
    }

    /// Whether the declaration of a type begins as that of a struct.
    fn is_struct_by_text(&self, id: ObjId) -> bool {
        let object = self.pkg.object(id);
        let rest = &self.pkg.files[object.file].source.text()[object.name_span.end as usize..];
        rest.trim_ascii_start().starts_with(b"struct")
    }

    /// Whether a name occurs as a word in the text of a declaration, comments included.
    pub(crate) fn mentions(&self, id: BodyId, name: Symbol) -> bool {
        has_word(self.pkg.body_text(id), name)
    }

    /// What is done to a channel without naming it as an expression: the value of a package-level variable. `mention`
    /// is a function that mentions it.
    fn first_uses(&self, key: ChanKey, mention: BodyId) -> Vec<ChanUse> {
        let ChanKey::Global(id) = key else { return Vec::new() };
        let object = self.pkg.object(id);
        let ast = self.pkg.decl_ast(object);
        let has_value = self.pkg.spec(object).is_some_and(
            |(spec, _)| matches!(ast.spec(spec), Spec::Value { values, .. } if !values.is_empty()),
        );
        if !has_value {
            return Vec::new();
        }
        let decl = self.pkg.bodies().find(|(_, decl)| decl.file == object.file && decl.decl == object.decl);
        let (body, expr, kind) = match (decl, self.pkg.var_init(id)) {
            (Some((body, _)), Some((_, value))) => (body, value, made_by(self.body(body), value)),
            _ => (mention, ExprId::new(0), ChanUseKind::Escape),
        };
        vec![ChanUse { body, expr, kind, in_select: false }]
    }
}

/// The name that an expression ends with, parentheses and selectors included.
fn channel_name(cx: BodyCx<'_>, expr: ExprId) -> ExprId {
    let expr = cx.ast.unparen(expr);
    match cx.ast.expr(expr) {
        Expr::Selector { sel, .. } => sel,
        _ => expr,
    }
}

/// The fields that a struct literal without keys sets, by what their channels would be known by.
fn unkeyed_fields(cx: BodyCx<'_>, expr: ExprId) -> Vec<ChanKey> {
    let Expr::Composite { elems, .. } = cx.ast.expr(expr) else { return Vec::new() };
    let is_unkeyed =
        cx.ast.list(elems).next().is_some_and(|first| !matches!(cx.ast.expr(first), Expr::KeyValue { .. }));
    if !is_unkeyed {
        return Vec::new();
    }
    let ty = cx.pkg.types.deref(cx.type_of(expr));
    match (cx.pkg.types.get(ty), cx.pkg.types.get(cx.pkg.underlying(ty))) {
        (Type::Named { name, .. }, Type::Struct(fields)) => {
            fields.iter().map(|field| ChanKey::Field(name, field.name)).collect()
        }
        _ => Vec::new(),
    }
}

/// What the channel is known by that a name denotes.
fn channel_key(cx: BodyCx<'_>, expr: ExprId) -> Option<(ChanKey, Symbol)> {
    let Expr::Ident(name) = cx.ast.expr(expr) else { return None };
    match cx.entity(expr) {
        Entity::Local(local) => {
            let info = cx.local_info(local);
            let is_chan = matches!(cx.pkg.types.get(cx.pkg.underlying(info.ty)), Type::Chan(..));
            (is_chan && info.kind == LocalKind::Var && info.init.is_some())
                .then_some((ChanKey::Local(cx.id, local), name))
        }
        Entity::Object(id) => {
            let is_var = cx.pkg.object(id).kind == ObjKind::Var && !name.is_exported();
            let is_chan = is_var
                && matches!(cx.pkg.types.get(cx.pkg.underlying(cx.pkg.object_type(id))), Type::Chan(..));
            is_chan.then_some((ChanKey::Global(id), name))
        }
        Entity::Member(_) => {
            let member = cx.member_of(expr)?;
            let is_field = member.kind == MemberKind::Field && !name.is_exported();
            let Type::Named { pkg, name: owner, .. } = cx.pkg.types.get(member.owner) else {
                return None;
            };
            let is_chan = is_field
                && pkg == cx.pkg.path
                && matches!(cx.pkg.types.get(cx.pkg.underlying(member.ty)), Type::Chan(..));
            is_chan.then_some((ChanKey::Field(owner, name), name))
        }
        _ => None,
    }
}

/// What a channel is stored in, as far as the text before `make` tells.
enum Made<'t> {
    /// `ch := `
    Local(&'t [u8]),
    /// `s.ch = ` or `ch: `
    Shared(&'t [u8]),
    /// One of a list, or with a type before it.
    Several,
    /// Nothing with a name.
    Nameless,
}

fn made(before: &[u8]) -> Made<'_> {
    let before = before.trim_ascii_end();
    let line = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    if before.ends_with(b",") || memmem::find(line, b"var ").is_some() {
        return Made::Several;
    }
    if let Some(rest) = before.strip_suffix(b":=") {
        return Made::Local(last_word(rest.trim_ascii_end()));
    }
    match before.strip_suffix(b"=").or_else(|| before.strip_suffix(b":")) {
        Some(rest) => Made::Shared(last_word(rest.trim_ascii_end())),
        None => Made::Nameless,
    }
}

/// Whether a text may mention a shared channel of this name: a field behind a dot or as the key in a literal, a variable
/// not behind a dot.
fn may_mention(text: &[u8], key: ChanKey, name: Symbol) -> bool {
    find_word(text, name).any(|at| {
        let is_selected = text[..at].trim_ascii_end().ends_with(b".");
        match key {
            ChanKey::Field(..) => {
                let rest = text[at + name.as_str().len()..].trim_ascii_start();
                is_selected || (rest.starts_with(b":") && !rest.starts_with(b":="))
            }
            ChanKey::Global(_) | ChanKey::Local(..) => !is_selected,
        }
    })
}

/// Whether a type's name in a text may begin a literal with an element that has no key: `T{c}`, `T[int]{c}`,
/// `[]T{{c}}`.
fn may_begin_unkeyed(text: &[u8], name: Range<usize>) -> bool {
    let before = text[..name.start].trim_ascii_end();
    let is_element = before.strip_suffix(b"*").unwrap_or(before).ends_with(b"]");
    let rest = &text[name.end..];
    let is_generic = rest.starts_with(b"[");
    let Some(elements) = rest.strip_prefix(b"{") else { return is_generic };
    let first = elements.trim_ascii_start();
    let key = first.iter().take_while(|&&byte| is_word_byte(byte)).count();
    let is_keyed = 0 < key && first[key..].trim_ascii_start().starts_with(b":");
    !first.starts_with(b"}") && (is_element || !is_keyed)
}

/// What the surroundings of a mention do with the channel.
fn use_kind(cx: BodyCx<'_>, parents: &Parents, mention: ExprId) -> (ChanUseKind, bool) {
    let mut expr = mention;
    // From the name to the whole operand: `s.ch`, `(s.ch)`.
    let parent = loop {
        match parents.parent(expr) {
            Some(NodeRef::Expr(above)) => match cx.ast.expr(above) {
                Expr::Selector { sel, .. } if sel == expr => expr = above,
                Expr::Paren(_) => expr = above,
                _ => break NodeRef::Expr(above),
            },
            Some(node) => break node,
            None => return (ChanUseKind::Escape, false),
        }
    };
    match parent {
        NodeRef::Expr(above) => match cx.ast.expr(above) {
            Expr::Unary { op: golint_conc_syntax::ast::UnaryOp::Recv, .. } => {
                (ChanUseKind::Recv, is_select_comm(cx, parents, above))
            }
            Expr::Call { fun, .. } if fun != expr => match cx.callee(above) {
                callee if callee.is_builtin("close") => (ChanUseKind::Close, false),
                callee if callee.is_builtin("len") || callee.is_builtin("cap") => (ChanUseKind::Look, false),
                _ => (ChanUseKind::Escape, false),
            },
            Expr::Binary { .. } => (ChanUseKind::Look, false),
            Expr::KeyValue { key, value } if key == expr && cx.member_of(key).is_some() => {
                (made_by(cx, value), false)
            }
            _ => (ChanUseKind::Escape, false),
        },
        NodeRef::Stmt(stmt) => match cx.ast.stmt(stmt) {
            Stmt::Send { chan, .. } if chan == expr => (ChanUseKind::Send, is_select_comm(cx, parents, stmt)),
            Stmt::Range { subject, .. } if subject == expr => (ChanUseKind::Recv, false),
            Stmt::Assign { lhs, rhs, .. } => {
                let position = cx.ast.list(lhs).position(|target| target == expr);
                match position.and_then(|at| cx.ast.list(rhs).nth(at)) {
                    Some(value) if lhs.len() == rhs.len() => (made_by(cx, value), false),
                    _ => (ChanUseKind::Escape, false),
                }
            }
            Stmt::Decl { .. } => match cx.local(mention).and_then(|local| cx.local_info(local).init) {
                Some((value, 0)) if cx.local_declared_by(mention).is_some() => (made_by(cx, value), false),
                _ => (ChanUseKind::Escape, false),
            },
            _ => (ChanUseKind::Escape, false),
        },
        NodeRef::Clause(_) => (ChanUseKind::Escape, false),
    }
}

fn made_by(cx: BodyCx<'_>, value: ExprId) -> ChanUseKind {
    let value = cx.ast.unparen(value);
    match cx.ast.expr(value) {
        Expr::Call { .. } if cx.callee(value).is_builtin("make") => {
            ChanUseKind::Make(match cx.args(value).get(1) {
                Some(&capacity) => cx.const_int(capacity),
                None => Some(0),
            })
        }
        // `s.ch = nil` after use takes the channel out of a select.
        _ if cx.is_nil(value) => ChanUseKind::Look,
        _ => ChanUseKind::Escape,
    }
}

/// Whether an operation is the communication of a `select` with another clause.
pub(crate) fn is_select_comm(cx: BodyCx<'_>, parents: &Parents, node: impl Into<NodeRef>) -> bool {
    let node = node.into();
    for above in std::iter::once(node).chain(parents.ancestors(node)) {
        match above {
            NodeRef::Stmt(stmt) => {
                if let Some(NodeRef::Clause(clause)) = parents.parent(stmt) {
                    let is_comm = cx.ast.clause(clause).comm == Some(stmt);
                    let Some(NodeRef::Stmt(select)) = parents.parent(clause) else { return false };
                    return is_comm
                        && matches!(cx.ast.stmt(select), Stmt::Select { clauses } if 1 < clauses.len());
                }
                return false;
            }
            NodeRef::Clause(_) => return false,
            NodeRef::Expr(_) => {}
        }
    }
    false
}
