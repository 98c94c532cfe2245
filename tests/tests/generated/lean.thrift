enum Codec { NONE = 0, SNAPPY = 1, OLD = 1, LAST = -3 }

const list<string> WORDS = ["a", "b"]
const Codec USUAL = Codec.SNAPPY

struct Rare {
    1: double low,
    2: double high,
    3: list<string> labels,
}

union Choice {
    1: Rare rare,
    2: i32 number,
    3: string text,
    4: binary blob,
}

struct Part {
    1: i32 at,
    2: string text,
    3: optional i32 size,
    4: optional Part next,
    5: optional Rare rare,
    6: optional list<i64> sizes,
}

struct Column {
    1: required string name,
    2: Codec codec,
    3: list<Codec> codecs,
    4: optional Rare rare,
    5: optional string note,
    6: Choice choice,
    7: list<string> path,
    8: list<Part> parts,
    9: i32 count = 5,
    10: binary raw,
    11: optional bool marked (rust.box),
}

struct Holder {
    1: optional i64 a,
    2: optional i64 b,
    3: optional i64 c,
    7: required Part needed,
    8: optional Part maybe,
}

struct Lists {
    1: list<Codec> codecs = [Codec.SNAPPY],
    2: list<string> words = WORDS,
    3: string note,
}
