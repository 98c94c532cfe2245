//! A method as generated code describes it to callers.

use crate::codec::StructNames;

/// A method of a service, as a client calls it.
#[derive(Debug)]
pub struct Method {
    /// The name on the wire.
    pub name: &'static str,
    /// The server sends no reply.
    pub oneway: bool,
    /// A call may be handled twice.
    pub idempotent: bool,
    /// Field names of the struct of arguments.
    pub arguments: &'static StructNames,
}
