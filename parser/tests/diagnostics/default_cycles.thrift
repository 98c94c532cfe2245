// Values that lead to a cycle, and are not part of it.
const Outer FIRST = {}
struct Outer { 1: Inner before, 2: Inner inner }
struct Inner { 1: i32 n, 2: optional Again again = {} }
struct Again { 1: optional Inner back = {} }
// A constant and a field that contain each other, found from another constant.
const list<Pair> HOLDER = PAIRS
const list<Pair> PAIRS = [{}]
struct Pair { 1: optional list<Pair> more = PAIRS, 2: i32 n }
// Two cycles through one field, and one within another.
struct Twice { 1: optional Left left = {}, 2: optional Right right = {} }
struct Left { 1: optional Twice twice = {}, 2: optional Left left = {} }
struct Right { 1: optional Twice twice = {}, 2: optional Left left = {} }
// Two cycles side by side.
struct One { 1: optional One one = {} }
struct Two { 1: optional Two two = {} }
struct Both { 1: One one, 2: Two two, 3: optional Both both = {} }
// Longer than is shown.
struct L0 { 1: optional L1 next = {} }
struct L1 { 1: optional L2 next = {} }
struct L2 { 1: optional L3 next = {} }
struct L3 { 1: optional L4 next = {} }
struct L4 { 1: optional L5 next = {} }
struct L5 { 1: optional L0 next = {} }
const L0 LONG = {}
// A struct without a finite value on the way to a cycle, and within one.
struct Endless { 1: required Endless endless, 2: optional Cyclic cyclic = {} }
struct Cyclic { 1: optional Cyclic again = {} }
struct Self { 1: required Self it, 2: optional Self again = {} }
const Holder ENDLESS = {}
struct Holder { 1: optional Endless endless = {} }
