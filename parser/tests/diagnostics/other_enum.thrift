enum Size { SMALL, LARGE }
enum Color { RED, GREEN }

const Color COLOR = Size.GREEN
