struct N { 1: required N n }
struct M { 1: N n, 2: optional M m }
struct Outer { 1: required M m }
service Chain { M first(1: N n) }

struct A { 1: optional A a = {"number": 1}, 2: i32 number }
struct B { 1: optional list<B> all = ALL }
const list<B> ALL = [{}, {}]
