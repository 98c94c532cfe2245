//! Layers around servers and clients, async and blocking.

use std::sync::{Arc, Mutex};

use thriftly::{
    ApplicationErrorKind, Context, Error, ErrorKind, Layer, Request, Response, Server,
    ThriftService, blocking,
};

thriftly::thrift!(inline: "
    exception Odd { 1: i32 number }
    service Half { i32 half(1: i32 number) throws (1: Odd odd), string user() }
");

struct User(String);

struct Handler;

fn half(number: i32) -> Result<i32, HalfError> {
    if number % 2 == 1 { Err(Odd { number }.into()) } else { Ok(number / 2) }
}

fn user() -> thriftly::Result<String> {
    let context = Context::current();
    let user = context.extensions().get::<User>();
    Ok(user.ok_or_else(|| Error::internal("nobody"))?.0.clone())
}

impl Half for Handler {
    async fn half(&self, number: i32) -> Result<i32, HalfError> {
        half(number)
    }
    async fn user(&self) -> thriftly::Result<String> {
        user()
    }
}

impl BlockingHalf for Handler {
    fn half(&self, number: i32) -> Result<i32, HalfError> {
        half(number)
    }
    fn user(&self) -> thriftly::Result<String> {
        user()
    }
}

type Seen = Arc<Mutex<Vec<String>>>;

fn note(seen: &Seen, text: impl Into<String>) {
    seen.lock().expect("nobody panics").push(text.into());
}

/// Notes what passes, and names a user.
fn watch<S: ThriftService + Sync + 'static>(
    name: &'static str,
    seen: &Seen,
) -> impl Layer<S, Service: ThriftService + Sync + 'static> + use<S> {
    let seen = Arc::clone(seen);
    thriftly::from_fn(move |mut request: Request, next: thriftly::Next| {
        let seen = Arc::clone(&seen);
        async move {
            note(&seen, name);
            request.extensions.insert(User(name.into()));
            let response = next.run(request).await;
            if response.as_ref().is_ok_and(Response::is_declared_exception) {
                note(&seen, format!("{name}: an exception"));
            }
            response
        }
    })
}

#[tokio::test]
async fn async_layers_stand_around_each_other() {
    let seen = Seen::default();
    let server = Server::new(HalfServer::new(Handler))
        .layer(watch("inner server", &seen))
        .layer(watch("outer server", &seen))
        .bind("127.0.0.1:0")
        .await
        .expect("it is bound");
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let client = HalfClient::builder()
        .framed()
        .protocol(thriftly::Protocol::Compact)
        .layer(watch("inner client", &seen))
        .layer(watch("outer client", &seen))
        .connect(address)
        .await
        .expect("it is served");
    let order = ["outer client", "inner client", "outer server", "inner server"];
    assert_eq!(client.half(4).await.expect("it is even"), 2);
    assert_eq!(std::mem::take(&mut *seen.lock().expect("nobody panics")), order);
    assert_eq!(client.user().await.expect("the layer before it"), "inner server");
    seen.lock().expect("nobody panics").clear();
    assert!(matches!(client.half(5).await, Err(HalfError::Odd(_))));
    let exceptions = order.iter().rev().map(|name| format!("{name}: an exception"));
    let all: Vec<_> = order.iter().map(|&name| name.to_owned()).chain(exceptions).collect();
    assert_eq!(*seen.lock().expect("nobody panics"), all);
}

#[tokio::test]
async fn a_layer_leaves_the_errors_of_its_service_as_they_are() -> thriftly::Result<()> {
    thriftly::thrift!(inline: "service Other { void other() }");
    let layer = thriftly::from_fn(|request, next: thriftly::Next| next.run(request));
    let layered = layer.layer(HalfServer::new(Handler));
    let asynchronous = Server::new(layered.clone()).bind("127.0.0.1:0").await?;
    let blocking = blocking::Server::new(blocking::BlockOn::new(layered)).bind("127.0.0.1:0")?;
    let addresses = [asynchronous.local_addr().clone(), blocking.local_addr().clone()];
    tokio::spawn(asynchronous.serve());
    std::thread::spawn(|| blocking.serve());
    for address in addresses {
        let error = OtherClient::connect(&address).await?.other().await.expect_err("it is unknown");
        let unknown = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);
        assert_eq!(error.kind(), unknown, "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_layer_may_answer_itself() {
    let refuse = thriftly::from_fn(|_, _| async { Err::<Response, _>(Error::internal("closed")) });
    let client = HalfClient::new(refuse.layer(HalfServer::new(Handler)));
    assert!(client.half(4).await.expect_err("refused").to_string().contains("closed"));
    // A layer of another kind around a channel that is made later.
    let client = HalfClient::builder().layer(refuse).connect_lazy("127.0.0.1:1").expect("later");
    assert!(client.half(4).await.expect_err("refused").to_string().contains("closed"));
}

#[test]
fn blocking_layers_stand_around_each_other() {
    let seen = Seen::default();
    let watch = |name: &'static str| {
        let seen = Arc::clone(&seen);
        blocking::from_fn(move |mut request: Request, next: blocking::Next<'_>| {
            note(&seen, name);
            request.extensions.insert(User(name.into()));
            next.run(request)
        })
    };
    let server = blocking::Server::new(BlockingHalfServer::new(Handler))
        .layer(watch("inner server"))
        .layer(watch("outer server"))
        .bind("127.0.0.1:0")
        .expect("it is bound");
    let address = server.local_addr();
    std::thread::spawn(move || server.serve());
    let client = BlockingHalfClient::builder()
        .layer(watch("inner client"))
        .layer(watch("outer client"))
        .connect(address)
        .expect("it is served");
    assert_eq!(client.half(4).expect("it is even"), 2);
    let order = ["outer client", "inner client", "outer server", "inner server"];
    assert_eq!(*seen.lock().expect("nobody panics"), order);
    assert_eq!(client.user().expect("the layer before it"), "inner server");
}

/// Each example fails if its calls do not end as it says.
#[test]
fn the_examples_of_middleware_metrics_and_traces_run_to_their_end() {
    for name in ["middleware", "balance", "prometheus", "opentelemetry"] {
        let output = std::process::Command::new(thriftly_tests::peers::example(name)).output();
        let output = output.expect("it is built");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
