struct Bag {
    1: i32 count (rust.type = "1 +")
}
