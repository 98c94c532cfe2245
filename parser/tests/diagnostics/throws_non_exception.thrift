struct S {}
exception X {}
typedef X Fine
typedef S Bad
service V {
  void f() throws (1: S s, 2: string t, 3: Fine u, 4: Bad v, 5: list<X> w)
}
