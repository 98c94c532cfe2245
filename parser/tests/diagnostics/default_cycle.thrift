struct A { 1: optional A a = {}, 2: i32 n }
struct B { 1: optional list<B> b = [{"n": 1}], 2: i32 n }
struct C { 1: map<i32, C> c = CS }
const map<i32, C> CS = {1: {}}
struct D { 1: required E e }
typedef E Alias
struct E { 1: optional F f = {"name": "x"} }
exception F { 1: string name, 2: set<D> ds = [{}] }
union U { 1: H h, 2: i32 n }
struct H { 1: optional U u = {"h": {}} }
struct I { 1: J j }
struct J { 1: optional list<I> l = [{}] }
struct Fine { 1: optional Fine a = {"a": {"a": NONE}}, 2: Fine b, 3: list<Fine> c }
const Fine NONE = {"a": {}}
// These end.
struct K { 1: L l, 2: optional K k }
struct L { 1: optional K k = {} }
const K KK = {"k": {"k": {}}}
service S { void f(1: A a = {}) }
