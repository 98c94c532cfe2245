thriftly::thrift!("recursion.thrift");

struct Handler;

impl Chain for Handler {
    async fn first(&self, _: N) -> Result<M, thriftly::Error> {
        Ok(M::default())
    }
}

fn main() {
    let _ = (A::default(), B::default(), Outer::default(), ALL.len());
}
