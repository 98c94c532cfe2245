exception X {}
service V { i32 f() throws (1: X success) }
