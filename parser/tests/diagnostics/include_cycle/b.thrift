include "main.thrift"
struct B { 1: optional main.S s }
