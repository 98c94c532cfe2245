//! The types as pilota generates them.

#[allow(warnings, clippy::all, reason = "it is generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/peers.rs"));
}

pub use generated::peers::{bench::*, more::*};
