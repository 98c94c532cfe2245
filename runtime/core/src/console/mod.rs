//! A console in the browser for a live service, with the feature `console`: its methods and types with
//! their docs, forms for their arguments, and the answers.
//!
//! A [`Console`] is a `tower` service of HTTP. It calls through a [`Client`](crate::dynamic::Client), over any
//! channel, or straight [to a service](Console::of_service) of the same process, as in axum beside the
//! service:
//!
//! ```
//! use thriftly::console::Console;
//! use thriftly::dynamic::Idl;
//! use thriftly::http::HttpService;
//!
//! const IDL: &str = "service Adder { i32 add(1: i32 a, 2: i32 b) }";
//! thriftly::thrift!(inline: "service Adder { i32 add(1: i32 a, 2: i32 b) }");
//!
//! struct Sum;
//!
//! impl Adder for Sum {
//!     async fn add(&self, a: i32, b: i32) -> thriftly::Result<i32> {
//!         Ok(a.wrapping_add(b))
//!     }
//! }
//!
//! # fn main() -> thriftly::Result<()> {
//! let service = AdderServer::new(Sum);
//! let console = Console::of_service(&Idl::load_str(IDL)?, service.clone());
//! let routes: axum::Router = axum::Router::new()
//!     .route_service("/thrift", HttpService::new(service))
//!     .nest_service("/console", console);
//! # drop(routes);
//! # Ok(())
//! # }
//! ```
//!
//! A program without an HTTP server [binds](Console::bind) a console to a port of its own. On the command
//! line, `thriftly console --idl store.thrift 127.0.0.1:9090` does so for any server.
//!
//! # Who may use it
//!
//! Whoever can open the page can call every method of the service. The page asks for no password: bind it to
//! loopback, or put it behind whatever protects other pages for operators.
//!
//! Pages of other sites cannot use the console of somebody who has it open, or runs it:
//!
//! - A request has to name the console in `Host` by an IP address, as `localhost`, or by a name that was
//!   [allowed](Console::allow_host), so that a site cannot point its own name at it (DNS rebinding).
//! - A request with an `Origin` other than the console's own, and one that the browser marks as from another
//!   site, is refused.
//! - Calls have to have the content type `application/json`, which browsers do not send to other sites without
//!   asking first.
//! - A link to the page may fill in a call, but never makes it.
//!
//! Texts of the IDL and of answers are shown as text, never as HTML. The page loads nothing from elsewhere, its
//! content security policy allows only the console's own script and style, and no site may frame it.
//!
//! # Requests
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | the page |
//! | `GET /idl.json` | services, methods and types for the page; the format may change |
//! | `POST /call` | the answer to a call |
//!
//! A call is an object of `method` (`Store.get`, or `get` if only one service has it), and optionally
//! `arguments` (by their names, or a list in their order; JSON as of
//! [`Value`](crate::dynamic::Value#json-and-serde)), `headers` (an object of texts) and `timeout_ms`. The answer
//! is an object with one of three keys, beside `headers` and `elapsed_ms`:
//!
//! | key | status | value |
//! |---|---|---|
//! | `result` | 200 | the result; `null` for `void` and oneway methods |
//! | `exception` | 200 | a declared exception: an object of its name and its fields |
//! | `error` | 400 and above | an object of `kind`, `path` (of the argument, or empty), `message`, and `text`, which has all of it |
//!
//! The status of an error is 400 if there was no call, because the arguments do not fit, 504 if the deadline
//! passed, and 502 for all other failures of a call. Requests are refused with 403 (another site or host), 404,
//! 405, 408 (the body did not arrive in time), 413, 415 (no JSON), and 503 (too many calls).
//!
//! ```console
//! $ curl -H 'Content-Type: application/json' -d '{"method": "Store.get", "arguments": {"key": "a"}}' \
//!       http://127.0.0.1:8080/call
//! ```

mod call;
mod description;
mod guard;
mod local;
mod page;
mod reply;
mod server;
mod service;

pub use local::Local;
pub use reply::ConsoleBody;
pub use server::BoundConsole;
pub use service::Console;
