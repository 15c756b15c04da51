//! The table of resources: what is acquired how, and what releases it.

/// Functions or methods.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Functions of a package.
    Func(&'static str, &'static [&'static str]),
    /// Methods of types of a package.
    Method(&'static str, &'static [&'static str], &'static [&'static str]),
}

/// Calls that acquire a resource.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// What is called.
    pub who: Who,
    /// Which result is the resource.
    pub result: usize,
    /// Which result is the error; without one, there always is a resource.
    pub error: Option<usize>,
    /// How sure it is that it must be given back.
    pub evidence: Evidence,
}

impl Source {
    /// Calls with the results of nearly all of them: the resource and an error.
    pub const fn or_error(who: Who) -> Self {
        Self { who, result: 0, error: Some(1), evidence: Evidence::Table }
    }
}

/// A kind of resource.
#[derive(Debug)]
pub struct Protocol {
    /// The package and name of its type; a function that returns it, or a pointer to it, may hand one out.
    pub ty: (&'static str, &'static str),
    /// Who hands one out, beside functions of the package that pass theirs on.
    pub sources: &'static [Source],
    /// The field that is to be released; without one, the value itself.
    pub part: Option<&'static str>,
    /// The methods of that part that release it.
    pub releases: &'static [&'static str],
    /// The methods of the whole value that release it too.
    pub releases_whole: &'static [&'static str],
    /// Whether calling it releases it.
    pub by_call: bool,
    /// The type of a parameter by which an unknown function that returns `ty` and an error is taken for a source.
    pub stands_for: Option<(&'static str, &'static str)>,
}

/// The body of a response that a client has received.
pub static HTTP_BODY: Protocol = Protocol {
    ty: ("net/http", "Response"),
    sources: &[
        Source::or_error(Who::Func("net/http", &["Get", "Head", "Post", "PostForm"])),
        Source::or_error(Who::Method("net/http", &["Client"], &["Do", "Get", "Head", "Post", "PostForm"])),
        Source::or_error(Who::Method("net/http", &["Transport", "RoundTripper"], &["RoundTrip"])),
        // Who reads responses from a connection may close that instead.
        Source { evidence: Evidence::Covered, ..Source::or_error(Who::Func("net/http", &["ReadResponse"])) },
    ],
    part: Some("Body"),
    releases: &["Close"],
    releases_whole: &["Write"],
    by_call: false,
    stands_for: Some(("net/http", "Request")),
};

/// How surely a call acquires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// By the table, but something else that is closed may well take the resource with it.
    Covered,
    /// By its signature: an interface method or function value that stands for a call of the table.
    Signature,
    /// A function of the package that returns what it acquired.
    Wrapper,
    /// A call of the table.
    Table,
}
