// Every type, in every place where a type can be.

typedef string Text
typedef list<i32> Numbers
typedef map<Text, Alias> Table
typedef Struct Alias
typedef Enum Level

enum Enum { ONE = 1, TWO = 2 }
struct Struct { 1: i32 number }
union Union { 1: i32 number, 2: string text, 3: list<Union> several }
exception Exception { 1: string message }

struct Plain {
    1: bool a_bool
    2: byte a_byte
    3: i16 a_i16
    4: i32 a_i32
    5: i64 a_i64
    6: double a_double
    7: string a_string
    8: binary a_binary
    9: uuid a_uuid
    10: Enum a_enum
    11: Struct a_struct
    12: Union a_union
    13: Exception a_exception
    14: list<i32> a_list
    15: list<Struct> a_list_of_structs
    16: list<list<string>> a_list_of_lists
    17: set<string> a_set
    18: set<double> a_set_of_doubles
    19: set<Struct> a_set_of_structs
    20: set<Union> a_set_of_unions
    21: map<string, i64> a_map
    22: map<Enum, binary> a_map_of_enums
    23: map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers
    24: map<double, uuid> a_map_of_doubles
    25: Text a_text
    26: Numbers a_numbers
    27: Table a_table
    28: Alias a_alias
    29: Level a_level
}

struct Required {
    1: required bool a_bool
    2: required byte a_byte
    3: required i16 a_i16
    4: required i32 a_i32
    5: required i64 a_i64
    6: required double a_double
    7: required string a_string
    8: required binary a_binary
    9: required uuid a_uuid
    10: required Enum a_enum
    11: required Struct a_struct
    12: required Union a_union
    13: required Exception a_exception
    14: required list<i32> a_list
    15: required list<Struct> a_list_of_structs
    16: required list<list<string>> a_list_of_lists
    17: required set<string> a_set
    18: required set<double> a_set_of_doubles
    19: required set<Struct> a_set_of_structs
    20: required set<Union> a_set_of_unions
    21: required map<string, i64> a_map
    22: required map<Enum, binary> a_map_of_enums
    23: required map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers
    24: required map<double, uuid> a_map_of_doubles
    25: required Text a_text
    26: required Numbers a_numbers
    27: required Table a_table
    28: required Alias a_alias
    29: required Level a_level
}

struct Optional {
    1: optional bool a_bool
    2: optional byte a_byte
    3: optional i16 a_i16
    4: optional i32 a_i32
    5: optional i64 a_i64
    6: optional double a_double
    7: optional string a_string
    8: optional binary a_binary
    9: optional uuid a_uuid
    10: optional Enum a_enum
    11: optional Struct a_struct
    12: optional Union a_union
    13: optional Exception a_exception
    14: optional list<i32> a_list
    15: optional list<Struct> a_list_of_structs
    16: optional list<list<string>> a_list_of_lists
    17: optional set<string> a_set
    18: optional set<double> a_set_of_doubles
    19: optional set<Struct> a_set_of_structs
    20: optional set<Union> a_set_of_unions
    21: optional map<string, i64> a_map
    22: optional map<Enum, binary> a_map_of_enums
    23: optional map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers
    24: optional map<double, uuid> a_map_of_doubles
    25: optional Text a_text
    26: optional Numbers a_numbers
    27: optional Table a_table
    28: optional Alias a_alias
    29: optional Level a_level
}

struct Defaults {
    1: bool a_bool = true
    2: byte a_byte = 1
    3: i16 a_i16 = 2
    4: i32 a_i32 = 3
    5: i64 a_i64 = 4
    6: double a_double = 1.5
    7: string a_string = "text"
    8: binary a_binary = "blob"
    9: uuid a_uuid = "00112233-4455-6677-8899-aabbccddeeff"
    10: Enum a_enum = Enum.TWO
    11: Struct a_struct = {"number": 1}
    12: Union a_union = {"number": 1}
    13: Exception a_exception = {"message": "m"}
    14: list<i32> a_list = [1]
    15: list<Struct> a_list_of_structs = [{"number": 1}]
    16: list<list<string>> a_list_of_lists = [["a"]]
    17: set<string> a_set = ["a"]
    18: set<double> a_set_of_doubles = [1.5]
    19: set<Struct> a_set_of_structs = [{"number": 1}]
    20: set<Union> a_set_of_unions = [{"number": 1}]
    21: map<string, i64> a_map = {"a": 1}
    22: map<Enum, binary> a_map_of_enums = {Enum.ONE: "b"}
    23: map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers = {[1]: {[true]: [{"number": 1}]}}
    24: map<double, uuid> a_map_of_doubles = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}
    25: Text a_text = "text"
    26: Numbers a_numbers = [1]
    27: Table a_table = {"a": {"number": 1}}
    28: Alias a_alias = {"number": 1}
    29: Level a_level = Enum.ONE
}

