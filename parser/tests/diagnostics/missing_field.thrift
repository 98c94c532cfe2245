struct T { 1: required i32 a, 2: required i32 b = 3, 3: i32 c }
const T A = {"c": 1}
struct U { 1: list<T> ts = [{"a": 1}, {}] }
