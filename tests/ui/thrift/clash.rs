thriftly::thrift!("clash.thrift", names: { "Size.Small": "Tiny", "Size.SMALL": "Tiny", "Shop.buy.tip": "price" });

fn main() {}
