//! Types that borrow their text from the message.

use thriftly::ThriftStruct;

/// `Strings` of `bench.thrift`.
#[derive(ThriftStruct)]
pub struct Strings<'a> {
    #[thrift(id = 1, required)]
    pub v: Vec<&'a str>,
}
