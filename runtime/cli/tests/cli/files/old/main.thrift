include "shared.thrift"
include "gone.thrift"

typedef i32 Age
typedef i32 Number

const i32 LIMIT = 10
const i32 WIDE = 1
const list<string> NAMES = ["a", "b"]
const map<string, i32> TABLE = {"the first of many": 1, "the second of many": 2, "the third": 3}

enum Kind {
    A = 1
    B = 2
    C = 3
    D = 4
    E = 5
    F = 5
}

struct Person {
    1: required string name
    2: optional string mail
    3: i32 age
    4: required i32 height
    5: Age years
    6: Kind kind
    7: optional string note = "none"
    8: i32 a
    9: i32 b
    10: optional Address home
    11: list<map<string, shared.Point>> path
    12: required i32 weight
    13: i32 shoes
    14: optional i32 hat
}

struct Address {
    1: string street
    2: i32 number
}

struct Shape {
    1: i32 x
}

union Value {
    1: i32 number
    2: string text
    3: bool flag
}

struct Unused {
}

struct Later {
}

exception Oops {
    1: string why
}

exception Other {
    1: i32 code
}

service Base {
    void ping()
    i32 twice(1: i32 value)
}

service Calculator extends Base {
    i32 add(1: i32 left, 2: i32 right)
    i32 sub(1: i32 left, 2: required i32 right, 3: required i32 more, 4: i32 last, 5: i32 base = 10)
    void clear()
    oneway void log(1: string text)
    Kind kind() (idempotent)
    i32 div(1: i32 left, 2: i32 right) throws (1: Oops oops, 2: Other other, 3: Oops why, 4: Oops again)
    void reset(1: bool all)
    i32 mul(1: i32 left, 2: i32 right) (idempotent = "false")
    gone.Thing thing()
    string first(1: string a)
}

service Dropped {
    void f()
}

service Turned {
}
