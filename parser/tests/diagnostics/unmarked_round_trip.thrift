// options: lints
// Read, changed and written back: what was null should not become "".
struct Database { 1: string name, 2: i32 owner, 3: optional string comment, 4: Place place }
struct Place { 1: string uri }
// Only written, or only read.
struct Request { 1: string text }
struct Reply { 1: string text }
// Nothing in it can be null, or all of it is told.
struct Counters { 1: i64 hits, 2: required string name, 3: string note (rust.optional) }
service Store {
  Reply put(1: Database database, 2: Request request, 3: Counters counters)
  list<Database> all()
  map<string, Counters> counters()
}
