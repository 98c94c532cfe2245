include "console_shared.thrift"

/** How deep. */
enum Depth {
    /** On the ground. */
    SHALLOW = 1,
    DEEP = 7,
}

struct Color {
    1: i32 number,
}

union Choice {
    1: string text,
    /** Any number. */
    2: i64 number,
}

struct Entry {
    1: required string key,
    /** Some bytes. */
    2: optional binary content,
    3: map<Depth, i64> sizes,
    4: double ratio = 0.5,
    5: list<Color> colors,
    6: optional console_shared.Color shared (deprecated = "use colors"),
    7: map<Color, string> names,
    8: optional Choice choice,
    9: optional bool flag,
}

exception NotFound {
    1: string key,
}

/** Keeps entries. */
service Store extends console_shared.Base {
    /** An entry. */
    Entry get(1: string key, 2: Depth depth = Depth.DEEP) throws (1: NotFound missing)
    /** The entry itself. */
    Entry put(1: Entry entry) (idempotent)
    /** The header with the name, which is also the header `echo` of the answer. */
    string header(1: string name)
    void wait()
    void fail() (deprecated)
    void panic()
    oneway void note()
}
