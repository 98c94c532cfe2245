struct S {
  1: i32 namespace
  2: i32 cpp_include
  3: i32 include
  4: i32 void
  5: i32 bool
  6: i32 byte
  7: i32 i8
  8: i32 i16
  9: i32 i32
  10: i32 i64
  11: i32 double
  12: i32 string
  13: i32 binary
  14: i32 map
  15: i32 list
  16: i32 set
  17: i32 oneway
  18: i32 typedef
  19: i32 struct
  20: i32 union
  21: i32 exception
  22: i32 extends
  23: i32 throws
  24: i32 service
  25: i32 enum
  26: i32 const
  27: i32 required
  28: i32 optional
  29: i32 async
  30: i32 cpp_type
  31: i32 xsd_all
  32: i32 xsd_optional
  33: i32 xsd_nillable
  34: i32 xsd_attrs
  35: i32 uuid
}
service V {
  void list(1: i32 map, 2: i32 required)
  i32 struct()
  oneway void oneway()
  void throws() throws (1: X exception)
}
exception X { 1: i32 type (struct = "a", list, required = "b") }
enum E { const, typedef = 2 }
