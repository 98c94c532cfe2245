include "a.thrift"
typedef A B
typedef B C
typedef C A
typedef D D
typedef list<E> E
typedef map<string, list<F>> F
struct S { 1: A a, 2: E e }
const A X = 1
typedef a.T T
