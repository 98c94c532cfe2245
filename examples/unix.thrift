service Local {
    /** Greets the caller by its name and its user id. */
    string greet(1: string name)
}
