namespace*a
struct S{1:i32 a,2:list<list<i32>>b;3:map<string,i32>c={"x":1}}service V{void f(1:i32 a)throws(1:X x)}exception X{}