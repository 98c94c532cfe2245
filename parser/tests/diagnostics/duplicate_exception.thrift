exception X {}
typedef X Y
service V { void f() throws (1: X a, 2: Y b) }
