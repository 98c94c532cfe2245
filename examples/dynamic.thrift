/** An entry of the store. */
struct Entry {
    1: required string key
    2: string text
    3: set<string> tags
    4: i32 version = 1
}

exception NotFound { 1: string key }

/** A store of entries. */
service Store {
    void put(1: Entry entry)
    Entry get(1: string key) throws (1: NotFound missing)
}
