thriftly::thrift!("recovery.thrift");

struct Handler;

impl Store for Handler {
    async fn get(&self, key: String) -> Result<Item, GetError> {
        Ok(Item { key, size: 1, color: Some(Color::Red) })
    }

    async fn put(&self, key: String, value: Value, replace: bool) -> Result<(), PutError> {
        match value {
            Value::Number(_) | Value::Text(_) if replace => Ok(()),
            _ => Err(Missing { key }.into()),
        }
    }

    async fn size(&self, color: Color) -> Result<i32, thriftly::Error> {
        Ok(if color == Color::Green || color == Color::Blue { 1 } else { 0 })
    }

    async fn clear(&self) -> Result<(), thriftly::Error> {
        Ok(())
    }

    async fn all(&self, _: i32) -> Result<Vec<Item>, thriftly::Error> {
        Ok(Vec::new())
    }

    async fn has(&self, key: String) -> Result<bool, thriftly::Error> {
        Ok(key.is_empty())
    }
}

fn main() {}
