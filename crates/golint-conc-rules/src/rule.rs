//! The contract between rules and the engine that runs them.

use golint_conc_concurrency::{Channel, Model, Spawn, UnendingStmt};
use golint_conc_flow::{Kind, Protocols};
use golint_conc_semantic::build::LangVersion;
use golint_conc_semantic::{BodyCx, BodyId, Callee, Package};
use golint_conc_syntax::ast::{ExprId, StmtId};
use golint_conc_syntax::visit::NodeRef;
use golint_conc_syntax::{Signals, Span};

use crate::diagnostic::{Confidence, Diagnostic, FileId, Finding, Lane, Place, Severity, Step};

/// What a rule does with test files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestPolicy {
    /// Reports as elsewhere.
    Same,
    /// Reports with the confidence one step lower.
    Lower,
    /// Reports nothing.
    Off,
}

/// A rule. It implements the hook of the widest unit that it needs and no wider.
pub trait Rule: Sync {
    /// The id, which names its page.
    fn id(&self) -> &'static str;

    /// The words that a declaration must bear for [`Rule::body`] and [`Rule::goroutine`] to find anything in it: all of
    /// one of the sets. Without a set neither is called.
    fn gates(&self) -> &'static [Signals];

    /// Import paths of which a file must have one for the rule to look at what it declares; none stands for any file.
    fn imports(&self) -> &'static [&'static str] {
        &[]
    }

    /// Words of which a declaration must have one in its text for [`Rule::body`] and [`Rule::goroutine`] to find
    /// anything in it; none stands for any text. It need not be parsed only to see that a name is not in it.
    fn words(&self) -> &'static [&'static str] {
        &[]
    }

    /// The kind of resource that the rule looks for. Of its [`Rule::imports`] some file of the package must have one, not
    /// each, and declarations that call a function of the package or of the user's that hands one out are looked at
    /// whatever their words are.
    fn resource(&self) -> Option<Kind> {
        None
    }

    /// Whether [`Rule::body`] and [`Rule::goroutine`] may find something in a declaration that has the words, as far as its
    /// text tells.
    fn may_find_in(&self, _cx: &Cx<'_>, _id: BodyId) -> bool {
        true
    }

    /// The highest confidence that the rule's findings have.
    fn highest_confidence(&self) -> Confidence {
        Confidence::High
    }

    /// Whether [`Rule::channel`] is to be called.
    fn wants_channels(&self) -> bool {
        false
    }

    /// Words of which one must occur in some file that may be reported for the rule to have anything to look for in the
    /// package; none stands for any package.
    fn package_words(&self) -> &'static [&'static str] {
        &[]
    }

    /// Looks at a function or variable declaration, with the literals in it.
    fn body(&self, _cx: &Cx<'_>, _body: BodyCx<'_>, _report: &mut Report<'_>) {}

    /// Looks at a place that starts a goroutine.
    fn goroutine(&self, _cx: &Cx<'_>, _spawn: &Spawn, _report: &mut Report<'_>) {}

    /// Looks at a channel that only the package can reach.
    fn channel(&self, _cx: &Cx<'_>, _channel: &Channel, _report: &mut Report<'_>) {}

    /// Looks at the package.
    fn package(&self, _cx: &Cx<'_>, _report: &mut Report<'_>) {}
}

/// What a rule asks.
#[derive(Debug)]
pub struct Cx<'p> {
    /// The package.
    pub pkg: &'p Package,
    /// Its concurrency.
    pub model: Model<'p>,
    /// What must be given back.
    pub resources: &'p Protocols,
}

