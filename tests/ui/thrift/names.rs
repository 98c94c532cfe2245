thriftly::thrift!("names.thrift");

fn main() {
    let _ = A_b::default();
}
