struct Person {
    1: string name
}

/* A comment without an end.
struct Gone {}
