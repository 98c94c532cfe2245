// For calls between generated and loaded services, and for what is told of a loaded IDL.

/** Limits of a page. */
const i32 PAGE = 50
const map<string, list<i32>> SIZES = { "small": [1, 2], "large": [PAGE] }

typedef string Key

/** How much is wanted. */
enum Depth { SHALLOW = 1, DEEP = 2 }

/** A value of the store. */
union Content { 1: string text, 2: binary blob, 3: list<Entry> entries }

/** An entry of the store. */
struct Entry {
  /** Where it is. */
  1: required Key key (column = "k")
  2: Content content
  3: i32 version = 1
  4: optional set<string> tags
  5: map<Key, double> weights
} (table = "entries")

exception NotFound { 1: Key key, 2: string message }
exception Denied { 1: string who }

service Base {
  /** The name of the server. */
  string whoami()
}

/** A store of entries. */
service Store extends Base {
  /** Gets an entry. */
  Entry get(1: Key key, 2: Depth depth = Depth.DEEP, 3: optional bool fresh)
    throws (1: NotFound missing, 2: Denied denied) (idempotent)
  void put(1: Entry entry) throws (1: Denied denied)
  list<Entry> page(1: i32 from, 2: i32 count = PAGE)
  oneway void note(1: string text)
}

service Admin { string whoami(), i64 size() }
