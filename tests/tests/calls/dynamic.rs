//! Services that are loaded at run time: their clients and handlers among generated ones, async and blocking.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use thriftly::dynamic::{
    BlockingHandlers, Call, CallError, Client, Handlers, Idl, Kind, List, Memory, Options, Value,
};
use thriftly::{
    ApplicationErrorKind, Channel, ClientBuilder, Context, Error, ErrorKind, Framing, Protocol,
    Request, Server, blocking,
};

use thriftly_tests::peers::{Program, example};

thriftly::thrift!("../../idl/dynamic.thrift");

const PROTOCOLS: [Protocol; 5] = [
    Protocol::Binary,
    Protocol::BinaryOld,
    Protocol::Compact,
    Protocol::Json,
    Protocol::ThriftPyJson,
];

fn idl() -> Idl {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("idl/dynamic.thrift");
    Idl::load(path).expect("it has no errors")
}

fn entry(key: &str) -> Entry {
    Entry {
        key: key.into(),
        content: Content::Blob(vec![7; 5000].into()),
        tags: Some(["a".into(), "b".into()].into()),
        weights: [("x".into(), 0.5)].into(),
        ..Entry::default()
    }
}

struct Handler {
    notes: mpsc::Sender<String>,
}

fn get(key: String, depth: Depth, fresh: Option<bool>) -> Result<Entry, GetError> {
    match key.as_str() {
        "missing" => Err(NotFound { key, message: "no such entry".into() }.into()),
        "denied" => Err(Denied { who: "nobody".into() }.into()),
        "broken" => Err(Error::internal("the disk is full").into()),
        _ => Ok(Entry {
            version: depth.number() * 10 + i32::from(fresh == Some(true)),
            ..entry(&key)
        }),
    }
}

impl Base for Handler {
    async fn whoami(&self) -> thriftly::Result<String> {
        Ok(Context::current().service().unwrap_or("none").to_owned())
    }
}

impl Store for Handler {
    async fn get(&self, key: String, depth: Depth, fresh: Option<bool>) -> Result<Entry, GetError> {
        get(key, depth, fresh)
    }
    async fn put(&self, entry: Entry) -> Result<(), PutError> {
        match entry.key == "denied" {
            true => Err(Denied { who: entry.key }.into()),
            false => Ok(()),
        }
    }
    async fn page(&self, from: i32, count: i32) -> thriftly::Result<Vec<Entry>> {
        Ok((from..from + count).map(|at| entry(&at.to_string())).collect())
    }
    async fn note(&self, text: String) -> thriftly::Result<()> {
        self.notes.send(text).map_err(Error::other)
    }
}

impl Admin for Handler {
    async fn whoami(&self) -> thriftly::Result<String> {
        Ok("admin".into())
    }
    async fn size(&self) -> thriftly::Result<i64> {
        Ok(1 << 40)
    }
}

/// The handler of [`Handler`], by names.
fn dynamic_get(call: &Call) -> Result<Value, CallError> {
    let key = call["key"].clone();
    match key.as_str().unwrap_or_default() {
        "missing" => {
            let fields = [("key", key), ("message", "no such entry".into())];
            Err(call.exception("NotFound", fields))
        }
        "denied" => Err(call.exception("Denied", [("who", "nobody")])),
        "broken" => Err(Error::internal("the disk is full").into()),
        _ => {
            let number = call["depth"].as_i64().expect("it has a default");
            let fresh = call["fresh"].as_bool() == Some(true);
            let content = Value::from([("blob", thriftly::Bytes::from(vec![7; 5000]))]);
            Ok(Value::from([
                ("key", key),
                ("content", content),
                ("version", (number * 10 + i64::from(fresh)).into()),
                ("tags", vec!["b", "a"].into()),
                ("weights", [("x", 0.5)].into()),
            ]))
        }
    }
}

fn dynamic_page(call: &Call) -> Result<Value, CallError> {
    let number = |name| call[name].as_i64().expect("it is there");
    let keys = number("from")..number("from") + number("count");
    Ok(keys.map(|key| Value::from([("key", key.to_string())])).collect::<Vec<_>>().into())
}

