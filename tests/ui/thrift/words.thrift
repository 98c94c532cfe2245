php_namespace people

struct class {
    1: sting name
    2: list<i32 numbers
    3: senum kind
}

struct struct {}
