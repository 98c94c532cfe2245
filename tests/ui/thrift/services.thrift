struct NoException {}

service First extends Nobody {
    void once(1: i32 a, 1: i32 b)
    void once()
    oneway i32 returns()
    void throwing() throws (1: NoException e)
}

service Second extends Third {}
service Third extends Second {}
