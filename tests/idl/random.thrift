// Made by tests/random_schemas.rs, which says how.

enum E0 { V0 = -239287886, V1 = 59, V2 = 894333, V3 = 2102397678 }
enum E1 { V0 = -1050970574, V1 = -534068902, V2 = 14, V3 = 233, V4 = 966893, V5 = 4586969, V6 = 1698770794 }
enum E2 { V0 = -643077965, V1 = -47, V2 = 278, V3 = 812014778, V4 = 984757769 }
enum E3 { V0 = -398459006, V1 = 885034187, V2 = 1359341886 }
enum E4 { V0 = 1176, V1 = 115773827, V2 = 353555115 }
typedef S2 T0
typedef list<S27> T1
typedef list<i64> T2
typedef string T3
typedef set<i32> T4

struct S0 {
    1: required i16 f0
    2: set<i32> f1 = [710623]
    3: optional i32 f2 = 827532584
    4: bool f3
    5: optional i32 f4
    -5672: i8 f5
    -5671: required map<i16, map<string, i8>> f6
}

struct S1 {
    1: optional list<bool> f0
    2: optional i64 f1
    3: optional double f2
    4: optional set<list<uuid>> f3
}

struct S2 {
    1: string f0 = "UO?8y"
    2: i64 f1 = -2194
    32: i8 f2
    29117: optional list<uuid> f3
    29118: required i32 f4
    29119: i64 f5
    29120: optional U3 f6
    29121: i32 f7 = -51571354
}

union U3 {
    1: double f0
    2: bool f1
    3: list<S37> f2
}

exception X4 {
    1: required S2 f0
    2: list<map<string, i64>> f1
    -21557: optional string f2
    10664: required string f3
    10665: optional E1 f4
    10666: optional map<string, map<string, list<U3>>> f5
    10667: optional uuid f6
    10668: uuid f7
    10669: optional S29 f8
}

struct S5 {
    1: map<string, S0> f0
    2: optional i64 f1
    3: optional i8 f2 = 46
    4: optional uuid f3
    5: required map<string, string> f4 = {"k{]TKs": "sZ|-CO<"}
}

struct S6 {
    27183: required i64 f0 = 1456301966
    27184: i64 f1
    27185: optional map<E0, bool> f2 = {}
    27186: required map<string, S1> f3
    27187: optional list<map<i8, binary>> f4 = [{-82: "m0-'aE"}]
    -23319: uuid f5
}

struct S7 {
}

union U8 {
    16: uuid f0
    21: U3 f1
    22: i32 f2
    23: set<string> f3
    24: list<uuid> f4
    25: bool f5
    26: list<uuid> f6
    27: double f7
}

struct S9 {
    26: optional bool f0
    27: optional i32 f1
    -7117: map<T0, string> f2
    -7116: required T0 f3
}

struct S10 {
    1: required i8 f0
    20854: uuid f1
    20855: optional list<X4> f2 = [{"f0": {"f4": -243605340, "f5": 123}, "f1": [{}, {}], "f3": ";(^1.<C", "f5": {",P0bNQ": {}, "]": {}}, "f6": "0d4be4d1-f44b-8020-2069-e7eefbed0b3b", "f7": "d7fc28eb-394e-7a77-82da-0e93dea78a4e"}]
    20856: optional string f3 = "8"
    13552: optional map<string, map<i32, bool>> f4 = {"H~+q": {-1840419342: true, -117423: false}, "i": {4066: true}}
    13553: optional bool f5
    13554: optional list<map<i32, list<S9>>> f6
    13555: optional i64 f7
}

struct S11 {
    1: required list<T0> f0
    2: optional list<map<i32, string>> f1
    3: map<S6, set<string>> f2 = {}
    4: required uuid f3
    5: required i32 f4
    6: string f5
    7: optional list<S11> f6
    10: optional list<i8> f7
}

struct S12 {
    1: optional i16 f0
    38: optional map<string, map<i8, S16>> f1
    39: list<U8> f2
    40: optional bool f3
}

union U13 {
    1: i32 f0
    2: S0 f1
    3: list<X34> f2
    4: uuid f3
    5: set<string> f4
    31011: string f5
    31012: string f6
    -29067: map<i32, i8> f7
}