struct OptionalDefaults {
    1: optional bool a_bool = true
    2: optional byte a_byte = 1
    3: optional i16 a_i16 = 2
    4: optional i32 a_i32 = 3
    5: optional i64 a_i64 = 4
    6: optional double a_double = 1.5
    7: optional string a_string = "text"
    8: optional binary a_binary = "blob"
    9: optional uuid a_uuid = "00112233-4455-6677-8899-aabbccddeeff"
    10: optional Enum a_enum = Enum.TWO
    11: optional Struct a_struct = {"number": 1}
    12: optional Union a_union = {"number": 1}
    13: optional Exception a_exception = {"message": "m"}
    14: optional list<i32> a_list = [1]
    15: optional list<Struct> a_list_of_structs = [{"number": 1}]
    16: optional list<list<string>> a_list_of_lists = [["a"]]
    17: optional set<string> a_set = ["a"]
    18: optional set<double> a_set_of_doubles = [1.5]
    19: optional set<Struct> a_set_of_structs = [{"number": 1}]
    20: optional set<Union> a_set_of_unions = [{"number": 1}]
    21: optional map<string, i64> a_map = {"a": 1}
    22: optional map<Enum, binary> a_map_of_enums = {Enum.ONE: "b"}
    23: optional map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers = {[1]: {[true]: [{"number": 1}]}}
    24: optional map<double, uuid> a_map_of_doubles = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}
    25: optional Text a_text = "text"
    26: optional Numbers a_numbers = [1]
    27: optional Table a_table = {"a": {"number": 1}}
    28: optional Alias a_alias = {"number": 1}
    29: optional Level a_level = Enum.ONE
}

struct RequiredDefaults {
    1: required bool a_bool = true
    2: required byte a_byte = 1
    3: required i16 a_i16 = 2
    4: required i32 a_i32 = 3
    5: required i64 a_i64 = 4
    6: required double a_double = 1.5
    7: required string a_string = "text"
    8: required binary a_binary = "blob"
    9: required uuid a_uuid = "00112233-4455-6677-8899-aabbccddeeff"
    10: required Enum a_enum = Enum.TWO
    11: required Struct a_struct = {"number": 1}
    12: required Union a_union = {"number": 1}
    13: required Exception a_exception = {"message": "m"}
    14: required list<i32> a_list = [1]
    15: required list<Struct> a_list_of_structs = [{"number": 1}]
    16: required list<list<string>> a_list_of_lists = [["a"]]
    17: required set<string> a_set = ["a"]
    18: required set<double> a_set_of_doubles = [1.5]
    19: required set<Struct> a_set_of_structs = [{"number": 1}]
    20: required set<Union> a_set_of_unions = [{"number": 1}]
    21: required map<string, i64> a_map = {"a": 1}
    22: required map<Enum, binary> a_map_of_enums = {Enum.ONE: "b"}
    23: required map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers = {[1]: {[true]: [{"number": 1}]}}
    24: required map<double, uuid> a_map_of_doubles = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}
    25: required Text a_text = "text"
    26: required Numbers a_numbers = [1]
    27: required Table a_table = {"a": {"number": 1}}
    28: required Alias a_alias = {"number": 1}
    29: required Level a_level = Enum.ONE
}

union OneOf {
    1: bool a_bool
    2: byte a_byte
    3: i16 a_i16
    4: i32 a_i32
    5: i64 a_i64
    6: double a_double
    7: string a_string
    8: binary a_binary
    9: uuid a_uuid
    10: Enum a_enum
    11: Struct a_struct
    12: Union a_union
    13: Exception a_exception
    14: list<i32> a_list
    15: list<Struct> a_list_of_structs
    16: list<list<string>> a_list_of_lists
    17: set<string> a_set
    18: set<double> a_set_of_doubles
    19: set<Struct> a_set_of_structs
    20: set<Union> a_set_of_unions
    21: map<string, i64> a_map
    22: map<Enum, binary> a_map_of_enums
    23: map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers
    24: map<double, uuid> a_map_of_doubles
    25: Text a_text
    26: Numbers a_numbers
    27: Table a_table
    28: Alias a_alias
    29: Level a_level
}

