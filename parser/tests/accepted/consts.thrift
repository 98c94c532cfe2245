const i32 A = 1;
const i32 B = 2,
const i32 C = 3
const string (x = "y") D = "z"
const i32 E = 5 (key = "value", bare);
const list<i32> F = [1, 2; 3 4,]
const map<string, i32> G = {"a": 1, "b": 2; "c": 3 "d": 4}
const set<i32> H = [1, 2]
const map<string, list<map<i32, set<string>>>> K = {"a": [{1: ["x"]}]}
const map<map<i32, i32>, list<i32>> L = {{1: 2}: [3]}
const uuid M = "00112233-4455-6677-8899-AABBCCDDEEFF"
const uuid N = "{00112233-4455-6677-8899-aabbccddeeff}"
