// Everything that JSON with field names can contain.
enum Color { RED = 1, BLUE = 4 }

struct Inner { 1: required string text, 2: optional i64 number }

union Either { 1: string text, 2: Inner inner, 3: list<i32> numbers }

struct Everything {
  1: bool yes,
  2: i8 tiny,
  3: i16 small,
  4: i32 medium,
  5: i64 large,
  6: double real,
  7: string text,
  8: binary blob,
  9: Color color,
  10: Inner inner,
  11: list<Inner> inners,
  12: set<i32> numbers,
  13: map<string, i32> counts,
  14: map<i32, map<i64, list<string>>> nested,
  15: optional string absent,
  16: Either either,
  17: list<bool> flags,
  300: string far,
}

exception Refused { 1: string why, 2: i32 code }

service Echo {
  Everything echo(1: Everything value),
  i32 add(1: i32 a, 2: i32 b),
  void nothing(),
  string refuse(1: string why) throws (1: Refused refused),
  oneway void tell(1: string news),
}
