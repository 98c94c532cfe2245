/** Two services that one server has on one port. */

exception NotFound { 1: string key }

service Store {
    void put(1: string key, 2: string value)
    string get(1: string key) throws (1: NotFound missing)
}

service Admin {
    i32 size()
}
