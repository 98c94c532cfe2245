struct A { 1: required A a }
struct HoldsA { 1: A a, 2: required A b, 3: optional A c }
struct B { 1: i32 n, 2: required C c }
exception C { 1: required D d }
typedef B D
union U { 1: U u, 2: V v }
struct V { 1: optional i32 n, 2: required U u = {"u": {}} }
union W { 1: W w }
struct Fine { 1: optional Fine a, 2: required list<Fine> b, 3: Fine c }
union FineToo { 1: FineToo u, 2: i32 n }
union Empty {}
struct HoldsEmpty { 1: required Empty e }
