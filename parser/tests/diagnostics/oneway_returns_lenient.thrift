// options: lenient_oneway
service V {
  oneway i32 f()
}
