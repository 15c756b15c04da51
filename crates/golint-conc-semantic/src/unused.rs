//! Functions that nothing names, so that they never run.

use golint_conc_syntax::{DeclKind, Span, Symbol, find_word, has_word};
use memchr::memmem::{self, Finder};

use crate::foreign::is_std;
use crate::package::{BodyId, Package};

/// What the names of functions begin with that the `go test` command calls.
const TESTS: [&str; 4] = ["Test", "Benchmark", "Example", "Fuzz"];

/// What comments begin with that make a function known outside of Go's own names: to C, to the linker, to a host.
const DIRECTIVES: [&[u8]; 2] = [b"//export ", b"//go:"];

/// Through how many functions it is followed that only unused ones name a function.
const MAX_DEPTH: usize = 4;

/// The element of an import path whose package only what lies beside it may import.
const INTERNAL: &str = "internal";

impl Package {
    /// Whether a function or method is one that nothing in the module can run, for nothing names it: neither another
    /// declaration nor a comment of the package and, where other packages may see it, none of those that import this
    /// one, tests included. An exported function of a package that is open to other modules is used by them, an exported
    /// method by an interface. Outside of a module, or where files of the package are not at hand, everything is used.
    pub fn is_unused(&self, id: BodyId) -> bool {
        self.is_unused_bounded(id, MAX_DEPTH)
    }

    fn is_unused_bounded(&self, id: BodyId, depth: usize) -> bool {
        let (name, is_method) = match self.body_outline(id).kind {
            DeclKind::Func => (self.body_decl(id).name, false),
            DeclKind::Method => (self.body_decl(id).name, true),
            DeclKind::Var | DeclKind::Const | DeclKind::Type => return false,
        };
        let is_open = name.is_exported() && (is_method || (self.name != "main" && !self.is_internal()));
        !is_open
            && !self.is_partial
            && self.is_in_module()
            && !is_std(self.path.as_str())
            && !is_entry(name)
            && self.is_whole_program()
            && !self.has_directive(id)
            && !self.is_named_beside(id, name, depth)
            && !(name.is_exported() && self.name != "main" && self.is_named_in_module(name))
    }

    fn is_internal(&self) -> bool {
        self.path.as_str().split('/').any(|element| element == INTERNAL)
    }

    /// Whether the package is one that others can use or that runs by itself, rather than a fragment of one: it exports
    /// something or has an `init`, or is a command with a `main` that does something, which plugins have not.
    fn is_whole_program(&self) -> bool {
        let is_func = |id: BodyId, name: &str| {
            self.body_outline(id).kind == DeclKind::Func && self.body_decl(id).name == name
        };
        if self.name == "main" {
            let main = self.bodies().map(|(id, _)| id).find(|&id| is_func(id, "main"));
            return main.is_some_and(|main| !is_empty(self.body_text(main)));
        }
        self.objects().any(|(_, object)| object.name.is_exported())
            || self.bodies().any(|(id, _)| is_func(id, "init"))
    }

    fn has_directive(&self, id: BodyId) -> bool {
        let comment = self.comment_above(id);
        let mut lines = comment.split(|&byte| byte == b'\n');
        lines.any(|line| DIRECTIVES.iter().any(|directive| line.starts_with(directive)))
    }

    /// Whether a name stands anywhere in the package but in one declaration of it, in the comment above that, and in
    /// functions that are unused themselves.
    fn is_named_beside(&self, id: BodyId, name: Symbol, depth: usize) -> bool {
        let (own, file) = (self.body_outline(id).span, self.body_decl(id).file);
        let above = self.comment_above(id).len() as u32;
        // The line break is between them.
        let own = Span::new(own.start.saturating_sub(above + 1), own.end);
        self.files.iter().enumerate().any(|(index, other)| {
            let is_own = |at: usize| index == file && own.start <= at as u32 && (at as u32) < own.end;
            let mut places = find_word(other.source.text(), name).filter(|&at| !is_own(at));
            places.any(|at| !self.is_in_unused(index, at as u32, depth))
        })
    }

    /// Whether an offset in a file lies in a function that is unused.
    fn is_in_unused(&self, file: usize, at: u32, depth: usize) -> bool {
        let is_around = |id: BodyId| {
            let span = self.body_outline(id).span;
            self.body_decl(id).file == file && span.start <= at && at < span.end
        };
        let around = self.bodies().map(|(id, _)| id).find(|&id| is_around(id));
        depth.checked_sub(1).zip(around).is_some_and(|(depth, around)| self.is_unused_bounded(around, depth))
    }

    /// Whether some file of the module that imports this package has a name, or that cannot be told.
    fn is_named_in_module(&self, name: Symbol) -> bool {
        let import = format!("\"{}\"", self.path);
        let import = Finder::new(&import);
        self.may_be_in_module(&mut |text| import.find(text).is_some() && has_word(text, name))
    }
}

/// Whether a function is called by the runtime or by `go test`.
fn is_entry(name: Symbol) -> bool {
    let name = name.as_str();
    matches!(name, "_" | "init" | "main") || TESTS.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a function without parameters has no statement.
fn is_empty(text: &[u8]) -> bool {
    let block = memmem::find(text, b"{").map_or(text, |at| &text[at..]);
    block.iter().all(|&byte| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'}'))
}
