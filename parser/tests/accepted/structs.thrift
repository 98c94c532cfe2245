struct Empty {}
struct S {
  1: i32 a,
  2: required i32 b;
  3: optional string c
  0x4: double d = 1.5
  +5: list<i32> e = [1]
  6 : S2& f
  7: optional S2 & g, 8: binary h 9: uuid i
  32767: bool last
} (annotated)
union U { 1: i32 a; 2: string b = "x" };
exception X { 1: required string message } (x = "y")
struct S2 { 3: i32 b, 1: i32 a }
