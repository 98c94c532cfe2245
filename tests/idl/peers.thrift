// Made by tests/python_peers.rs, which says how.

enum E0 { V0 = -392090, V1 = 261, V2 = 118417606, V3 = 183713536, V4 = 547083551, V5 = 865398197 }
enum E1 { V0 = -27817526, V1 = 1611324362 }
enum E2 { V0 = -163171774, V1 = -21, V2 = 16689430, V3 = 91740430, V4 = 356283004, V5 = 2129156161 }
typedef i16 T0
typedef list<map<i32, string>> T1
typedef i8 T2

struct S0 {
    1: required map<i32, i64> f0
    2: required list<i8> f1
    3: optional U3 f2
    4: required bool f3
    5: i32 f4 = 423599465
}

struct S1 {
    1: required list<double> f0
    2: list<map<string, binary>> f1 = []
    3: binary f2
    4: required bool f3 = false
}

struct S2 {
    21: optional i16 f0 = 15005
    22: optional binary f1 = "D~rL/"
    23: optional list<i32> f2 = []
    24: optional list<i16> f3
    25: required bool f4 = true
    26: optional list<string> f5
}

union U3 {
    1: map<i32, double> f0
    2: double f1
    20: S1 f2
    21: list<binary> f3
    22: binary f4
}

exception X4 {
    1: required string f0
    2: optional set<i32> f1
    3: optional i16 f2
}

struct S5 {
}

struct S6 {
}

struct S7 {
    1: list<map<i32, S0>> f0 = []
    2: optional bool f1
    3: optional U3 f2
    4: S6 f3
    5: optional S2 f4
}

union U8 {
    1: S0 f0
}

struct S9 {
    1: optional list<S0> f0 = []
}

struct S10 {
    15: optional set<string> f0 = ["Uuy2r"]
    16: optional U18 f1
    51: binary f2
    52: set<i8> f3 = [-78, 66]
}

struct S11 {
    1: optional S6 f0
    2: optional map<string, U23> f1
    3: required bool f2
    4: string f3
    5: i64 f4
    6: required bool f5
}

struct S12 {
    1: optional bool f0 = false
    2: required set<i32> f1 = [-160601697, 91321325]
    3: required i16 f2 = -6
    4: required S5 f3 = {}
    5: required i16 f4 = 17671
    41: required binary f5 = "a6LW:"
    42: optional U3 f6
    43: required map<string, i32> f7
}

union U13 {
    1: binary f0
    2: set<string> f1
    3: i64 f2
    4: bool f3
    5: i32 f4
    6: S11 f5
    7: double f6
}

exception X14 {
    1: optional binary f0
    2: list<list<map<string, double>>> f1
    3: optional i32 f2
    4: i64 f3
    5: T0 f4
    6: optional S7 f5
    7: binary f6 = "{#6q"
}

struct S15 {
    1: double f0
    2: optional i16 f1
    3: required S2 f2
    17: optional i8 f3
    18: optional binary f4
    19: binary f5
    20: required map<i32, map<string, i64>> f6
    21: optional U13 f7
}

struct S16 {
    13: optional i16 f0 = 148
    14: S10 f1
    15: i64 f2
}

struct S17 {
    1: required string f0
    28: optional binary f1
}

union U18 {
    1: S16 f0
    2: i64 f1
    3: i8 f2
    4: X4 f3
    5: string f4
    6: S6 f5
}

struct S19 {
}

struct S20 {
    1: optional i64 f0
    2: double f1
    3: optional S16 f2
}

struct S21 {
    1: required map<i64, T0> f0
}

struct S22 {
    1: required map<i32, list<bool>> f0
    2: S10 f1
    7: required i16 f2
}

union U23 {
    3: list<i32> f0
    4: map<i32, bool> f1
    5: S17 f2
    6: map<i32, S1> f3
    7: i8 f4
    8: i8 f5
    9: i32 f6
}
