struct NoCommas { 1: i32 a = 1
  2: i32 b // why
  3: map<i32,i32> m = {1:2,
 3:4}
}


service S { void ping()
  i32 add(
    1: i32 a; 2: i32 b)

}
enum E { A B=2 C }
const list<i32> L = [
1 2 3];
