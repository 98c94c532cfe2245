struct S {
  32767: i32 fine
  32768: i32 a
  -32769: i32 b
  4294967297: i32 c
}
