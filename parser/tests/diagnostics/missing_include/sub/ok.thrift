include "gone.thrift"
struct T { 1: gone.U u }
