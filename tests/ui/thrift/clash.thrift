struct Person {
    1: string phoneNumber (rust.name = "phone_number")
    2: string phone_number
}

struct person {} (rust.name = "Person")

enum Size { SMALL = 0, Small = 1 }

service Shop { void buy(1: i32 price, 2: i32 tip) }
