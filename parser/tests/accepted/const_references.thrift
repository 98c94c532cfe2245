const i32 LATER = FIRST
const i32 FIRST = 1
const double D = FIRST
const list<i32> L = [FIRST, LATER]
const list<i32> M = L
const map<string, list<i32>> N = {KEY: L}
const string KEY = "k"
struct T { 1: i32 a }
const T S1 = {"a": 1}
const T S2 = S1
const list<T> S3 = [S1, {"a": 2}]
const map<T, i32> S4 = {S1: 1}
typedef list<i32> Ints
const Ints O = L
const i64 WIDE = FIRST
const binary BYTES = KEY
