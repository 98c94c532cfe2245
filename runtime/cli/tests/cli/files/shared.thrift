enum Color {
    RED = 1
    red = 1
}
