//! The console in the browser: its requests and their answers, what other sites cannot do, and the page in a real
//! browser.

mod answers;
mod browser;
mod places;
mod security;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value as Json;
use thriftly::Context;
use thriftly::console::Console;
use thriftly::dynamic::{Idl, Memory, Options};
use tokio::sync::Notify;
use tower_service::Service;

thriftly::thrift!("../../idl/console.thrift");

/// The same IDL at run time, with a file that it includes.
fn idl() -> Idl {
    Idl::load(concat!(env!("CARGO_MANIFEST_DIR"), "/idl/console.thrift")).expect("it is right")
}

/// A text as IDL.
fn idl_of(text: &str) -> Idl {
    let mut files = Memory::default();
    files.insert("main.thrift", text);
    Idl::load_from(&files, "main.thrift", &Options::default()).expect("it is right")
}

/// What has happened in a handler.
#[derive(Default)]
struct Seen {
    notes: AtomicUsize,
    waiting: AtomicUsize,
    go: Notify,
}

#[derive(Clone, Default)]
struct Handler(Arc<Seen>);

impl Store for Handler {
    async fn get(&self, key: String, depth: Depth) -> Result<Entry, GetError> {
        if key == "missing" {
            return Err(NotFound { key }.into());
        }
        let sizes = [(depth, i64::MAX)].into();
        Ok(Entry { key, content: Some(b"hi"[..].into()), sizes, ratio: 0.1, ..Entry::default() })
    }

    async fn put(&self, entry: Entry) -> thriftly::Result<Entry> {
        Ok(entry)
    }

    async fn header(&self, name: String) -> thriftly::Result<String> {
        let value = Context::current().headers().get(&name).unwrap_or("none").to_owned();
        Context::current().set_header("echo", &value);
        Ok(value)
    }

    async fn wait(&self) -> thriftly::Result<()> {
        struct Waiting<'a>(&'a Seen);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.waiting.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.0);
        self.0.go.notified().await;
        Ok(())
    }

    async fn fail(&self) -> thriftly::Result<()> {
        Err(thriftly::Error::other(std::io::Error::other("the password is swordfish")))
    }

    async fn panic(&self) -> thriftly::Result<()> {
        panic!("on purpose")
    }

    async fn note(&self) -> thriftly::Result<()> {
        self.0.notes.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl console_shared::Base for Handler {
    async fn ping(&self) -> thriftly::Result<()> {
        Ok(())
    }
}

/// An answer of a console.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    /// The body as JSON.
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Status and text of an error.
    fn error(&self) -> (u16, String) {
        let text = self.json()["error"]["text"].as_str().map(str::to_owned);
        (self.status.as_u16(), text.unwrap_or_else(|| panic!("no error: {}", self.text)))
    }
}

/// Any service of HTTP.
trait Http:
    Service<Request<Body>, Response = axum::http::Response<Self::Body>, Error: std::fmt::Debug>
{
    /// Its bodies.
    type Body: axum::body::HttpBody<Data = bytes::Bytes, Error: Into<axum::BoxError>>
        + Send
        + 'static;
}

impl<S, B> Http for S
where
    S: Service<Request<Body>, Response = axum::http::Response<B>, Error: std::fmt::Debug>,
    B: axum::body::HttpBody<Data = bytes::Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    type Body = B;
}

/// Asks a console.
async fn ask(console: &mut impl Http, request: Request<Body>) -> Answer {
    let response = console.call(request).await.expect("there is an answer");
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(Body::new(body), usize::MAX).await.expect("the body is there");
    let text = String::from_utf8(bytes.into()).expect("it is text");
    Answer { status: parts.status, headers: parts.headers, text }
}

/// A request to a local console.
fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "127.0.0.1:8080");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("it is a request")
}

fn get(path: &str) -> Request<Body> {
    request("GET", path, &[], Body::empty())
}

fn post(body: impl Into<Body>) -> Request<Body> {
    request("POST", "/call", &[("content-type", "application/json")], body)
}

/// A console for the store in this process.
fn local() -> (impl Http + Clone, Arc<Seen>) {
    let handler = Handler::default();
    let seen = Arc::clone(&handler.0);
    (Console::of_service(&idl(), StoreServer::new(handler)), seen)
}

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what}: never"));
}
