thriftly::thrift!("mistakes.thrift");

// The names are there all the same: nothing is reported twice.
struct Handler;

impl People for Handler {
    async fn find(&self, _id: i32) -> thriftly::Result<Person> {
        Ok(Person::default())
    }
}

fn main() {}
