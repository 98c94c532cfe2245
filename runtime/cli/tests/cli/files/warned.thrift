include "shared.thrift"

struct Bag {
    i32 count
    2: list<byte> bytes
    3: shared.Color color
}
