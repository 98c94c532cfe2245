enum E { A }
enum F { Q }
struct T { 1: i32 a }
const i32 A = "1"
const i32 B = 1.0
const double C = "1"
const bool D = "x"
const binary G = 1
const double H = true
const list<i32> I = {1: 2}
const list<i32> J = 5
const set<i32> K = {1: 1}
const map<string, i32> L = [1]
const T M = [1]
const T N = {1: 1}
const T O = {"a": "x"}
const E P = F.Q
const E Q = true
const list<string> R = ["a", 1]
const map<string, i32> S = {1: "a"}
const double U = 1.5
const i32 V = U
const list<i32> W = [1]
const list<i64> X = W
const string Y = W
typedef i32 Int
const Int Z = "x"
struct Defaults {
  1: Int a = "x"
  2: Int b = 2
}
typedef list<i32> Ints
const Ints FINE = W
const bool BOOL = E.A
