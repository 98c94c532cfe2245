union U { 1: i32 a, 2: string b }
const U A = {}
const U B = {"a": 1, "b": "x"}
const U C = {"a": 1}
