struct A {}
typedef i32 A
service A {}
enum B { X }
enum B { Y }
