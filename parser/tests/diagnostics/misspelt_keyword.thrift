strcut S {
  1: i32 a
}
unoin U { 1: S s }
sevice V {}
struct T { 1: S s, 2: U u, 3: lst<i32> l, 4: optonal i32 b }
