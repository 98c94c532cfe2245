struct Person {
    1: string phoneNumber
    2: string phone_number
}

struct person {}

enum Size { SMALL = 0, Small = 1 }

service Shop { void buy(), void Buy() }
struct ShopClient {}
