struct S { 1: i32 BEGIN, 2: i32 class, 3: i32 default, 4: i32 self, 5: i32 __FILE__ }
enum class { end, if }
const i32 print = 1
service yield { void return(1: i32 while) }
