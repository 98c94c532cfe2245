enum E { X = 1, Y }
typedef E F
const E A = E.X
const E B = X
const E C = 2
const F D = E.Y
const F G = F.Y
const E H = A
const i32 I = E.Y
const list<E> J = [X, E.Y, 1]
const map<E, string> K = {X: "x"}
struct S { 1: E a = Y, 2: E b = E.X, 3: E c = 1 }
