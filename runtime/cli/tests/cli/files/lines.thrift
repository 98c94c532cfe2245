const string TEXT = "one
two"
service S { oneway i32 f() }
