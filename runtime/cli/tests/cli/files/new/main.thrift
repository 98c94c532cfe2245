include "shared.thrift"

typedef i64 Age
typedef i32 Number

const i32 LIMIT = 20
const i64 WIDE = 1
const list<string> NAMES = ["a", "b"]
const map<string, i32> TABLE = {"the first of many": 1, "the second of many": 2, "the third": 4}

enum Kind {
    A = 1
    B = 20
    C3 = 3
    E = 5
    G = 6
}

struct Person {
    1: required string name
    2: optional binary email
    3: i64 age
    4: optional i32 height
    5: Age years
    6: i32 kind
    7: optional string note = "nothing"
    9: i32 a
    8: i32 b
    10: optional Place home
    11: list<map<string, shared.Point>> path
    14: i32 hat
    15: required i32 brain
    16: optional i32 arms
}

struct Place {
    1: string street
    2: string number
}

union Shape {
    1: i32 x
}

union Value {
    1: i64 number
    3: bool flag
    4: double real
}

enum Later {
    X
}

struct Moved {
    1: string a
}

struct Thing {
    1: i32 a
    2: required i32 b
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

service Calculator {
    i64 add(1: i32 first, 2: i64 right)
    i32 sub(2: i32 left, 4: required i32 last, 5: i32 base = 16, 6: required i32 new_one, 7: i32 extra)
    oneway void clear()
    oneway void log(1: string text)
    i32 kind()
    i32 div(1: i32 left, 2: i32 right) throws (1: Other oops, 3: Oops reason, 5: Oops again, 6: Other more)
    Thing thing()
    i32 mul(1: i32 left) (idempotent = "true")
    string last(1: string a)
}

struct Turned {
}