exception Failure {
    1: bool a_bool = true
    2: byte a_byte = 1
    3: i16 a_i16 = 2
    4: i32 a_i32 = 3
    5: i64 a_i64 = 4
    6: double a_double = 1.5
    7: string a_string = "text"
    8: binary a_binary = "blob"
    9: uuid a_uuid = "00112233-4455-6677-8899-aabbccddeeff"
    10: Enum a_enum = Enum.TWO
    11: Struct a_struct = {"number": 1}
    12: Union a_union = {"number": 1}
    13: Exception a_exception = {"message": "m"}
    14: list<i32> a_list = [1]
    15: list<Struct> a_list_of_structs = [{"number": 1}]
    16: list<list<string>> a_list_of_lists = [["a"]]
    17: set<string> a_set = ["a"]
    18: set<double> a_set_of_doubles = [1.5]
    19: set<Struct> a_set_of_structs = [{"number": 1}]
    20: set<Union> a_set_of_unions = [{"number": 1}]
    21: map<string, i64> a_map = {"a": 1}
    22: map<Enum, binary> a_map_of_enums = {Enum.ONE: "b"}
    23: map<list<i32>, map<set<bool>, list<Union>>> a_map_of_containers = {[1]: {[true]: [{"number": 1}]}}
    24: map<double, uuid> a_map_of_doubles = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}
    25: Text a_text = "text"
    26: Numbers a_numbers = [1]
    27: Table a_table = {"a": {"number": 1}}
    28: Alias a_alias = {"number": 1}
    29: Level a_level = Enum.ONE
}

const bool A_BOOL = true
const byte A_BYTE = 1
const i16 A_I16 = 2
const i32 A_I32 = 3
const i64 A_I64 = 4
const double A_DOUBLE = 1.5
const string A_STRING = "text"
const binary A_BINARY = "blob"
const uuid A_UUID = "00112233-4455-6677-8899-aabbccddeeff"
const Enum A_ENUM = Enum.TWO
const Struct A_STRUCT = {"number": 1}
const Union A_UNION = {"number": 1}
const Exception A_EXCEPTION = {"message": "m"}
const list<i32> A_LIST = [1]
const list<Struct> A_LIST_OF_STRUCTS = [{"number": 1}]
const list<list<string>> A_LIST_OF_LISTS = [["a"]]
const set<string> A_SET = ["a"]
const set<double> A_SET_OF_DOUBLES = [1.5]
const set<Struct> A_SET_OF_STRUCTS = [{"number": 1}]
const set<Union> A_SET_OF_UNIONS = [{"number": 1}]
const map<string, i64> A_MAP = {"a": 1}
const map<Enum, binary> A_MAP_OF_ENUMS = {Enum.ONE: "b"}
const map<list<i32>, map<set<bool>, list<Union>>> A_MAP_OF_CONTAINERS = {[1]: {[true]: [{"number": 1}]}}
const map<double, uuid> A_MAP_OF_DOUBLES = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}
const Text A_TEXT = "text"
const Numbers A_NUMBERS = [1]
const Table A_TABLE = {"a": {"number": 1}}
const Alias A_ALIAS = {"number": 1}
const Level A_LEVEL = Enum.ONE

