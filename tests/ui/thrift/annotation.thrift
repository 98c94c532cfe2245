struct Person {
    1: string type (rust.name = "not a name")
    2: i64 born (rust.typ = "crate::Date")
} (rust.derive = "Hash,,", other.tool = "anything")
