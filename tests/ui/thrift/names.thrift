struct A.b { 1: i32 x.y }
enum Color.s { RED.DISH }
service Se.rvice { void me.thod(1: i32 ar.g) }
const i32 Nine.ty = 90
