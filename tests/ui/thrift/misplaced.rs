thriftly::thrift!(inline: "
    struct Taken { 1: list<i32 (rust.type = 'u32')> numbers }
    const i32 MAX = 1 (rust.derive = 'Hash')
    service Store { void put(1: i32 key) (rust.type = 'u8') } (rust.type = 'crate::Mine')
");

fn main() {}
