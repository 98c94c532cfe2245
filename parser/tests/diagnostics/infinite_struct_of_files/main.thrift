include "a.thrift"
struct Node { 1: required a.Node next }
