include "a.thrift"
// The enum that is expected has no such value.
const a.E A = a.Z
// Nothing says which enum is meant.
const i32 B = a.X
// Neither an enum nor a file.
const a.E C = x.X
const a.E D = x.y.X
const a.E E = x.Y