impl<'p> Cx<'p> {
    /// The body with its names resolved.
    pub fn body(&self, id: BodyId) -> BodyCx<'p> {
        self.pkg.body(id)
    }

    /// A place in the file of a body.
    pub fn place(&self, id: BodyId, span: Span) -> Place {
        Place { file: FileId(self.pkg.body_decl(id).file as u32), span }
    }

    /// The place of an expression.
    pub fn expr_place(&self, body: BodyCx<'_>, expr: ExprId) -> Place {
        self.place(body.id, body.ast.expr_span(expr))
    }

    /// The place of the name of a declared function.
    pub fn name_place(&self, id: BodyId) -> Place {
        let outline = self.pkg.body_outline(id);
        let span = outline.names.first().map_or(outline.span, |&(_, span)| span);
        Place { file: FileId(self.pkg.body_decl(id).file as u32), span }
    }

    /// The place of a statement.
    pub fn stmt_place(&self, body: BodyCx<'_>, stmt: StmtId) -> Place {
        self.place(body.id, body.ast.stmt_span(stmt))
    }

    /// The place of the word that a `for`, `select`, `switch`, `go` or `defer` statement begins with.
    pub fn keyword_place(&self, body: BodyCx<'_>, stmt: StmtId) -> Place {
        let span = body.ast.stmt_span(stmt);
        let text = body.text_at(span);
        let len = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
        self.place(body.id, Span::new(span.start, span.start + len as u32))
    }

    /// The place to show for a goroutine's start: the line with `go` on it up to the block of a literal.
    pub fn start_place(&self, start: &Spawn) -> Place {
        let body = self.body(start.body);
        let mut span = start.span;
        if let Some((_, block)) =
            start.target.filter(|t| t.body == start.body).and_then(|t| self.model.block(t))
        {
            let brace = body.ast.stmt_span(block).start;
            if start.span.start < brace && brace < start.span.end {
                span.end = brace + 1;
            }
        }
        self.place(start.body, span)
    }

    /// The place of a node.
    pub fn node_place(&self, body: BodyCx<'_>, node: NodeRef) -> Place {
        match node {
            NodeRef::Expr(expr) => self.expr_place(body, expr),
            NodeRef::Stmt(stmt) => self.stmt_place(body, stmt),
            NodeRef::Clause(clause) => self.place(body.id, body.ast.clause(clause).span),
        }
    }

    /// Whether a body stands in a test file.
    pub fn is_test(&self, id: BodyId) -> bool {
        self.pkg.files[self.pkg.body_decl(id).file].is_test
    }

    /// The language version of the file of a body.
    pub fn lang(&self, id: BodyId) -> LangVersion {
        self.pkg.files[self.pkg.body_decl(id).file].lang
    }

    /// Whether a comment on the first line of `span`, or on one of the `above` lines before it, has one of the `words`.
    pub fn comment_says(&self, body: BodyCx<'_>, span: Span, above: u32, words: &[&str]) -> bool {
        let source = &self.pkg.files[body.file].source;
        let line = source.lines().line(span.start);
        (line.saturating_sub(above)..=line).any(|line| {
            let text = source.lines().line_span(source.text(), line).slice(source.text());
            memchr::memmem::find(text, b"//").is_some_and(|start| says(&text[start..], words))
        })
    }

    /// Whether the comment above a declaration has one of the `words`.
    pub fn comment_above_says(&self, id: BodyId, words: &[&str]) -> bool {
        says(self.pkg.comment_above(id), words)
    }

    /// Whether a comment at the start of a goroutine or at its loop says that it shall never end.
    pub fn is_meant_for_ever(&self, spawn: &Spawn, turn: &UnendingStmt) -> bool {
        const WORDS: [&str; 10] = [
            "forever",
            "for ever",
            "never return",
            "never exit",
            "never end",
            "lifetime",
            "life of the process",
            "exit with the process",
            "until the process",
            "no stop function",
        ];
        let (start, looping) = (self.body(spawn.body), self.body(turn.func.body));
        self.comment_says(start, spawn.span, 2, &WORDS)
            || self.comment_above_says(spawn.body, &WORDS)
            || self.comment_says(looping, looping.ast.stmt_span(turn.stmt), 1, &WORDS)
    }

    /// Whether a place is in a function that a library for fault injection gets, and that builds leave out.
    pub fn is_fault_injection(&self, body: BodyCx<'_>, at: NodeRef) -> bool {
        const FAILPOINT: &str = "github.com/pingcap/failpoint";
        let parents = self.model.parents(body.id);
        let mut literal = parents.enclosing_func(body.ast, at);
        while let Some(inner) = literal {
            if let Some(NodeRef::Expr(call)) = parents.parent(inner)
                && matches!(body.callee(call), Callee::Func { pkg, .. } if pkg == FAILPOINT)
            {
                return true;
            }
            literal = parents.enclosing_func(body.ast, inner);
        }
        false
    }

    /// Whether a comment stands on the lines of `span` or on the line above: somebody meant it so.
    pub fn has_comment_near(&self, body: BodyCx<'_>, span: Span) -> bool {
        let source = &self.pkg.files[body.file].source;
        let (first, last) = (source.lines().line(span.start), source.lines().line(span.end));
        (first.saturating_sub(1)..=last).any(|line| {
            let text = source.lines().line_span(source.text(), line).slice(source.text());
            memchr::memmem::find(text, b"//").is_some()
        })
    }
}

/// A step in lane `lane`.
pub(crate) fn step(place: Place, lane: u32, text: impl Into<String>) -> Step {
    Step { place, lane: Lane(lane), text: text.into() }
}

/// Takes the findings of one rule.
#[derive(Debug)]
pub struct Report<'a> {
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) out: &'a mut Vec<Diagnostic>,
}

impl Report<'_> {
    /// Adds a finding.
    pub fn add(&mut self, finding: &dyn Finding) {
        self.out.push(Diagnostic {
            rule: self.rule,
            severity: self.severity,
            confidence: finding.confidence(),
            message: finding.message(),
            place: finding.primary(),
            label: finding.label(),
            steps: finding.steps(),
            help: finding.help(),
            edits: finding.edits(),
        });
    }
}

/// Whether a comment has one of the words, in lower case.
fn says(comment: &[u8], words: &[&str]) -> bool {
    // What is done for every request is not done for ever.
    let comment = String::from_utf8_lossy(comment).to_lowercase().replace("every", "each");
    words.iter().any(|word| comment.contains(word))
}
