include "vendor.thrift"
include "shared.thrift"

struct Person {
    1: Strng name
    1: i32 age
    -2: optional shared.Color color
}

const i8 BIG = 300
