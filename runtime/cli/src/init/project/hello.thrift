/** There is nobody to greet. */
exception NoName {
  1: required string message
}

/** Greets people. */
service Hello {
  /** Greets somebody by name. */
  string greet(1: string name) throws (1: NoName nobody)
}