service Places {
    bool plain_bool(1: bool value, 100: required bool other) throws (1: Exception exception)
    byte plain_byte(2: byte value, 100: required byte other) throws (1: Exception exception)
    i16 plain_i16(3: i16 value, 100: required i16 other) throws (1: Exception exception)
    i32 plain_i32(4: i32 value, 100: required i32 other) throws (1: Exception exception)
    i64 plain_i64(5: i64 value, 100: required i64 other) throws (1: Exception exception)
    double plain_double(6: double value, 100: required double other) throws (1: Exception exception)
    string plain_string(7: string value, 100: required string other) throws (1: Exception exception)
    binary plain_binary(8: binary value, 100: required binary other) throws (1: Exception exception)
    uuid plain_uuid(9: uuid value, 100: required uuid other) throws (1: Exception exception)
    Enum plain_enum(10: Enum value, 100: required Enum other) throws (1: Exception exception)
    Struct plain_struct(11: Struct value, 100: required Struct other) throws (1: Exception exception)
    Union plain_union(12: Union value, 100: required Union other) throws (1: Exception exception)
    Exception plain_exception(13: Exception value, 100: required Exception other) throws (1: Exception exception)
    list<i32> plain_list(14: list<i32> value, 100: required list<i32> other) throws (1: Exception exception)
    list<Struct> plain_list_of_structs(15: list<Struct> value, 100: required list<Struct> other) throws (1: Exception exception)
    list<list<string>> plain_list_of_lists(16: list<list<string>> value, 100: required list<list<string>> other) throws (1: Exception exception)
    set<string> plain_set(17: set<string> value, 100: required set<string> other) throws (1: Exception exception)
    set<double> plain_set_of_doubles(18: set<double> value, 100: required set<double> other) throws (1: Exception exception)
    set<Struct> plain_set_of_structs(19: set<Struct> value, 100: required set<Struct> other) throws (1: Exception exception)
    set<Union> plain_set_of_unions(20: set<Union> value, 100: required set<Union> other) throws (1: Exception exception)
    map<string, i64> plain_map(21: map<string, i64> value, 100: required map<string, i64> other) throws (1: Exception exception)
    map<Enum, binary> plain_map_of_enums(22: map<Enum, binary> value, 100: required map<Enum, binary> other) throws (1: Exception exception)
    map<list<i32>, map<set<bool>, list<Union>>> plain_map_of_containers(23: map<list<i32>, map<set<bool>, list<Union>>> value, 100: required map<list<i32>, map<set<bool>, list<Union>>> other) throws (1: Exception exception)
    map<double, uuid> plain_map_of_doubles(24: map<double, uuid> value, 100: required map<double, uuid> other) throws (1: Exception exception)
    Text plain_text(25: Text value, 100: required Text other) throws (1: Exception exception)
    Numbers plain_numbers(26: Numbers value, 100: required Numbers other) throws (1: Exception exception)
    Table plain_table(27: Table value, 100: required Table other) throws (1: Exception exception)
    Alias plain_alias(28: Alias value, 100: required Alias other) throws (1: Exception exception)
    Level plain_level(29: Level value, 100: required Level other) throws (1: Exception exception)
}

service Defaulted extends Places {
    void default_bool(1: bool value = true, 100: bool other) throws (1: Exception exception, 2: Failure failure)
    void default_byte(2: byte value = 1, 100: byte other) throws (1: Exception exception, 2: Failure failure)
    void default_i16(3: i16 value = 2, 100: i16 other) throws (1: Exception exception, 2: Failure failure)
    void default_i32(4: i32 value = 3, 100: i32 other) throws (1: Exception exception, 2: Failure failure)
    void default_i64(5: i64 value = 4, 100: i64 other) throws (1: Exception exception, 2: Failure failure)
    void default_double(6: double value = 1.5, 100: double other) throws (1: Exception exception, 2: Failure failure)
    void default_string(7: string value = "text", 100: string other) throws (1: Exception exception, 2: Failure failure)
    void default_binary(8: binary value = "blob", 100: binary other) throws (1: Exception exception, 2: Failure failure)
    void default_uuid(9: uuid value = "00112233-4455-6677-8899-aabbccddeeff", 100: uuid other) throws (1: Exception exception, 2: Failure failure)
    void default_enum(10: Enum value = Enum.TWO, 100: Enum other) throws (1: Exception exception, 2: Failure failure)
    void default_struct(11: Struct value = {"number": 1}, 100: Struct other) throws (1: Exception exception, 2: Failure failure)
    void default_union(12: Union value = {"number": 1}, 100: Union other) throws (1: Exception exception, 2: Failure failure)
    void default_exception(13: Exception value = {"message": "m"}, 100: Exception other) throws (1: Exception exception, 2: Failure failure)
    void default_list(14: list<i32> value = [1], 100: list<i32> other) throws (1: Exception exception, 2: Failure failure)
    void default_list_of_structs(15: list<Struct> value = [{"number": 1}], 100: list<Struct> other) throws (1: Exception exception, 2: Failure failure)
    void default_list_of_lists(16: list<list<string>> value = [["a"]], 100: list<list<string>> other) throws (1: Exception exception, 2: Failure failure)
    void default_set(17: set<string> value = ["a"], 100: set<string> other) throws (1: Exception exception, 2: Failure failure)
    void default_set_of_doubles(18: set<double> value = [1.5], 100: set<double> other) throws (1: Exception exception, 2: Failure failure)
    void default_set_of_structs(19: set<Struct> value = [{"number": 1}], 100: set<Struct> other) throws (1: Exception exception, 2: Failure failure)
    void default_set_of_unions(20: set<Union> value = [{"number": 1}], 100: set<Union> other) throws (1: Exception exception, 2: Failure failure)
    void default_map(21: map<string, i64> value = {"a": 1}, 100: map<string, i64> other) throws (1: Exception exception, 2: Failure failure)
    void default_map_of_enums(22: map<Enum, binary> value = {Enum.ONE: "b"}, 100: map<Enum, binary> other) throws (1: Exception exception, 2: Failure failure)
    void default_map_of_containers(23: map<list<i32>, map<set<bool>, list<Union>>> value = {[1]: {[true]: [{"number": 1}]}}, 100: map<list<i32>, map<set<bool>, list<Union>>> other) throws (1: Exception exception, 2: Failure failure)
    void default_map_of_doubles(24: map<double, uuid> value = {1.5: "00112233-4455-6677-8899-aabbccddeeff"}, 100: map<double, uuid> other) throws (1: Exception exception, 2: Failure failure)
    void default_text(25: Text value = "text", 100: Text other) throws (1: Exception exception, 2: Failure failure)
    void default_numbers(26: Numbers value = [1], 100: Numbers other) throws (1: Exception exception, 2: Failure failure)
    void default_table(27: Table value = {"a": {"number": 1}}, 100: Table other) throws (1: Exception exception, 2: Failure failure)
    void default_alias(28: Alias value = {"number": 1}, 100: Alias other) throws (1: Exception exception, 2: Failure failure)
    void default_level(29: Level value = Enum.ONE, 100: Level other) throws (1: Exception exception, 2: Failure failure)
}

