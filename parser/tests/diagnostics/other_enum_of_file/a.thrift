enum E { X = 1, Y = 2, Z = 3 }
struct T { 1: i32 n }
const E EX = E.X
const E EY = E.Y
const T ONE = {"n": 1}
