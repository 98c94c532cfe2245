typedef list<i64> Stamps (rust.type = "std::collections::BTreeSet<i64>")
enum Color { RED }
struct Person {
    1: i32 age (rust.type = "i64")
    2: string name (rust.type = "std::sync::Arc<str>")
    3: optional Color color (rust.type = "i32")
    4: Stamps stamps
}
union Choice {
    1: Person person (rust.type = "String")
}
