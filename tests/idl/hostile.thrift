// Every field that there can be. The ids of `Lists`, `Sets` and `Maps` are the numbers that the types of their elements
// have in the binary protocol, so that tests can count through them.

enum Color { RED = 1, GREEN, BLUE = 5 }

struct Scalars {
  1: bool flag, 2: i8 tiny, 3: i16 small, 4: i32 medium, 5: i64 large, 6: double real, 7: string text, 8: binary blob,
  9: Color color = Color.RED, 10: uuid id
}

struct Lists {
  2: list<bool> bools, 3: list<i8> i8s, 4: list<double> doubles, 6: list<i16> i16s, 8: list<i32> i32s, 10: list<i64> i64s,
  11: list<string> strings, 12: list<Scalars> structs, 13: list<map<i32, string>> maps, 14: list<set<i16>> sets,
  15: list<list<string>> lists, 16: list<uuid> uuids, 17: list<binary> blobs, 18: list<Color> colors
}

struct Sets {
  2: set<bool> bools, 3: set<i8> i8s, 4: set<double> doubles, 6: set<i16> i16s, 8: set<i32> i32s, 10: set<i64> i64s,
  11: set<string> strings, 12: set<Pair> structs, 13: set<map<i32, string>> maps, 14: set<set<i16>> sets,
  15: set<list<string>> lists, 16: set<uuid> uuids
}

struct Pair { 1: i32 key, 2: string value }

struct Maps {
  2: map<bool, bool> bools, 3: map<i8, i8> i8s, 4: map<double, double> doubles, 6: map<i16, i16> i16s, 8: map<i32, i32> i32s,
  10: map<i64, i64> i64s, 11: map<string, string> strings, 12: map<i32, Scalars> structs,
  13: map<i32, map<i32, string>> maps, 14: map<i32, set<i16>> sets, 15: map<i32, list<string>> lists, 16: map<uuid, uuid> uuids
}

struct Node {
  1: i32 value, 2: optional Node next, 3: list<Node> list, 4: map<i32, Node> map, 5: optional Tree tree,
  6: optional Fault fault, 7: optional string text
}

union Tree { 1: i32 leaf, 2: Node node, 3: list<Tree> branches, 4: Tree only, 5: string text }

exception Fault { 1: string why, 2: optional Node node, 3: optional Fault cause }

struct Needs {
  1: required i32 id, 2: required string name, 3: optional i32 more, 32767: optional bool last, -32768: optional i8 first,
  0: optional i16 zero
}

// Nothing at all, for unknown fields.
struct Nothing {}