service Absent extends Defaulted {
    oneway void absent_bool(1: optional bool value, 100: optional bool other = true)
    oneway void absent_byte(2: optional byte value, 100: optional byte other = 1)
    oneway void absent_i16(3: optional i16 value, 100: optional i16 other = 2)
    oneway void absent_i32(4: optional i32 value, 100: optional i32 other = 3)
    oneway void absent_i64(5: optional i64 value, 100: optional i64 other = 4)
    oneway void absent_double(6: optional double value, 100: optional double other = 1.5)
    oneway void absent_string(7: optional string value, 100: optional string other = "text")
    oneway void absent_binary(8: optional binary value, 100: optional binary other = "blob")
    oneway void absent_uuid(9: optional uuid value, 100: optional uuid other = "00112233-4455-6677-8899-aabbccddeeff")
    oneway void absent_enum(10: optional Enum value, 100: optional Enum other = Enum.TWO)
    oneway void absent_struct(11: optional Struct value, 100: optional Struct other = {"number": 1})
    oneway void absent_union(12: optional Union value, 100: optional Union other = {"number": 1})
    oneway void absent_exception(13: optional Exception value, 100: optional Exception other = {"message": "m"})
    oneway void absent_list(14: optional list<i32> value, 100: optional list<i32> other = [1])
    oneway void absent_list_of_structs(15: optional list<Struct> value, 100: optional list<Struct> other = [{"number": 1}])
    oneway void absent_list_of_lists(16: optional list<list<string>> value, 100: optional list<list<string>> other = [["a"]])
    oneway void absent_set(17: optional set<string> value, 100: optional set<string> other = ["a"])
    oneway void absent_set_of_doubles(18: optional set<double> value, 100: optional set<double> other = [1.5])
    oneway void absent_set_of_structs(19: optional set<Struct> value, 100: optional set<Struct> other = [{"number": 1}])
    oneway void absent_set_of_unions(20: optional set<Union> value, 100: optional set<Union> other = [{"number": 1}])
    oneway void absent_map(21: optional map<string, i64> value, 100: optional map<string, i64> other = {"a": 1})
    oneway void absent_map_of_enums(22: optional map<Enum, binary> value, 100: optional map<Enum, binary> other = {Enum.ONE: "b"})
    oneway void absent_map_of_containers(23: optional map<list<i32>, map<set<bool>, list<Union>>> value, 100: optional map<list<i32>, map<set<bool>, list<Union>>> other = {[1]: {[true]: [{"number": 1}]}})
    oneway void absent_map_of_doubles(24: optional map<double, uuid> value, 100: optional map<double, uuid> other = {1.5: "00112233-4455-6677-8899-aabbccddeeff"})
    oneway void absent_text(25: optional Text value, 100: optional Text other = "text")
    oneway void absent_numbers(26: optional Numbers value, 100: optional Numbers other = [1])
    oneway void absent_table(27: optional Table value, 100: optional Table other = {"a": {"number": 1}})
    oneway void absent_alias(28: optional Alias value, 100: optional Alias other = {"number": 1})
    oneway void absent_level(29: optional Level value, 100: optional Level other = Enum.ONE)
}
