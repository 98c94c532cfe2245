//! A server and a client that load the IDL when they run, with arguments and results in JSON.
//!
//! `cargo run --example dynamic`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use thriftly::dynamic::{Call, CallError, Client, Handlers, Idl, Value};
use thriftly::{Channel, ClientBuilder, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let idl = Idl::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("dynamic.thrift"))?;
    for method in idl.service("Store")?.methods() {
        println!("{}{:?}", method.name(), method.arguments().collect::<Vec<_>>());
    }

    let server = Server::new(store(&idl)?).bind("127.0.0.1:0").await?;
    let channel: Channel = ClientBuilder::new().connect(server.local_addr()).await?;
    tokio::spawn(server.serve());

    let client = Client::new(&idl, channel);
    let arguments: Value = serde_json::from_str(
        r#"{"entry": {"key": "ada", "text": "Countess", "tags": ["b", "a"]}}"#,
    )?;
    client.call("put", arguments).await?;
    let entry = client.call("get", ("ada",)).await?;
    println!("{}", serde_json::to_string(&entry)?);

    match client.call("get", [("key", "bob")]).await {
        Err(CallError::Exception(missing)) => println!("{missing:?}"),
        other => println!("{other:?}"),
    }
    let wrong: Value = serde_json::from_str(r#"{"entry": {"key": "eve", "tags": ["a", 7]}}"#)?;
    if let Err(error) = client.call("put", wrong).await {
        println!("{error}");
    }
    Ok(())
}

/// Handlers of the service by the names of its methods.
fn store(idl: &Idl) -> thriftly::Result<Handlers> {
    let entries = Arc::new(Mutex::new(BTreeMap::<Value, Value>::new()));
    let put = {
        let entries = Arc::clone(&entries);
        move |call: Call| {
            let entry = call["entry"].clone();
            entries
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(entry["key"].clone(), entry);
            async { Ok(()) }
        }
    };
    let get = move |call: Call| {
        let entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&call["key"]).cloned();
        async move { entry.ok_or_else(|| call.exception("NotFound", [("key", call["key"].clone())])) }
    };
    Handlers::new(idl.service("Store")?).on("put", put)?.on("get", get)
}
