struct Person {
    1: Strng name
    2: i32 age
    2: i64 height
}

service People {
    Person find(1: i32 id)
}
