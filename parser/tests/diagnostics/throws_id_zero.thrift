exception X {}
service V { i32 f() throws (0: X x) }