fn dynamic_put(call: &Call) -> Result<Value, CallError> {
    match call["entry"]["key"].as_str() {
        Some("denied") => Err(call.exception("Denied", [("who", "denied")])),
        _ => Ok(Value::Null),
    }
}

fn handlers(notes: mpsc::Sender<String>) -> thriftly::Result<Handlers> {
    Handlers::new(idl().service("Store")?)
        .on("get", async |call| dynamic_get(&call))?
        .on("put", async |call| dynamic_put(&call))?
        .on("page", async |call| dynamic_page(&call))?
        .on("whoami", async |_| Ok(Context::current().service().unwrap_or("none").to_owned()))?
        .on("note", move |call| {
            let sent = notes.send(call["text"].as_str().unwrap_or_default().to_owned());
            async { sent.map_err(|error| Error::other(error).into()) }
        })
}

fn blocking_handlers(notes: mpsc::Sender<String>) -> thriftly::Result<BlockingHandlers> {
    BlockingHandlers::new(idl().service("Store")?)
        .on("get", |call| dynamic_get(&call))?
        .on("put", |call| dynamic_put(&call))?
        .on("page", |call| dynamic_page(&call))?
        .on("whoami", |_| Ok(Context::current().service().unwrap_or("none").to_owned()))?
        .on("note", move |call| {
            let text = call["text"].as_str().unwrap_or_default().to_owned();
            notes.send(text).map_err(|error| Error::other(error).into())
        })
}

