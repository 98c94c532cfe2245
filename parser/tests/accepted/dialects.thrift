struct S { 1: i32 a };
service V { void f(); };
enum E { A };
union U { 1: i32 a };
exception X {};
