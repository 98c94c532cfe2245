include "shared.thrift"
struct Bag{1:i32 count;2:shared.Color color} // two


service Bags { Bag find(1: string name, 2: optional i32 limit = 10), void drop(1: Bag bag) throws (1: Nope n) }
exception Nope {1: string why}
