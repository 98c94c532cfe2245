/** What users call. */
service Front {
    /** A greeting of the user, in the language of the tenant. */
    string page(1: string user)
}

/** What the front calls. */
service Store {
    string get(1: string key)
}
