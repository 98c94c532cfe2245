exception X {}
service V {
  oneway void f() throws (1: X x)
  oneway void g() throws ()
}
