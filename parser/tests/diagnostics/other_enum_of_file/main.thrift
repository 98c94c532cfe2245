include "a.thrift"
enum E { X = 1, Y = 7, W = 4 }
typedef E Mine
struct T { 1: i32 n }
// The same name and number.
struct S { 1: E e = a.E.X, 2: optional list<Mine> l = [a.EX] }
// Another number.
const E A = a.E.Y
const E B = a.EY
// No such name.
const E C = a.E.Z
// No such name in the enum that is written.
const a.E D = E.Z
// Two structs of one name.
const T F = a.ONE
