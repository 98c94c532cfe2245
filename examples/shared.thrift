struct Work {
    1: i32 number
    2: string comment
}

service SharedService {
    /** What was last computed under a key. */
    Work lookup(1: i32 key) throws (1: NotFound notFound)
}

exception NotFound {
    1: i32 key
}
