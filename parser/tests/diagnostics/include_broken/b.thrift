struct V {
  1: Nope n
  2: i32
}
