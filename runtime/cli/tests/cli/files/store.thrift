/** How much is wanted. */
enum Depth { SHALLOW, DEEP }

struct Entry {
  1: required string key
  2: binary content
  3: map<Depth, i32> sizes
}

exception NotFound { 1: string key }

service Base { void ping() }

/** A store of entries. */
service Store extends Base {
  /** Gets an entry. */
  Entry get(1: string key, 2: Depth depth = Depth.DEEP) throws (1: NotFound missing)
  oneway void note(1: string text)
}
