struct T { 1: i32 x }
enum E { X }
const i32 LIMIT = 3
const T DEFAULT = {"x": LIMIT}
exception Oops {}
service Base { void ping() }