exception X14 {
    1: optional map<set<string>, set<string>> f0
    795: i8 f1 = -104
}

struct S15 {
}

struct S16 {
    15: optional S2 f0 = {"f0": "%\\W~7", "f4": 1218269154, "f6": {"f0": -203270079.125}, "f7": 248716}
    16: required T1 f1
    17: i16 f2 = -30435
    50: required double f3
    51: optional string f4
    -12539: required S12 f5
    -12538: optional map<i32, double> f6
    -12537: set<i32> f7
    -12536: required S0 f8
}

struct S17 {
}

union U18 {
    1: uuid f0
    2: i32 f1
    3: map<i32, i32> f2
    4: i16 f3
}

struct S19 {
    1: optional X14 f0
    2: i8 f1
}

struct S20 {
    1: optional S6 f0
    2: required string f1
    3: required set<i16> f2 = [-32002, -15097]
    17122: optional i8 f3
    17123: optional U23 f4
    17124: required map<i32, list<S36>> f5
}

struct S21 {
}

struct S22 {
    1: required string f0
    38: optional bool f1
    39: optional T0 f2
    -29690: required i16 f3
    -29689: optional S21 f4 = {}
}

union U23 {
    1: list<map<string, map<string, S11>>> f0
    2: list<map<string, map<i64, i64>>> f1
    3: i8 f2
    4: i64 f3
    5: i8 f4
    6: string f5
    -8868: i16 f6
    -8867: T2 f7
}

exception X24 {
    1: string f0
    2: optional map<i32, list<set<uuid>>> f1 = {}
}

struct S25 {
}

struct S26 {
    1: uuid f0 = "fc54fca5-5608-a34a-3398-39f099a7cbd6"
    14: required map<string, list<S5>> f1
}

struct S27 {
    1: optional bool f0 = false
    2: required list<U18> f1
    3: optional uuid f2
    4: required bool f3 = false
    5: optional list<X14> f4
}

union U28 {
    1: set<i32> f0
    2: i8 f1
    3: uuid f2
    4: uuid f3
    5: double f4
    6: bool f5
    20524: double f6
    20525: string f7
}

struct S29 {
    1: required double f0
    33: optional i16 f1
}

struct S30 {
}

struct S31 {
}

struct S32 {
}

union U33 {
    1: string f0
    2: string f1
    3: double f2
    4: list<uuid> f3
    5: set<string> f4
    6: uuid f5
    7: uuid f6
    8: i8 f7
    22: T0 f8
}

exception X34 {
    1: optional bool f0 = false
    2: optional i8 f1
    37: optional T1 f2
    38: double f3 = 2.625
    39: list<double> f4
    40: optional S9 f5
    41: required S32 f6
    42: optional T3 f7 = "O"
    43: required map<string, S27> f8 = {"]amW*": {"f0": true, "f1": [{"f0": "284c5270-d2ab-ba4f-1e33-e2e2b0b1b49c"}, {"f0": "fbb5c30a-19ea-197a-5639-13426db7a595"}], "f3": false, "f4": []}}
}

struct S35 {
    1: optional uuid f0
    2: optional S22 f1
    3: required list<list<i8>> f2
    4: i64 f3
    5: optional string f4
}

struct S36 {
}

struct S37 {
    -9322: S36 f0
    20536: i8 f1
    20537: required set<X4> f2 = [{"f0": {"f2": -104, "f4": -2011741948}, "f3": "", "f8": {"f0": -159504454.75}}]
    20568: optional i32 f3 = -111795
}

union U38 {
    1: i64 f0
    2: set<string> f1
    3: double f2
    31: T3 f3
    32: S19 f4
    33: list<list<i64>> f5
    34: list<list<string>> f6
    35: string f7
}

struct S39 {
    1: optional uuid f0
    2: optional S22 f1
    3: optional S36 f2 = {}
    4: optional i16 f3
    5: optional set<i32> f4
    6: U28 f5
    7: optional set<i32> f6
    8: optional i64 f7
    9: optional set<string> f8
}
