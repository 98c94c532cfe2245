include "good.thrift"

struct Bag {
    1: list<byte> bytes
}
