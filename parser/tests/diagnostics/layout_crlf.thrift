struct S {
  1: Nope a
}
