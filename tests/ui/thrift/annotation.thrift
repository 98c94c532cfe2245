struct Person {
    1: string type (rust.name = "not a name")
    2: i64 born (rust.typ = "crate::Date")
} (rust.derive = "Hash,,", other.tool = "anything")
struct Optional {
    1: required string must (rust.optional)
    2: string name (rust.optional = "yes")
}
union Either { 1: string text (rust.optional) }
