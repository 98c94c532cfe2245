struct S { 1: E a = E.X, 2: T b = {"x": LIMIT}, 3: Alias c = "x" }
service V extends W { T f() throws (1: Oops o) }
service W {}
exception Oops {}
const Alias A = "a"
typedef string Alias
struct T { 1: i32 x }
enum E { X }
const i32 LIMIT = 3
