//! What every name in a Go package means: packages, imports, scopes, types, constants.
//!
//! Invariant: reads no file; answers from the declarations at hand, and says `Unknown` with a reason elsewhere.

mod body;
mod bounds;
pub mod build;
mod check;
mod constant;
mod foreign;
mod imports;
mod locks;
mod package;
mod types;
mod unused;
mod word_index;

pub use body::{AccessPath, Body, BodyCx, Callee, Entity, Local, LocalId, LocalKind, Root};
pub use bounds::Bounds;
pub use foreign::{Foreign, Importer, is_std};
pub use imports::guess_name;
pub use locks::{LOCK_TYPES, LockInside};
pub use package::{BodyDecl, BodyId, Member, MemberKind, ObjId, ObjKind, Object, Package, PackageFile};
pub use types::{ChanDir, Signature, StructField, Type, TypeId, Types, Unknown};
