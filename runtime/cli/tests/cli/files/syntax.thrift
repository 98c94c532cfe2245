struct S {
    1: i32
}
service T { void f( }
