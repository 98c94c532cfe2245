//! What `decode` and `encode` are told of the bytes and of the JSON that stands for them.

use std::path::PathBuf;

use thriftly_core::Result;
use thriftly_core::dynamic::{Idl, Options, Type};

use crate::decode::source::Text;

/// The arguments that both commands have.
#[derive(Debug)]
pub(crate) struct Coded {
    /// The file to read; `-` is standard input.
    pub(crate) file: PathBuf,
    /// How the bytes are written.
    pub(crate) text: Text,
    /// The IDL file, unless it is done without.
    pub(crate) idl: Option<PathBuf>,
    /// Options for loading it.
    pub(crate) options: Options,
    /// The type of values.
    pub(crate) ty: Option<String>,
    /// Whether the values are structs, if no type is given.
    pub(crate) structs: bool,
    /// The service of methods that several services have.
    pub(crate) service: Option<String>,
}

impl Coded {
    /// The IDL and the type of values, if they are given.
    pub(crate) fn types(&self) -> Result<(Option<Idl>, Option<Type>)> {
        let Some(path) = &self.idl else { return Ok((None, None)) };
        let idl = Idl::load_with(path, &self.options)?;
        let ty = self.ty.as_ref().map(|name| idl.ty(name)).transpose()?;
        Ok((Some(idl), ty))
    }
}
