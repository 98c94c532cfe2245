enum E { X = 1, Y = 2 }
struct T { 1: E own = a.X }
