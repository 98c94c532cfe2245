//! What callers are told of a handler that fails: the texts that it chose, and of everything else only
//! that it failed.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use thriftly::{ApplicationErrorKind, Error, ErrorKind, Protocol, Request, Response, blocking};

thriftly::thrift!(inline: "
    exception Missing { 1: string key }
    struct Row { 1: required string value }
    service Store {
        string get(1: string key) throws (1: Missing missing)
        oneway void put(1: string key)
    }
    service Newer extends Store { string newest(1: Row row) }
");

/// A handler with another server behind it, which lacks the method `newest`.
struct Shop {
    behind: BlockingNewerClient,
    memory: BlockingNewerClient<Arc<dyn blocking::Service>>,
}

fn not_utf8() -> Result<String, std::string::FromUtf8Error> {
    String::from_utf8(vec![0xff])
}

impl Shop {
    fn fetch(&self, key: &str) -> Result<String, GetError> {
        match key {
            "missing" => Err(Missing { key: key.into() }.into()),
            "chosen" => Err(Error::application(ApplicationErrorKind::UNKNOWN, "sold out").into()),
            "internal" => Err(Error::internal("the shop burns").into()),
            "source" => Err(Error::internal("closed").with_source("by 10.0.0.1").into()),
            "row" => Ok(thriftly::binary::from_slice::<Row>(&[0])?.value),
            "eof" => Ok(thriftly::compact::from_slice::<Row>(&[0x18, 9])?.value),
            "downstream" => Ok(self.behind.newest(&Row::default())?),
            "memory" => Ok(self.memory.newest(&Row::default())?),
            "kind" => {
                let kind = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
                Err(Error::new(kind, "10.0.0.1").into())
            }
            "declared" => {
                let declared = GetError::from(Missing { key: "10.0.0.1".into() });
                Err(Error::from(declared).into())
            }
            "anyhow" => Ok(anyhow::Context::context(not_utf8(), "10.0.0.1").or_internal()?),
            "io" => Err(Error::from(io::Error::other("/etc/10.0.0.1")).into()),
            "other" => Ok(not_utf8().or_internal()?),
            "text" => Ok(Err("10.0.0.1 is down").or_internal()?),
            "boxed" => {
                let boxed: Box<dyn std::error::Error + Send + Sync> = "10.0.0.1".into();
                Ok(Err(boxed).or_internal()?)
            }
            "again" => Ok(Err(Error::internal("10.0.0.1")).or_internal()?),
            _ => Ok(key.into()),
        }
    }
}

impl BlockingStore for Shop {
    fn get(&self, key: String) -> Result<String, GetError> {
        self.fetch(&key)
    }
    fn put(&self, _: String) -> thriftly::Result<()> {
        Err(Error::internal("nobody is told"))
    }
}

impl Store for Shop {
    async fn get(&self, key: String) -> Result<String, GetError> {
        self.fetch(&key)
    }
    async fn put(&self, _: String) -> thriftly::Result<()> {
        Err(Error::internal("nobody is told"))
    }
}

fn serve_blocking(service: impl blocking::Service) -> SocketAddr {
    let server = blocking::Server::new(service).bind("127.0.0.1:0").expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    address
}

/// A shop, and a shop behind it.
fn shop() -> Shop {
    let nowhere = BlockingNewerClient::connect(serve_blocking(Deaf)).expect("it listens");
    let in_memory = || BlockingNewerClient::new(Arc::new(Deaf) as Arc<dyn blocking::Service>);
    let behind = Shop { behind: nowhere, memory: in_memory() };
    let behind = serve_blocking(BlockingStoreServer::new(behind));
    let memory = Shop {
        behind: BlockingNewerClient::connect(behind).expect("it listens"),
        memory: in_memory(),
    };
    Shop {
        behind: BlockingNewerClient::connect(behind).expect("it listens"),
        memory: BlockingNewerClient::new(Arc::new(BlockingStoreServer::new(memory))),
    }
}

/// Has no methods.
struct Deaf;

impl blocking::Service for Deaf {
    fn call(&self, request: Request) -> thriftly::Result<Response> {
        Ok(Response::none(request.protocol))
    }
}

/// What the caller of `get` is told.
const TOLD: [(&str, ApplicationErrorKind, &str); 15] = [
    ("chosen", ApplicationErrorKind::UNKNOWN, "sold out"),
    ("internal", ApplicationErrorKind::INTERNAL_ERROR, "the shop burns"),
    ("source", ApplicationErrorKind::INTERNAL_ERROR, "closed"),
    ("row", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("eof", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("downstream", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("memory", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("kind", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("declared", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("io", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("other", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("text", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("anyhow", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("boxed", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
    ("again", ApplicationErrorKind::INTERNAL_ERROR, "internal error"),
];

fn check(address: SocketAddr) {
    let client = BlockingStoreClient::connect(address).expect("it listens");
    for (key, kind, message) in TOLD {
        match client.get(key) {
            Err(GetError::Other(error)) => {
                assert_eq!(error.kind(), ErrorKind::Application(kind), "{key}: {error}");
                assert!(error.to_string().ends_with(message), "{key}: {error}");
                assert!(!error.to_string().contains("10.0.0.1"), "{key}: {error}");
            }
            other => panic!("{key}: {other:?}"),
        }
    }
    assert!(matches!(client.get("missing"), Err(GetError::Missing(_))));
    client.put("a").expect("nobody waits for the answer");
    assert_eq!(client.get("a").expect("no error"), "a");

    // Arguments that do not decode are the caller's fault, and it is told which.
    let channel = blocking::ClientBuilder::<blocking::Channel>::new().framed().connect(address);
    let channel = channel.expect("it listens");
    for (body, why) in [
        (&[11, 0, 1, 0, 0, 0, 1, 0xff, 0][..], "key"),
        (&[11, 0, 1, 0, 0, 0, 9, 0], "key"),
        (&[], "expected"),
    ] {
        let request = Request::new("get", Protocol::Binary, body.to_vec().into());
        let response = blocking::Service::call(&channel, request).expect("answered");
        let error: thriftly::ApplicationError =
            thriftly::binary::from_slice(&response.body.into_bytes()).expect("an exception");
        assert_eq!(error.kind, ApplicationErrorKind::PROTOCOL_ERROR);
        assert!(error.message.contains(why), "{error:?}");
    }
}

/// Unknown methods are named, however odd their names are.
fn check_names(address: SocketAddr) {
    let channel = blocking::ClientBuilder::<blocking::Channel>::new().framed().connect(address);
    let channel = channel.expect("it listens");
    for (name, told) in [
        ("nothing".to_owned(), "unknown method `nothing`"),
        (String::new(), "unknown method ``"),
        ("a\0b\n".to_owned(), "unknown method `a\\0b\\n`"),
        ("x".repeat(1 << 20), "x… (1048576 bytes)`"),
    ] {
        let request = Request::new(name, Protocol::Binary, vec![0].into());
        let response = blocking::Service::call(&channel, request).expect("answered");
        let error: thriftly::ApplicationError =
            thriftly::binary::from_slice(&response.body.into_bytes()).expect("an exception");
        assert_eq!(error.kind, ApplicationErrorKind::UNKNOWN_METHOD);
        assert!(error.message.ends_with(told) && error.message.len() < 200, "{error:?}");
    }
}

#[test]
fn a_blocking_server_sends_the_error_chosen_by_the_handler() {
    let address = serve_blocking(BlockingStoreServer::new(shop()));
    check(address);
    check_names(address);
}

#[test]
fn an_async_server_sends_the_error_chosen_by_the_handler_also_through_a_layer() {
    let runtime = tokio::runtime::Runtime::new().expect("it can be built");
    let layer = thriftly::from_fn(|request, next| next.run(request));
    let store = StoreServer::new(shop());
    let layered = thriftly::Server::new(store.clone()).layer(layer).bind("127.0.0.1:0");
    let server = thriftly::Server::new(store).bind("127.0.0.1:0");
    let (server, layered) = runtime.block_on(async { (server.await, layered.await) });
    let (server, layered) = (server.expect("port 0 is free"), layered.expect("port 0 is free"));
    let addresses = [server.local_addr(), layered.local_addr()];
    runtime.spawn(server.serve());
    runtime.spawn(layered.serve());
    for address in addresses {
        let address = address.socket_addr().expect("TCP");
        check(address);
        check_names(address);
    }
}

#[test]
fn an_async_service_of_a_blocking_server_sends_the_error_chosen_by_the_handler() {
    let address = serve_blocking(blocking::BlockOn::new(StoreServer::new(shop())));
    check(address);
    check_names(address);
}
