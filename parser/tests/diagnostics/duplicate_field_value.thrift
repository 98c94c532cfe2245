struct T { 1: i32 a }
const T A = {"a": 1, "a": 2}
