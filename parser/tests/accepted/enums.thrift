enum Empty {}
enum Bare { A B C }
enum Numbers { A, B = 5, C; D = -3 E, F = 0x10, G }
enum Limits { LOW = -2147483648, HIGH = 2147483647 }
enum Words { struct, list = 3, optional; service (a = "b") i32 }
enum Annotated { A (x = "y"), B = 2 (z) } (q = "r");
