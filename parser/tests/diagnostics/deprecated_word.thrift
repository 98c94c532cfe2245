php_namespace a
py_module b.c
senum Seasons { "spring", "fall" }
struct S { 1: slist names, 2: Seasons season }
