struct S {
  1: i32 a (x = "y", z, w = "v";)
  2: i32 b (x = "y" z = "w")
  3: i32 c = 5 ()
  4: i32 d (a.b.c = "d", struct.x = "y")
  5: i32 e (x = "1", x = "2")
} (q)
