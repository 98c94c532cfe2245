/** A web page made of what a store has, for calls tracked across both. */

exception NotFound { 1: string key }

service Store {
    string get(1: string key) throws (1: NotFound missing)
}

service Web {
    string page(1: string user) throws (1: NotFound missing)
}
