include "shared.thrift"

/** The calculator of Apache's tutorial, grown up a little. */

enum Operation {
    ADD = 1
    SUBTRACT = 2
    MULTIPLY = 3
    DIVIDE = 4
}

const i32 INT32CONSTANT = 9853
const map<string, string> MAPCONSTANT = {'hello': 'world', 'goodnight': 'moon'}

struct Task {
    1: i32 left = 0
    2: i32 right
    3: Operation op
    4: optional string comment
}

exception InvalidOperation {
    1: Operation whatOp
    2: string why
}

service Calculator extends shared.SharedService {
    void ping()
    i32 add(1: i32 left, 2: i32 right)
    /** Computes, and remembers the result under the key. */
    i32 calculate(1: i32 key, 2: Task task) throws (1: InvalidOperation ouch)
    oneway void clear()
}
