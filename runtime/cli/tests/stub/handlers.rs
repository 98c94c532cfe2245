struct MyStore;

impl Store for MyStore {
    async fn get(&self, key: String, version: Option<i32>) -> Result<Value, GetError> {
        todo!()
    }

    async fn put(&self, key: String, value: Value, ttl: i32) -> thriftly::Result<()> {
        todo!()
    }

    async fn all(&self, keys: std::collections::BTreeSet<thriftly::Bytes>, kind: Kind, id: thriftly::Uuid, r#type: bool) -> thriftly::Result<std::collections::BTreeMap<String, Vec<Value>>> {
        todo!()
    }

    async fn forget(&self, page: base::Page) -> thriftly::Result<()> {
        todo!()
    }

    async fn clone_(&self) -> thriftly::Result<()> {
        todo!()
    }
}

impl base::Base for MyStore {
    async fn page(&self, after: base::Page) -> Result<base::Page, base::PageError> {
        todo!()
    }
}

struct MyAdmin;

impl Admin for MyAdmin {}
