service Store {
    string get(1: string key) (idempotent)
    void put(1: string key, 2: string value)
}
