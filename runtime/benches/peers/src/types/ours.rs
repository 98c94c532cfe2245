//! The types as `thrift!` makes them.

thriftly::thrift!("../../../bench.thrift");
thriftly::thrift!("../../more.thrift");

/// The same with [`SharedStr`](thriftly::SharedStr) for strings.
pub mod shared {
    thriftly::thrift!("../../../bench.thrift", strings: shared);
    thriftly::thrift!("../../more.thrift", strings: shared);
}

/// The same with the types that borrow their text from the message.
pub mod views {
    thriftly::thrift!("../../../bench.thrift", views: true);
    thriftly::thrift!("../../more.thrift", views: true);
}

/// The same with maps that have no order.
pub mod hashed {
    thriftly::thrift!("../../../bench.thrift", maps: hashed);
}
