// A service whose calls take as long as they are told to.
service Serial {
    i32 work(1: i32 millis)
}
