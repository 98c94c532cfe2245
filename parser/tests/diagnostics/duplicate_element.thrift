const set<i32> A = [1, 0x1, 2]
enum E { X, Y }
const set<E> B = [E.X, X, 0, Y]
