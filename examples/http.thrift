exception Nameless {}

service Greeter {
    string greet(1: string name) throws (1: Nameless nameless)
}