/// Calls all methods by a client that is generated.
async fn check_server(client: StoreClient, notes: &mpsc::Receiver<String>) {
    let found = client.get("a", Depth::Shallow, Some(true)).await.expect("there is an entry");
    assert_eq!(found, Entry { version: 11, ..entry("a") });
    match client.get("missing", Depth::Deep, None).await {
        Err(GetError::NotFound(NotFound { key, message })) => {
            assert_eq!((&*key, &*message), ("missing", "no such entry"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        client.get("denied", Depth::Deep, None).await,
        Err(GetError::Denied(Denied { who })) if who == "nobody"
    ));
    match client.get("broken", Depth::Deep, None).await {
        Err(GetError::Other(error)) => {
            let internal = ApplicationErrorKind::INTERNAL_ERROR;
            assert_eq!(error.kind(), ErrorKind::Application(internal));
            assert_eq!(error.message(), "the disk is full");
        }
        other => panic!("{other:?}"),
    }
    client.put(&entry("a")).await.expect("it is put");
    assert!(matches!(client.put(&entry("denied")).await, Err(PutError::Denied(_))));
    let page = client.page(3, 4).await.expect("there is a page");
    let keys: Vec<_> = page.iter().map(|entry| (&*entry.key, entry.version)).collect();
    assert_eq!(keys, [("3", 1), ("4", 1), ("5", 1), ("6", 1)]);
    assert_eq!(client.whoami().await.expect("it is inherited"), "none");
    client.note("hello").await.expect("it is sent");
    assert_eq!(notes.recv_timeout(Duration::from_secs(60)).as_deref(), Ok("hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_clients_call_loaded_handlers_in_every_protocol() -> thriftly::Result<()> {
    let (sender, notes) = mpsc::channel();
    let server = Server::new(handlers(sender.clone())?).bind("127.0.0.1:0").await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let blocking = blocking::Server::new(blocking_handlers(sender)?).bind("127.0.0.1:0")?;
    let (blocking_address, handle) = (blocking.local_addr(), blocking.handle());
    let thread = std::thread::spawn(move || blocking.serve());
    for protocol in PROTOCOLS {
        for framing in [Framing::Unframed, Framing::Framed, Framing::Header] {
            if framing == Framing::Header && protocol == Protocol::BinaryOld
                || protocol == Protocol::ThriftPyJson && framing != Framing::Unframed
            {
                continue;
            }
            for address in [&address, &blocking_address] {
                let builder = StoreClient::builder().protocol(protocol).framing(framing);
                check_server(builder.connect(address.clone()).await?, &notes).await;
            }
        }
    }
    handle.shutdown();
    thread.join().expect("it does not panic")
}

/// What a client finds: by a function that calls, async or blocking.
fn check_client(call: &dyn Fn(&str, Value) -> Result<Value, CallError>) {
    let found = call("get", ("a", 1, true).into()).expect("there is an entry");
    let found = found.as_struct().expect("it is a struct");
    let fields: Vec<_> = found.iter().map(|(name, _)| name).collect();
    assert_eq!(fields, ["key", "content", "version", "tags", "weights"]);
    let value = Value::from(found.clone());
    assert_eq!(value["version"].as_i64(), Some(11));
    assert_eq!(value["content"]["blob"].as_bytes().map(|blob| blob.len()), Some(5000));
    assert!(value["content"]["text"].is_null());
    assert_eq!(value["tags"].as_set().map(|tags| tags.len()), Some(2));
    assert_eq!(value["weights"]["x"].as_f64(), Some(0.5));

    // By name, with the default of the IDL and without the optional argument.
    let found = call("Store.get", [("key", "a")].into()).expect("there is an entry");
    assert_eq!(found["version"].as_i64(), Some(20));
    match call("get", [("key", Value::from("missing")), ("depth", "SHALLOW".into())].into()) {
        Err(CallError::Exception(missing)) => {
            assert_eq!(missing.type_name(), "NotFound");
            assert!(missing.is_exception());
            assert_eq!(missing.get("key").and_then(Value::as_str), Some("missing"));
            assert_eq!(missing.to_string(), "no such entry");
            let error = Error::from(CallError::Exception(missing));
            assert_eq!((error.kind(), error.message()), (ErrorKind::Exception, "no such entry"));
        }
        other => panic!("{other:?}"),
    }
    match call("get", ("denied",).into()) {
        Err(CallError::Exception(denied)) => assert_eq!(denied.type_name(), "Denied"),
        other => panic!("{other:?}"),
    }
    match call("get", ("broken",).into()) {
        Err(CallError::Other(error)) => assert_eq!(error.message(), "the disk is full"),
        other => panic!("{other:?}"),
    }
    // What came from one call goes into another.
    let page = call("page", [("from", 7)].into()).expect("there is a page");
    assert_eq!(page.as_list().map(List::len), Some(50));
    let put = call("put", (page[2].clone(),).into()).expect("it is put");
    assert!(put.is_null());
    match call("put", [("entry", Value::from([("key", "denied")]))].into()) {
        Err(CallError::Exception(denied)) => {
            assert_eq!(denied.get("who").and_then(Value::as_str), Some("denied"));
        }
        other => panic!("{other:?}"),
    }
    assert!(call("note", ("hello",).into()).expect("it is sent").is_null());

    for (method, arguments, path, expected) in [
        ("get", ().into(), "get.key", "the argument is missing"),
        ("get", (7,).into(), "get.key", "expected string, found 7"),
        (
            "get",
            ("a", "DEPE").into(),
            "get.depth",
            "enum Depth has no value `DEPE`; did you mean `DEEP`?",
        ),
        ("get", [("kye", "a")].into(), "", "`get` has no field `kye`; did you mean `key`?"),
        ("page", (1, 2, 3).into(), "", "`page` takes 2 arguments, 3 given"),
        ("page", (1_i64 << 40,).into(), "page.from", "expected i32, found 1099511627776"),
        (
            "put",
            [(
                "entry",
                Value::from([
                    ("key", Value::from("a")),
                    ("tags", vec![Value::from("b"), 1.into()].into()),
                ]),
            )]
            .into(),
            "put.entry.tags[1]",
            "expected string, found 1",
        ),
        (
            "put",
            [("entry", Value::from([("version", 1)]))].into(),
            "put.entry.key",
            "the required field is missing",
        ),
        ("gte", ().into(), "", "the IDL has no method `gte`; did you mean `get`?"),
        (
            "Store.gte",
            ().into(),
            "",
            "the service `Store` has no method `gte`; did you mean `get`?",
        ),
        ("Shop.get", ().into(), "", "the IDL has no service `Shop`"),
        (
            "whoami",
            ().into(),
            "",
            "several services have the method: `Base.whoami`, `Store.whoami`, `Admin.whoami`",
        ),
    ] {
        match call(method, arguments) {
            Err(CallError::Other(error)) => {
                assert_eq!((&*error.path(), error.message()), (path, expected));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn loaded_clients_call_generated_servers_in_every_protocol() -> thriftly::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (sender, notes) = mpsc::channel();
    let idl = idl();
    let server = Server::new(StoreServer::new(Handler { notes: sender }));
    let server = runtime.block_on(server.bind("127.0.0.1:0"))?;
    let address = server.local_addr();
    runtime.spawn(server.serve());
    for protocol in PROTOCOLS {
        let builder = ClientBuilder::<Channel>::new().protocol(protocol);
        let client = Client::new(&idl, runtime.block_on(builder.connect(address.clone()))?);
        check_client(&|method, arguments| runtime.block_on(client.call(method, arguments)));
        let builder = blocking::ClientBuilder::<blocking::Channel>::new().protocol(protocol);
        let client = Client::new(&idl, builder.connect(address.clone())?);
        check_client(&|method, arguments| client.call_blocking(method, arguments));
        for _ in 0..2 {
            assert_eq!(notes.recv_timeout(Duration::from_secs(60)).as_deref(), Ok("hello"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn loaded_services_share_a_port_with_generated_ones() -> thriftly::Result<()> {
    let (notes, _kept) = mpsc::channel();
    let idl = idl();
    let server = Server::builder()
        .add(AdminServer::new(Handler { notes: notes.clone() }))
        .add_as("Store", handlers(notes)?)
        .bind("127.0.0.1:0")
        .await?;
    let channel: Channel = ClientBuilder::new().connect(server.local_addr()).await?;
    tokio::spawn(server.serve());
    let [store, admin] =
        ["Store", "Admin"].map(|service| Client::new(&idl, channel.clone()).multiplexed(service));
    // Both have the method, which is that of the service that is named.
    assert_eq!(store.call("whoami", ()).await.expect("it answers").as_str(), Some("Store"));
    assert_eq!(admin.call("whoami", ()).await.expect("it answers").as_str(), Some("admin"));
    assert_eq!(admin.call("size", ()).await.expect("it answers").as_i64(), Some(1 << 40));
    let quick = store.with_timeout(Duration::from_nanos(1));
    let Err(CallError::Other(late)) = quick.call("whoami", ()).await else {
        panic!("the time is up")
    };
    assert_eq!(late.kind(), ErrorKind::Timeout);
    Ok(())
}

#[tokio::test]
async fn one_handler_for_all_methods_passes_calls_on() -> thriftly::Result<()> {
    let (notes, _kept) = mpsc::channel();
    let idl = idl().keep_unknown_fields(true);
    let server = Server::new(StoreServer::new(Handler { notes })).bind("127.0.0.1:0").await?;
    let behind: Channel = ClientBuilder::new().connect(server.local_addr()).await?;
    tokio::spawn(server.serve());

    let (record, records) = mpsc::channel();
    let behind = Client::new(&idl, behind);
    let gateway = Handlers::new(idl.service("Store")?).otherwise(move |call: Call| {
        let sent = record.send(format!("{:?} {:?}", call.method(), call.arguments()));
        let name = format!("{:?}", call.method());
        let reply = behind.call(&name, call.into_arguments());
        async move {
            sent.map_err(Error::other)?;
            reply.await
        }
    });
    let gateway = Server::new(gateway).bind("127.0.0.1:0").await?;
    let client =
        StoreClient::builder().protocol(Protocol::Compact).connect(gateway.local_addr()).await?;
    tokio::spawn(gateway.serve());

    let found = client.get("a", Depth::Deep, None).await.expect("there is an entry");
    assert_eq!(found, Entry { version: 20, ..entry("a") });
    assert!(matches!(
        client.get("missing", Depth::Deep, None).await,
        Err(GetError::NotFound(NotFound { key, .. })) if key == "missing"
    ));
    // What the handler behind chose to say is the text of a peer here, which is not passed on.
    let Err(GetError::Other(error)) = client.get("broken", Depth::Deep, None).await else {
        panic!("it fails")
    };
    assert_eq!(error.message(), "internal error");
    assert_eq!(
        records.try_iter().collect::<Vec<_>>(),
        [
            "Store.get Struct(get { key: String(\"a\"), depth: Enum(Depth::DEEP) })",
            "Store.get Struct(get { key: String(\"missing\"), depth: Enum(Depth::DEEP) })",
            "Store.get Struct(get { key: String(\"broken\"), depth: Enum(Depth::DEEP) })",
        ]
    );
    Ok(())
}

/// The error that a caller receives.
fn answered(handlers: &BlockingHandlers, method: &'static str, body: &[u8]) -> (ErrorKind, String) {
    let request = Request::new(method, Protocol::Binary, body.to_vec().into());
    match blocking::Service::call(handlers, request) {
        Err(error) => (error.kind(), error.to_string()),
        Ok(response) => panic!("{response:?}"),
    }
}

#[test]
fn handlers_that_do_not_fit_the_idl_are_failures_of_the_server() -> thriftly::Result<()> {
    let handlers = BlockingHandlers::new(idl().service("Store")?)
        .on("get", |_| Ok([("key", Value::from("a")), ("version", "one".into())]))?
        .on("put", |call| Err::<(), _>(call.exception("NotFound", [("key", "a")])))?
        .on("page", |_| Ok(()))?
        .on("whoami", |_| Ok(7))?
        .on("note", |_| Ok("nothing is returned"))?;
    let entry = binary_entry();
    let key = b"\x0b\0\x01\0\0\0\x01a\0";
    for (method, body, kind, text) in [
        (
            "get",
            &key[..],
            ErrorKind::TypeMismatch,
            "result.success.version: expected i32, found string \"one\"",
        ),
        ("put", &entry, ErrorKind::InvalidData, "`put` does not declare `NotFound`"),
        (
            "page",
            b"\0",
            ErrorKind::TypeMismatch,
            "result.success: expected list<Entry>, found null",
        ),
        ("whoami", b"\0", ErrorKind::TypeMismatch, "result.success: expected string, found 7"),
    ] {
        assert_eq!(answered(&handlers, method, body), (kind, text.to_owned()));
    }
    // The caller of a oneway method is told nothing.
    let request = Request::new("note", Protocol::Binary, key.to_vec().into());
    let response = blocking::Service::call(&handlers, request)?;
    assert_eq!(response.kind, thriftly::ResponseKind::None);

    let application = ErrorKind::Application;
    let protocol = application(ApplicationErrorKind::PROTOCOL_ERROR);
    let cut = answered(&handlers, "put", b"\x0c\0\x01\x0b\0\x01\0\0\0\x09a");
    assert_eq!(cut.0, protocol);
    assert!(cut.1.starts_with("put.entry.key: 9 bytes expected, but only 1 is left"), "{}", cut.1);
    let missing = answered(&handlers, "put", b"\x0c\0\x01\0\0");
    assert_eq!(missing.0, protocol);
    assert!(missing.1.starts_with("put.entry.key: the required field is missing"), "{}", missing.1);
    let unknown = application(ApplicationErrorKind::UNKNOWN_METHOD);
    assert_eq!(answered(&handlers, "gte", b"\0"), (unknown, "unknown method `gte`".into()));
    let none = BlockingHandlers::new(idl().service("Store")?);
    assert_eq!(answered(&none, "get", b"\0"), (unknown, "unknown method `get`".into()));
    let error = none.on("gte", |_| Ok(())).expect_err("there is no such method");
    assert_eq!(error.message(), "the service `Store` has no method `gte`; did you mean `get`?");
    Ok(())
}

/// The arguments of `put`.
fn binary_entry() -> Vec<u8> {
    let entry = thriftly::binary::to_vec(&entry("a")).expect("it can be encoded");
    [b"\x0c\0\x01", &entry[..], b"\0"].concat()
}

#[test]
fn an_idl_with_errors_is_not_loaded_and_all_of_them_are_told() {
    let error = Idl::load("nowhere/x.thrift").expect_err("there is no such file");
    assert_eq!(error.kind(), ErrorKind::Idl);
    assert!(error.message().starts_with("error: cannot read nowhere/x.thrift: "), "{error}");

    let mut files = Memory::default();
    files.insert("parts/part.thrift", "struct Part {\n  1: sting name\n  1: i32 size\n}");
    files.insert("main.thrift", "include \"part.thrift\"\nconst i32 FEW = \"one\"");
    let options = Options { include_dirs: vec!["parts".into()], ..Options::default() };
    let error = Idl::load_from(&files, "main.thrift", &options).expect_err("it has errors");
    let titles = error.message().lines().filter(|line| line.starts_with("error: "));
    assert_eq!(titles.count(), 3, "{error}");
    assert!(error.message().contains("note: included from main.thrift:1"), "{error}");
}

#[test]
fn the_example_prints_what_it_calls() {
    let (lines, status) =
        Program::start(&example("dynamic"), [""; 0]).outcome(Duration::from_secs(60));
    assert_eq!(status, Some(0), "{lines:?}");
    assert_eq!(
        lines[2..],
        [
            r#"{"key":"ada","text":"Countess","tags":["a","b"],"version":1}"#,
            r#"NotFound { key: String("bob") }"#,
            "put.entry.tags[1]: expected string, found 7",
        ]
    );
}

#[test]
fn a_loaded_idl_tells_what_it_declares() -> thriftly::Result<()> {
    let idl = idl();
    let types: Vec<_> = idl.types().map(|ty| ty.name()).collect();
    assert_eq!(types, ["Content", "Entry", "NotFound", "Denied", "Depth"]);
    let ty = idl.ty("Entry")?;
    assert_eq!(ty.doc(), Some("An entry of the store."));
    assert_eq!(ty.annotations().collect::<Vec<_>>(), [("table", "entries")]);
    let fields: Vec<_> = ty.fields().map(|field| format!("{field:?}")).collect();
    assert_eq!(
        fields,
        [
            "1: string key",
            "2: Content content",
            "3: i32 version",
            "4: set<string> tags",
            "5: map<string, double> weights"
        ]
    );
    let field = |at| ty.fields().nth(at).expect("there is one");
    assert!(field(0).is_required() && !field(0).is_optional() && field(3).is_optional());
    assert_eq!((field(0).doc(), field(1).doc()), (Some("Where it is."), None));
    assert_eq!(field(0).annotations().collect::<Vec<_>>(), [("column", "k")]);
    assert_eq!((field(2).default()?, field(0).default()?), (Some(Value::I32(1)), None));
    assert!(matches!(idl.ty("NotFound")?.kind(), Kind::Exception));
    let depth: Vec<_> =
        idl.ty("dynamic.Depth")?.enum_values().map(|(name, at)| format!("{name} {at}")).collect();
    assert_eq!(depth, ["SHALLOW 1", "DEEP 2"]);
    assert_eq!(idl.ty(" map< Key , list<Entry> >")?.name(), "map<string, list<Entry>>");
    for (name, text) in [
        ("Entri", "the IDL has no type `Entri`; did you mean `Entry`?"),
        ("list<Entry", "the IDL has no type `list<Entry`"),
        ("other.Entry", "the IDL has no type `other.Entry`"),
    ] {
        assert_eq!(idl.ty(name).expect_err("there is none").message(), text);
    }

    assert_eq!(
        idl.constants().map(|one| one.name().to_owned()).collect::<Vec<_>>(),
        ["PAGE", "SIZES"]
    );
    assert_eq!(idl.constant("PAGE")?.doc(), Some("Limits of a page."));
    assert_eq!(idl.constant("SIZES")?.value()?["large"][0].as_i64(), Some(50));

    let store = idl.service("Store")?;
    assert_eq!(store.extends().map(|base| base.name().to_owned()).as_deref(), Some("Base"));
    let methods: Vec<_> = store.methods().map(|method| format!("{method:?}")).collect();
    assert_eq!(methods, ["Store.get", "Store.put", "Store.page", "Store.note", "Store.whoami"]);
    let get = idl.method("Store.get")?;
    assert_eq!(
        (get.doc(), get.is_idempotent(), get.is_oneway()),
        (Some("Gets an entry."), true, false)
    );
    let arguments: Vec<_> = get.arguments().map(|field| format!("{field:?}")).collect();
    assert_eq!(arguments, ["1: string key", "2: Depth depth", "3: bool fresh"]);
    let throws: Vec<_> = get.throws().map(|field| format!("{field:?}")).collect();
    assert_eq!(throws, ["1: NotFound missing", "2: Denied denied"]);
    assert_eq!(get.returns().map(|ty| ty.name()).as_deref(), Some("Entry"));
    assert!(idl.method("note")?.is_oneway() && idl.method("note")?.returns().is_none());
    Ok(())
}
