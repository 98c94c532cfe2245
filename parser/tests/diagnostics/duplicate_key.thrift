const map<string, i32> A = {"a": 1, "b": 2, "a": 3}
const map<list<i32>, i32> B = {[1]: 1, [1]: 2}
