include "base.thrift"

exception Missing { 1: required string message }
union Value { 1: string text, 2: i64 number }
enum Kind { PLAIN, SORTED }

service Store extends base.Base {
    Value get(1: string key, 2: optional i32 version) throws (1: Missing missing, 2: base.Refused refused)
    void put(1: string key, 2: Value value, 3: i32 ttl = 60)
    map<string, list<Value>> all(1: set<binary> keys, 2: Kind kind, 3: uuid id, 4: bool type)
    oneway void forget(1: base.Page page)
    void clone()
}

service Admin {}
