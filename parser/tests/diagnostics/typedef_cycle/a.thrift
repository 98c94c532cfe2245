typedef i32 T
