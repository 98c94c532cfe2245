struct T { 1: i32 name }
const T A = {"nmae": 1}
const T B = {"x": 1}
