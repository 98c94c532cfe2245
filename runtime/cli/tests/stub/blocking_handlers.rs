struct MyStore;

impl BlockingStore for MyStore {
    fn get(&self, key: String, version: Option<i32>) -> Result<Value, GetError> {
        todo!()
    }

    fn put(&self, key: String, value: Value, ttl: i32) -> thriftly::Result<()> {
        todo!()
    }

    fn all(&self, keys: std::collections::BTreeSet<thriftly::Bytes>, kind: Kind, id: thriftly::Uuid, r#type: bool) -> thriftly::Result<std::collections::BTreeMap<String, Vec<Value>>> {
        todo!()
    }

    fn forget(&self, page: base::Page) -> thriftly::Result<()> {
        todo!()
    }

    fn clone_(&self) -> thriftly::Result<()> {
        todo!()
    }
}

impl base::BlockingBase for MyStore {
    fn page(&self, after: base::Page) -> Result<base::Page, base::PageError> {
        todo!()
    }
}

struct MyAdmin;

impl BlockingAdmin for MyAdmin {}
