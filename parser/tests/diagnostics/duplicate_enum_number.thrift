enum E { A = 1, B = 1, C = 0, D }
