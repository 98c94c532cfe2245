enum E { X = 1 }
enum F { Z = 3 }
