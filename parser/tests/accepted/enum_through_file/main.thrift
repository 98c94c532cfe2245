include "a.thrift"
include "b.thrift"
typedef a.E Mine
const a.E ONE = a.X
const Mine TWO = a.Y
const b.E THREE = b.X
const b.E FOUR = a.X
const list<a.E> LIST = [a.X, a.E.Y, E.Y]
const map<a.E, set<Mine>> MAP = {a.X: [a.Y]}
const a.T STRUCT = {"own": a.Y}
struct S { 1: a.E e = a.X, 2: optional Mine m = a.Y, 3: required list<b.E> l = [b.Y] }
service V { void f(1: a.E e = a.Y) }
