enum E { RED, GREEN }
const E A = E.GREN
const E B = BLUE
const E C = 7
const i32 D = E.YELLOW
