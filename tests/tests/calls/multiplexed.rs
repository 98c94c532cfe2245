//! Several services on one port: `Service:method`, default services, unknown services, layers and
//! typed clients over one channel; async, blocking, and as raw bytes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thriftly::{
    ApplicationErrorKind, Channel, ClientBuilder, Context, ErrorKind, Framing, Layer, Multiplexed,
    NamedService, Protocol, Request, Server, ThriftService, blocking,
};

thriftly::thrift!(inline: "
    exception Missing { 1: string key }
    service Base { string whoami() }
    service Store extends Base { string get(1: string key) throws (1: Missing missing), oneway void drop_all() }
    service Admin { string whoami(), i32 size() }
");

#[derive(Clone)]
struct Handler(Arc<Mutex<Vec<String>>>);

impl Handler {
    fn new() -> Handler {
        Handler(Arc::default())
    }

    fn whoami() -> String {
        let context = Context::current();
        format!("{}.{}", context.service().unwrap_or("none"), context.method())
    }

    fn get(key: String) -> Result<String, GetError> {
        if key.is_empty() { Err(Missing { key }.into()) } else { Ok(key) }
    }

    fn note(&self) {
        self.0.lock().expect("nobody panics").push(Handler::whoami());
    }
}

impl Base for Handler {
    async fn whoami(&self) -> thriftly::Result<String> {
        Ok(Handler::whoami())
    }
}

impl Store for Handler {
    async fn get(&self, key: String) -> Result<String, GetError> {
        Handler::get(key)
    }
    async fn drop_all(&self) -> thriftly::Result<()> {
        self.note();
        Ok(())
    }
}

impl Admin for Handler {
    async fn whoami(&self) -> thriftly::Result<String> {
        Ok(Handler::whoami())
    }
    async fn size(&self) -> thriftly::Result<i32> {
        Ok(2)
    }
}

impl BlockingBase for Handler {
    fn whoami(&self) -> thriftly::Result<String> {
        Ok(Handler::whoami())
    }
}

impl BlockingStore for Handler {
    fn get(&self, key: String) -> Result<String, GetError> {
        Handler::get(key)
    }
    fn drop_all(&self) -> thriftly::Result<()> {
        self.note();
        Ok(())
    }
}

impl BlockingAdmin for Handler {
    fn whoami(&self) -> thriftly::Result<String> {
        Ok(Handler::whoami())
    }
    fn size(&self) -> thriftly::Result<i32> {
        Ok(2)
    }
}

fn services(handler: &Handler) -> Server<Multiplexed> {
    Server::builder()
        .add(StoreServer::new(handler.clone()))
        .add(AdminServer::new(handler.clone()))
        .add_as("Other", AdminServer::new(handler.clone()))
}

fn blocking_services(handler: &Handler) -> blocking::Server<blocking::Multiplexed> {
    blocking::Server::builder()
        .add(BlockingStoreServer::new(handler.clone()))
        .add(BlockingAdminServer::new(handler.clone()))
        .add_as("Other", BlockingAdminServer::new(handler.clone()))
}

async fn serve<S>(server: Server<S>) -> SocketAddr
where
    S: ThriftService<Future: 'static> + 'static,
{
    let server = server.bind("127.0.0.1:0").await.expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    address
}

fn serve_blocking<S: blocking::Service>(server: blocking::Server<S>) -> SocketAddr {
    let server = server.bind("127.0.0.1:0").expect("it is bound");
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    address
}

/// Async servers and blocking ones, which have the same services.
async fn both(
    asynchronous: Server<Multiplexed>,
    blocking: blocking::Server<blocking::Multiplexed>,
) -> [SocketAddr; 2] {
    [serve(asynchronous).await, serve_blocking(blocking)]
}

const UNKNOWN: ErrorKind = ErrorKind::Application(ApplicationErrorKind::UNKNOWN_METHOD);

#[tokio::test(flavor = "multi_thread")]
async fn typed_clients_share_a_channel() {
    let handler = Handler::new();
    for address in both(services(&handler), blocking_services(&handler)).await {
        for (framing, protocol) in
            [(Framing::Unframed, Protocol::Binary), (Framing::Framed, Protocol::Compact)]
        {
            let channel: Channel = ClientBuilder::new()
                .framing(framing)
                .protocol(protocol)
                .connect(address)
                .await
                .expect("connected");
            let store = StoreClient::new(channel.clone()).multiplexed("Store");
            let admin = AdminClient::new(channel.clone()).multiplexed(<AdminClient>::NAME);
            let other = AdminClient::new(channel).multiplexed(String::from("Other"));
            assert_eq!(store.get("a").await.expect("found"), "a");
            assert!(matches!(store.get("").await, Err(GetError::Missing(_))));
            assert_eq!(store.whoami().await.expect("answered"), "Store.whoami");
            assert_eq!(admin.whoami().await.expect("answered"), "Admin.whoami");
            assert_eq!(other.whoami().await.expect("answered"), "Other.whoami");
            assert_eq!(admin.size().await.expect("answered"), 2);
            store.drop_all().await.expect("sent");
            store.whoami().await.expect("answered after the oneway call");
        }
    }
    assert_eq!(*handler.0.lock().expect("nobody panics"), ["Store.drop_all"; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn builders_set_the_service_of_their_client() {
    let handler = Handler::new();
    for address in both(services(&handler), blocking_services(&handler)).await {
        let plain = StoreClient::builder().multiplexed("Store").connect(address).await;
        assert_eq!(plain.expect("connected").whoami().await.expect("answered"), "Store.whoami");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let client = StoreClient::builder()
            .multiplexed("Store")
            .layer(watch(&seen))
            .connect(address)
            .await
            .expect("connected");
        assert_eq!(client.whoami().await.expect("answered"), "Store.whoami");
        assert_eq!(*seen.lock().expect("nobody panics"), ["Store:whoami"]);
        let blocking = tokio::task::spawn_blocking(move || {
            let client = BlockingStoreClient::builder().multiplexed("Store").connect(address)?;
            let name = client.whoami()?;
            // The same connection for another service.
            let admin = BlockingAdminClient::new(client.into_channel()).multiplexed("Admin");
            Ok::<_, thriftly::Error>((name, admin.size()?))
        });
        let blocking = blocking.await.expect("no panic").expect("answered");
        assert_eq!(blocking, ("Store.whoami".to_owned(), 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_service_is_answered_and_the_connection_stays() {
    let handler = Handler::new();
    for address in both(services(&handler), blocking_services(&handler)).await {
        let channel: Channel =
            ClientBuilder::new().max_connections(1).connect(address).await.expect("connected");
        let unknown = StoreClient::new(channel.clone()).multiplexed("Stores");
        let error = unknown.whoami().await.expect_err("there is none");
        assert_eq!(error.kind(), UNKNOWN);
        assert!(error.message().ends_with("unknown service `Stores`"), "{error}");
        let plain = StoreClient::new(channel.clone());
        let error = plain.whoami().await.expect_err("there is no default");
        assert_eq!(error.kind(), UNKNOWN);
        assert!(error.message().ends_with("the call of `whoami` names no service"), "{error}");
        let wrong = AdminClient::new(channel.clone()).multiplexed("Store");
        let error = wrong.size().await.expect_err("it has no such method");
        assert!(error.message().ends_with("unknown method `Store:size`"), "{error}");
        let store = StoreClient::new(channel).multiplexed("Store");
        assert_eq!(store.whoami().await.expect("answered"), "Store.whoami");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_without_a_prefix_reach_the_default_service() {
    let handler = Handler::new();
    let asynchronous = services(&handler).default_service(AdminServer::new(handler.clone()));
    let blocking =
        blocking_services(&handler).default_service(BlockingAdminServer::new(handler.clone()));
    for address in both(asynchronous, blocking).await {
        let channel: Channel = ClientBuilder::new().connect(address).await.expect("connected");
        let admin = AdminClient::new(channel.clone());
        assert_eq!(admin.whoami().await.expect("answered"), "none.whoami");
        let store = StoreClient::new(channel.clone()).multiplexed("Store");
        assert_eq!(store.whoami().await.expect("answered"), "Store.whoami");
        // The default is not for names that are unknown.
        let unknown = AdminClient::new(channel).multiplexed("Admins");
        assert_eq!(unknown.whoami().await.expect_err("there is none").kind(), UNKNOWN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_services_are_refused_when_the_server_is_bound() {
    let store = || StoreServer::new(Handler::new());
    let refused = [
        (
            Server::builder().add(store()).add_as("Store", store()),
            "two services have the name `Store`",
        ),
        (Server::builder().add_as("", store()).add(store()), "no call can name the service ``"),
        (Server::builder().add_as("a:b", store()), "no call can name the service `a:b`"),
        (
            Server::builder().default_service(store()).default_service(store()),
            "two services are the default",
        ),
        (
            Server::builder(),
            "the server has no service: `Server::builder()` expects `.add(service)`",
        ),
    ];
    for (server, expected) in refused {
        let error = server.clone().bind("127.0.0.1:0").await.expect_err("refused");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Settings, expected));
        let error = StoreClient::builder().connect_with(server.in_memory()).await;
        assert!(error.expect_err("refused").to_string().contains(expected));
    }
    let store = || BlockingStoreServer::new(Handler::new());
    let server = blocking::Server::builder().add(store()).add(store());
    let error = server.bind("127.0.0.1:0").expect_err("refused");
    assert_eq!(error.message(), "two services have the name `Store`");
    let error = blocking::Multiplexed::new().add_as(":", store()).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Settings);
}

type Seen = Arc<Mutex<Vec<String>>>;

/// Notes the names of methods.
fn watch<S: ThriftService<Future: 'static> + Sync + 'static>(
    seen: &Seen,
) -> impl Layer<S, Service: ThriftService<Future: 'static> + Sync + 'static> + use<S> {
    let seen = Arc::clone(seen);
    thriftly::from_fn(move |request: Request, next: thriftly::Next| {
        seen.lock().expect("nobody panics").push(request.method.as_str().to_owned());
        next.run(request)
    })
}

#[tokio::test]
async fn layers_are_around_one_service_or_all_of_them() {
    let (one, all) = (Seen::default(), Seen::default());
    let log = {
        let one = Arc::clone(&one);
        thriftly::from_fn(move |request: Request, next: thriftly::Next| {
            one.lock().expect("nobody panics").push(request.method.as_str().to_owned());
            next.run(request)
        })
    };
    let handler = Handler::new();
    let server = Server::builder()
        // A layer keeps the name of its service.
        .add(log.layer(StoreServer::new(handler.clone())))
        .add(thriftly::SpawnBlocking::new(BlockingAdminServer::new(handler)))
        .layer(watch(&all));
    let address = serve(server).await;
    let channel: Channel = ClientBuilder::new().connect(address).await.expect("connected");
    let store = StoreClient::new(channel.clone()).multiplexed("Store");
    let admin = AdminClient::new(channel).multiplexed("Admin");
    assert_eq!(store.get("a").await.expect("found"), "a");
    assert_eq!(admin.whoami().await.expect("answered"), "Admin.whoami");
    assert_eq!(*one.lock().expect("nobody panics"), ["get"]);
    assert_eq!(*all.lock().expect("nobody panics"), ["Store:get", "Admin:whoami"]);
}

#[tokio::test]
async fn a_channel_is_a_service_and_forwards_plain_calls() {
    let behind = serve(Server::new(AdminServer::new(Handler::new()))).await;
    let channel: Channel = ClientBuilder::new().connect(behind).await.expect("connected");
    let front = serve(Server::builder().add_as("Admin", channel)).await;
    let client =
        AdminClient::builder().multiplexed("Admin").connect(front).await.expect("connected");
    assert_eq!(client.size().await.expect("answered"), 2);
    assert_eq!(client.whoami().await.expect("answered"), "none.whoami");
}

fn exchange(address: SocketAddr, calls: &[(&[u8], &[u8])]) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a valid time");
    for (call, expected) in calls {
        stream.write_all(call).expect("it reads");
        let mut reply = vec![0; expected.len()];
        stream.read_exact(&mut reply).expect("it answers");
        assert_eq!(reply.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_have_the_plain_name_on_the_wire() {
    let handler = Handler::new();
    let calls: [(&[u8], &[u8]); 3] = [
        (
            b"\x80\x01\0\x01\0\0\0\x0aAdmin:size\0\0\0\x07\0",
            b"\x80\x01\0\x02\0\0\0\x04size\0\0\0\x07\x08\0\0\0\0\0\x02\0",
        ),
        (
            b"\x80\x01\0\x01\0\0\0\x06Nx:get\0\0\0\x08\0",
            b"\x80\x01\0\x03\0\0\0\x03get\0\0\0\x08\x0b\0\x01\0\0\0\x14unknown service `Nx`\x08\0\x02\0\0\0\x01\0",
        ),
        (
            b"\x80\x01\0\x01\0\0\0\x0aOther:size\0\0\0\x09\0",
            b"\x80\x01\0\x02\0\0\0\x04size\0\0\0\x09\x08\0\0\0\0\0\x02\0",
        ),
    ];
    for address in both(services(&handler), blocking_services(&handler)).await {
        tokio::task::spawn_blocking(move || exchange(address, &calls)).await.expect("no panic");
    }
}

/// Finagle clients ask with this call whether a server speaks TTwitter; an exception is "no".
#[tokio::test(flavor = "multi_thread")]
async fn the_finagle_upgrade_is_refused_and_the_connection_stays() {
    let handler = Handler::new();
    let probe = b"\x80\x01\0\x01\0\0\0\x1b__can__finagle__trace__v3__\0\0\0\0\0";
    let size: (&[u8], &[u8]) = (
        b"\x80\x01\0\x01\0\0\0\x04size\0\0\0\x01\0",
        b"\x80\x01\0\x02\0\0\0\x04size\0\0\0\x01\x08\0\0\0\0\0\x02\0",
    );
    let refusal = b"\x80\x01\0\x03\0\0\0\x1b__can__finagle__trace__v3__\0\0\0\0\x0b\0\x01\0\0\0\x2cunknown method `__can__finagle__trace__v3__`\x08\0\x02\0\0\0\x01\0";
    let framed = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    for address in [
        serve(Server::new(AdminServer::new(handler.clone()))).await,
        serve_blocking(blocking::Server::new(BlockingAdminServer::new(handler.clone()))),
        serve(services(&handler).default_service(AdminServer::new(handler.clone()))).await,
    ] {
        tokio::task::spawn_blocking(move || {
            exchange(address, &[(probe, refusal), size]);
            let (probe, refusal) = (framed(probe), framed(refusal));
            let (call, reply) = (framed(size.0), framed(size.1));
            exchange(address, &[(&probe, &refusal), (&call, &reply)]);
        })
        .await
        .expect("no panic");
    }
}
