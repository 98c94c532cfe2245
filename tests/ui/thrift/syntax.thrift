struct Person {
    1: i32
    2: string name
}

enum Color { RED = }

service People {
    Person find(1: i32 id)
}
