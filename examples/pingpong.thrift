service PingPong {
    string ping(1: string name)
}
