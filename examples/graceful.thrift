/** Work that takes a while. */
service Works {
  /** Does it, and says how long it took. */
  string work(1: i32 millis)
}
