service Store {
    string get(1: string key) (idempotent)
}
