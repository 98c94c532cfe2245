include "table.thrift"

struct Holder { 1: table.Table table, 2: i32 n }
