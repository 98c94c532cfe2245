// Every type in every place. `src/schema.rs` has the same structs written by hand: change both.

enum Color { RED = 1, GREEN, BLUE = 5 }

struct Empty {}

struct Scalars {
  1: bool flag
  2: i8 tiny
  3: i16 small
  4: i32 medium
  5: i64 large
  6: double real
  7: string text
  8: binary blob
  9: Color color
  10: uuid id
}

struct Lists {
  1: list<bool> flags
  2: list<i8> tinies
  3: list<i16> smalls
  4: list<i32> mediums
  5: list<i64> larges
  6: list<double> reals
  7: list<string> texts
  8: list<binary> blobs
  9: list<Color> colors
  10: list<uuid> ids
  11: list<Empty> empties
  12: list<Scalars> structs
  13: list<list<i32>> grid
  14: list<map<i32, string>> maps
}

// Everything that may be a key in every protocol.
struct Keys {
  1: map<bool, i8> flags
  2: map<i8, bool> tinies
  3: map<i16, Scalars> smalls
  4: map<i32, list<i16>> mediums
  5: map<i64, double> larges
  6: map<double, i32> reals
  7: map<string, map<string, string>> texts
  8: map<binary, binary> blobs
  9: map<Color, Color> colors
  10: map<uuid, set<i64>> ids
  11: set<bool> flag_set
  12: set<double> real_set
  13: set<string> text_set
  14: set<i32> medium_set
}

// Ids out of order, with long gaps, and of every sign; every requiredness.
struct Options {
  1: required i32 id
  40: optional string note
  2: optional bool ready
  -9: i32 minus = 7
  0: string label = "unnamed"
  300: optional Options next
  32767: bool last
  16: optional double ratio
}

union Choice {
  1: i32 number
  2: string text
  3: Scalars record
  4: list<Choice> many
  5: bool flag
  20: binary blob
}

struct Tree {
  1: i32 value
  2: list<Tree> kids
}

struct All {
  1: Scalars scalars
  2: Lists lists
  3: Keys keys
  4: optional Options options
  5: list<Choice> choices
  6: optional Tree tree
}

// All as it was once: the rest has to be passed over, or kept.
struct Old {
  3: Keys keys
}

// All with fields of other types: those have to be passed over.
struct Changed {
  2: optional string lists
  3: Scalars keys
  6: Tree tree
}

// What JSON cannot write.
struct OddKeys {
  1: map<Options, i32> structs
  2: set<list<i32>> lists
  3: map<map<i32, set<double>>, bool> maps
  4: map<Choice, Choice> choices
}

exception Refused {
  1: string why
}

service Mirror {
  All reflect(1: All it) throws (1: Refused refused)
  Old older(1: Old it, 2: i32 more)
  oneway void fire(1: list<i64> it)
  void nothing()
}
