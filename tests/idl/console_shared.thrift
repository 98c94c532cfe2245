/** Who asks. */
struct Color {
    1: string name = "red",
}

service Base {
    /** Does nothing. */
    void ping()
}
