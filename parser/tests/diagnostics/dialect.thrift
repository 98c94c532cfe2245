package "a.com/b"

interaction I { void a() }
service S { stream<i32> b() }
