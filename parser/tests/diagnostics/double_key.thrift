typedef double Weight
struct S {
  1: map<double, i32> a
  2: set<Weight> b
  3: map<string, list<set<double>>> c
}
