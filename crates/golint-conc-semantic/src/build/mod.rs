//! Which files make up a package, and in which version of the language they are written.

mod version;

pub use version::LangVersion;
