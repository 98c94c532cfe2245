//! Two services on one port, and their clients over one channel, async and blocking.
//!
//! `cargo run --example multiplexed`

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use thriftly::{Channel, ClientBuilder, Server, blocking};

thriftly::thrift!("multiplexed.thrift");

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, String>>);

impl Memory {
    fn values(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    async fn put(&self, key: String, value: String) -> thriftly::Result<()> {
        self.values().insert(key, value);
        Ok(())
    }
    async fn get(&self, key: String) -> Result<String, GetError> {
        let value = self.values().get(&key).cloned();
        Ok(value.ok_or(NotFound { key })?)
    }
}

impl Admin for Memory {
    async fn size(&self) -> thriftly::Result<i32> {
        Ok(self.values().len() as i32)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = Arc::new(Memory::default());
    let server = Server::builder()
        .add(StoreServer::new(Arc::clone(&memory)))
        .add(AdminServer::new(Arc::clone(&memory)))
        // For clients that know nothing of multiplexing.
        .default_service(StoreServer::new(memory))
        .bind("127.0.0.1:0")
        .await?;
    let address = server.local_addr();
    tokio::spawn(server.serve());

    let channel: Channel = ClientBuilder::new().connect(&address).await?;
    let store = StoreClient::new(channel.clone()).multiplexed("Store");
    let admin = AdminClient::new(channel.clone()).multiplexed("Admin");
    store.put("a", "1").await?;
    StoreClient::new(channel).put("b", "2").await?;
    println!("{} values", admin.size().await?);

    // The blocking clients talk to the same server. In an async program they need a thread.
    let value = tokio::task::spawn_blocking(move || {
        let channel: blocking::Channel = blocking::ClientBuilder::new().connect(&address)?;
        let store = BlockingStoreClient::new(channel).multiplexed("Store");
        store.get("b")
    });
    println!("b is {}", value.await??);
    Ok(())
}
