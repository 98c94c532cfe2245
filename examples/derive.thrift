// The same types as in derive.rs, for those who have the IDL.
struct Point {
    1: required i32 x
    2: required i32 y
    3: optional string label
}

union Shape {
    1: Point dot
    2: list<Point> polygon
}
