struct Point {
    1: double x
    2: i32 y
}
