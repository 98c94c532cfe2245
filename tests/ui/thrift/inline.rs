thriftly::thrift!(inline: "
    struct Point {
        1: i32 x
        2: i33 y
    }
", maps: sorted);

thriftly::thrift!(inline: "
    struct Point {
        1: i32 x
        2: i33 y
    }
");

fn main() {}
