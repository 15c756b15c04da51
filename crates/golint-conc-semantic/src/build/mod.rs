//! Which files make up a package, and in which version of the language they are written.

mod constraint;
mod gomod;
mod version;

pub use constraint::{BuildContext, constraint_of, file_name_matches, is_constraint_satisfied, minimum_version};
pub use gomod::{GoMod, GoWork, ModError};
pub use version::LangVersion;
