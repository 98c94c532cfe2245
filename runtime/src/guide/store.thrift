/** The key is not in the store. */
exception NotFound {
    /** The key that was asked for. */
    1: required string key
}

/** How a value is kept. */
enum Kind { PLAIN = 1, LIST = 2 }

/** A value: text, or a list of texts. */
union Value {
    1: string text
    2: list<string> items
}

/** A value and what is known about it. */
struct Entry {
    1: required string key
    2: required Value value
    3: Kind kind = Kind.PLAIN
    4: optional i64 expires
}

/** Keeps values by their keys. */
service Store {
    /** The entry of a key. */
    Entry get(1: string key) throws (1: NotFound not_found)
    /** Keeps an entry, for a number of seconds. */
    void put(1: Entry entry, 2: i32 ttl = 3600)
    /** Forgets a key; nobody waits for that. */
    oneway void forget(1: string key)
}
