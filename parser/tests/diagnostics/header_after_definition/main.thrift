struct S {}
namespace py a
include "a.thrift"
struct T { 1: a.A a }
