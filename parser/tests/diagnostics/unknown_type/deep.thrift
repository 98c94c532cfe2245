include "shared.thrift"
struct D { 1: shared.Color c }
