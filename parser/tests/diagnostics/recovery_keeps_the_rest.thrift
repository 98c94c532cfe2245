struct Good1 { 1: i32 a }
struct Bad { 1: i32 a, 2: : i32 b, 3: Good1 c }
const Bad VALUE = {"a": 1, "b": 2, "c": {"a": 1}}
enum Colors { RED, , GREEN, 5, BLUE }
const Colors C = Colors.PURPLE
service V {
  void a(),
  void b(1 i32 x),
  void c() throws X,
  Nope d()
}
const i32 WRONG = = 3
const i32 USES = WRONG
typedef list<i32 Broken
struct Good2 { 1: Broken b, 2: Nope n }
