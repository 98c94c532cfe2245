// options: lints
struct S { 1: list<byte> a, 2: list<i8> b, 3: set<byte> c }
