typedef list<string> Names
struct S {
  1: list<string> a = {}
  2: optional set<i32> b = {}
  3: required map<i32, i32> c = []
  4: list<Names> d = [{}]
}
const Names N = {}
service V { void f(1: Names n = {}) }
