//! The guide: one page for each question that comes up between the first service and the hundredth.
//!
//! 1. [`first_service`]: a server and a client, from nothing.
//! 2. [`idl_files`]: where `.thrift` files go, in one package and in many.
//! 3. [`errors`]: exceptions, failures of handlers, errors at the client.
//! 4. [`connections`]: deadlines, and how a client uses its connections.
//! 5. [`transports`]: addresses, TCP, unix sockets and TLS.
//! 6. [`middleware`]: layers, headers, and what a handler knows of its call.
//! 7. [`shutdown`]: ending a server without losing a call.
//! 8. [`envoy`]: servers behind Envoy's `thrift_proxy`.
//! 9. [`testing`]: mocks, servers in memory.
//! 10. [`own_types`]: Rust types of your own on the wire.
//! 11. [`null_fields`]: services that tell null from empty, such as the Hive Metastore.
//! 12. [`evolution`]: changing an IDL that others use.
//! 13. [`coming_from`]: ThriftPy, Apache's crate, volo and tonic.
//! 14. [`editors`]: a language server for IDL files in VS Code, Neovim, Helix and Zed.
//! 15. [`command_line`]: the command `thriftly`, which calls, serves, watches and measures services.
//! 16. [`generated`]: everything that `thrift!` generates, in a module to click through.
#![cfg_attr(
    feature = "dynamic",
    doc = "17. [`dynamic`]: IDL that is loaded at run time, for gateways, mocks and scripts."
)]
#![cfg_attr(
    feature = "console",
    doc = "16. [`console`]: a page in the browser that shows a service and calls it."
)]
//!
//! The examples are compiled and run as tests, except for fragments that need files of yours, which are
//! shown as text, and a program that waits for a signal, which is only compiled.

#[doc = include_str!("first_service.md")]
pub mod first_service {}

#[doc = include_str!("idl_files.md")]
pub mod idl_files {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("connections.md")]
pub mod connections {}

#[doc = include_str!("transports.md")]
pub mod transports {}

#[doc = include_str!("middleware.md")]
pub mod middleware {}

#[doc = include_str!("shutdown.md")]
pub mod shutdown {}

#[doc = include_str!("envoy.md")]
pub mod envoy {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("own_types.md")]
pub mod own_types {}

#[doc = include_str!("null_fields.md")]
pub mod null_fields {}

#[doc = include_str!("evolution.md")]
pub mod evolution {}

#[doc = include_str!("coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("editors.md")]
pub mod editors {}

#[doc = include_str!("command_line.md")]
pub mod command_line {}

#[cfg(feature = "dynamic")]
#[doc = include_str!("dynamic.md")]
pub mod dynamic {}

#[cfg(feature = "console")]
#[doc = include_str!("console.md")]
pub mod console {}

#[doc = include_str!("generated.md")]
pub mod generated {
    /// The code that `thrift!("store.thrift")` generates from the file on [the page above](crate::guide::generated).
    pub mod store {
        crate::thrift!("src/guide/store.thrift");
    }
}
