const string A = "abc
const string B = 'x" ;
struct S { 1: i32 a }
