const i32 Limit = 1
