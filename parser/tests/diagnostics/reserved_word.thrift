// options: lints
struct S { 1: i32 class, 2: i32 type }
enum E { default }
service V { void print(1: i32 self) }
