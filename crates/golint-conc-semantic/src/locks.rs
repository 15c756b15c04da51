//! Which types carry a lock, so that their values must not be copied after the first use.

use golint_conc_syntax::{DeclKind, Symbol};
use rustc_hash::FxHashSet;

use crate::foreign;
use crate::package::{BodyId, Package};
use crate::types::{Type, TypeId};

/// How deep fields and elements are followed.
const MAX_DEPTH: usize = 16;

/// Exported types of the standard library whose values carry a lock, as `go vet -copylocks` of Go 1.26 sees it. Many
/// carry it in fields that are not exported and so not in the embedded declarations.
pub const LOCK_TYPES: [(&str, &[&str]); 30] = [
    ("archive/zip", &["ReadCloser", "Reader"]),
    ("crypto/tls", &["Config", "Conn"]),
    ("database/sql", &["Conn", "DB", "Rows", "Stmt", "Tx"]),
    ("debug/gosym", &["LineTable"]),
    ("encoding/gob", &["Decoder", "Encoder"]),
    ("expvar", &["Float", "Int", "Map"]),
    ("go/token", &["File", "FileSet"]),
    ("go/types", &["Context", "Named"]),
    ("io", &["PipeReader", "PipeWriter"]),
    ("log", &["Logger"]),
    ("log/slog", &["LevelVar"]),
    ("log/syslog", &["Writer"]),
    ("net", &["Resolver", "UnixListener"]),
    ("net/http", &["ClientConn", "CrossOriginProtection", "ServeMux", "Server", "Transport"]),
    ("net/http/cookiejar", &["Jar"]),
    ("net/http/httptest", &["Server"]),
    ("net/http/httputil", &["ClientConn", "ServerConn"]),
    ("net/rpc", &["Client", "Server"]),
    ("net/textproto", &["Conn", "Pipeline"]),
    ("os", &["Process"]),
    ("runtime/pprof", &["Profile"]),
    ("runtime/trace", &["FlightRecorder"]),
    ("strings", &["Replacer"]),
    ("sync", &["Cond", "Map", "Mutex", "Once", "Pool", "RWMutex", "WaitGroup"]),
    ("sync/atomic", &["Bool", "Int32", "Int64", "Pointer", "Uint32", "Uint64", "Uintptr"]),
    ("testing", &["B", "F", "M", "T"]),
    // Values of these hold the group's lock; they are outside of the standard library but as common.
    ("golang.org/x/sync/errgroup", &["Group"]),
    ("golang.org/x/sync/semaphore", &["Weighted"]),
    ("golang.org/x/sync/singleflight", &["Group"]),
    ("golang.org/x/sync/syncmap", &["Map"]),
];

/// A lock in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockInside {
    /// The fields from the value to the lock, outermost first; elements of arrays are passed without a name.
    pub path: Vec<Symbol>,
    /// The type of the lock.
    pub ty: TypeId,
}

impl Package {
    /// The lock that a value of the type carries: one of the types of `sync` and `sync/atomic`, a type of this package
    /// whose pointers have `Lock` and `Unlock`, or a struct or array that holds one. Types that are not known have none.
    ///
    /// The rules are those of `go vet -copylocks`.
    pub fn lock_inside(&self, ty: TypeId) -> Option<LockInside> {
        self.lock_within(ty, 0)
    }

    fn lock_within(&self, ty: TypeId, depth: usize) -> Option<LockInside> {
        if MAX_DEPTH < depth {
            return None;
        }
        if let Type::Named { pkg, name, .. } = self.types.get(ty) {
            let itself = || LockInside { path: Vec::new(), ty };
            if pkg != self.path && foreign::embedded(pkg).is_some() {
                let known = LOCK_TYPES.iter().find(|(path, _)| pkg == *path)?;
                return known.1.contains(&name.as_str()).then(itself);
            }
            let is_struct = matches!(self.types.get(self.underlying(ty)), Type::Struct(_));
            let is_locker = match self.foreign(pkg) {
                Some(foreign) => foreign.is_locker(name),
                None => self.is_locker(name),
            };
            if is_struct && is_locker {
                return Some(itself());
            }
        }
        match self.types.get(self.underlying(ty)) {
            Type::Array(elem) => self.lock_within(elem, depth + 1),
            Type::Struct(fields) => fields.iter().find_map(|field| {
                let mut found = self.lock_within(field.ty, depth + 1)?;
                found.path.insert(0, field.name);
                Some(found)
            }),
            _ => None,
        }
    }

