enum E { A = 2147483648, B }
enum F { A = 2147483647, B, C }
enum G { A = -2147483649 }
