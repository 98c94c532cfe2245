enum Color { RED = 1, GREEN }

const i32 TOO_LARGE = 3000000000
const i8 SMALL = 300
const string NAME = 5
const Color COLOR = Color.BLUE
const list<i32> NUMBERS = [1, "two"]
const i32 ROUND = ABOUT
const i32 ABOUT = ROUND

struct Defaults {
    1: bool yes = "yes"
    2: Point point = { "x": 1, "z": 2 }
}

struct Point { 1: required i32 x, 2: required i32 y }