    /// The types with locks in them that the imported packages declare and that this package may have values of, by
    /// import path, and the names of functions that may return pointers to them. Only packages of the same module or
    /// maker are asked, whose import paths begin alike; and types that this package names, or that come to it from a
    /// function or field that it names.
    pub fn imported_locks(&self) -> (Vec<(Symbol, Symbol)>, Vec<Symbol>) {
        let mut paths: Vec<_> =
            (0..self.files.len()).flat_map(|file| self.import_paths(file)).copied().collect();
        paths.sort_unstable_by_key(|path| path.as_str());
        paths.dedup();
        let is_near = |path: &Symbol| {
            foreign::embedded(*path).is_none() && origin(path.as_str()) == origin(self.path.as_str())
        };
        let (mut candidates, mut open, mut calls) = (FxHashSet::default(), Vec::new(), Vec::new());
        for path in paths.into_iter().filter(is_near) {
            let Some(foreign) = self.foreign(path) else { continue };
            let names = foreign.lock_names();
            candidates.extend(names.types.iter().map(|&name| (path, name)));
            open.extend(names.types.iter().filter(|name| self.may_name(**name)).map(|&name| (path, name)));
            let makers = names.makers.iter().filter(|(name, _)| self.may_name(*name));
            calls.extend(makers.map(|&(name, made)| (name, (path, made))));
        }
        open.extend(calls.iter().map(|&(_, made)| made));
        let (mut types, mut seen) = (Vec::new(), FxHashSet::default());
        while let Some(candidate @ (path, name)) = open.pop() {
            if !candidates.contains(&candidate) || !seen.insert(candidate) {
                continue;
            }
            let ty = self.types.named(path.as_str(), name.as_str());
            if self.lock_inside(ty).is_some() {
                types.push(candidate);
            }
            if let Type::Struct(fields) = self.types.get(self.underlying(ty)) {
                open.extend(fields.iter().filter_map(|field| self.named_inside(field.ty)));
            }
        }
        types.sort_unstable_by_key(|(path, name)| (path.as_str(), name.as_str()));
        calls.retain(|(_, made)| types.contains(made));
        (types, calls.into_iter().map(|(name, _)| name).collect())
    }

    /// The named type that values of a type are, point to or have as elements.
    fn named_inside(&self, ty: TypeId) -> Option<(Symbol, Symbol)> {
        let mut ty = ty;
        for _ in 0..MAX_DEPTH {
            ty = match self.types.get(ty) {
                Type::Named { pkg, name, .. } => return Some((pkg, name)),
                Type::Pointer(inner)
                | Type::Slice(inner)
                | Type::Array(inner)
                | Type::Map(_, inner)
                | Type::Chan(_, inner) => inner,
                _ => return None,
            };
        }
        None
    }

    /// Whether pointers to a declared struct type have methods `Lock()` and `Unlock()` that its values have not.
    fn is_locker(&self, name: Symbol) -> bool {
        ["Lock", "Unlock"].iter().all(|method| {
            self.method(name, Symbol::new(method)).is_some_and(|body| self.is_plain_pointer_method(body))
        })
    }

    fn is_plain_pointer_method(&self, body: BodyId) -> bool {
        let outline = self.body_outline(body);
        let is_pointer = outline.kind == DeclKind::Method && outline.recv.is_some_and(|recv| recv.is_pointer);
        is_pointer
            && matches!(self.types.get(self.signature(body)),
                Type::Func(sig) if sig.params.is_empty() && sig.results.is_empty())
    }
}

/// Where a package comes from: the host and the organisation in its import path, or the first element.
fn origin(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let first = slashes.next().unwrap_or(path.len());
    if path[..first].contains('.') { &path[..slashes.next().unwrap_or(path.len())] } else { &path[..first] }
}
