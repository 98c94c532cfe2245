struct A { 1: required A a }
struct B { 1: required C c }
struct C { 1: required D d }
typedef B D
struct Fine { 1: optional Fine a, 2: required list<Fine> b }
union U { 1: U u, 2: i32 n }
