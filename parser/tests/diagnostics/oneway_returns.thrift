service V {
  oneway i32 f()
}
