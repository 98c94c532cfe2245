// options: lints
struct S { 1: i32 userId, 2: i32 userid }
enum E { Red, RED }
service V { void f(1: i32 x, 2: i32 X), void F() }
