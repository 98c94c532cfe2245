struct Tree { 1: list<Tree> children, 2: optional Tree parent, 3: map<string, Tree> named }
struct A { 1: optional B b }
struct B { 1: optional A a }
union U { 1: U u, 2: i32 n }
struct D { 1: D d }
struct WithDefault { 1: optional WithDefault w, 2: i32 n = 1 }
const WithDefault W = {"w": {"n": 2}}
