struct Person {
    1: Strng name
    2: list<Strng> names
    3: map<Strng, i32> ages
    4: optional Strng nick
}

union Either {
    1: Strng left
    2: i32 right
}

exception Missing {
    1: Strng name
}

typedef Strng Name

const Name NOBODY = "nobody"

service People {
    Strng get(1: Strng name, 2: optional list<Strng> others) throws (1: Missing missing)
    void put(1: Person person, 2: Name name) throws (1: Strng wrong)
    set<Strng> all(1: Strng from = "a")
}
