//! Single constructs of the IDL, each alone, with several sets of options: all of them compile, and say nothing.

#![deny(warnings)]

/// A module for each text, with a module for each set of options.
macro_rules! constructs {
    ($($name:ident $idl:literal)*) => { $(
        mod $name {
            pub(crate) mod plain {
                thriftly::thrift!(inline: $idl, warnings: hidden);
            }
            pub(crate) mod options {
                thriftly::thrift!(
                    inline: $idl,
                    warnings: hidden, maps: hashed, strings: small, binary: small, unmarked: optional, unknown_fields: kept,
                    views: true, derive: [serde::Serialize, serde::Deserialize],
                );
            }
        }
    )* };
}

constructs! {
    int_min "const i64 A = -9223372036854775808"
    int_hex_max "const i64 A = 0x7fffffffffffffff"
    int_hex_min "const i64 A = -0x8000000000000000"
    double "const double A = 1.5"
    double_exponent "const double A = 1e5"
    double_infinite "const double A = 1e400"
    double_negative_infinite "const double A = -1e400"
    bool_number "const bool A = 1"
    bool_negative "const bool A = -1"
    const_twice_vs_struct "struct A {} const i32 A = 2"
    const_type_annotations r#"const string (x="y") A = "z""#
    const_binary r#"const binary A = "abc""#
    const_uuid_brace r#"const uuid A = "{00112233-4455-6677-8899-aabbccddeeff}""#
    const_list_from_emptymap "const list<i32> A = {}"
    const_set "const set<i32> A = [1,2]"
    const_set_twice "const set<i32> A = [1,1]"
    const_map_twice r#"const map<string,i32> A = {"a":1,"a":2}"#
    const_map_from_emptylist "const map<string,i32> A = []"
    const_nested r#"const map<string,list<map<i32,set<string>>>> A = {"a":[{1:["x"]}]}"#
    const_map_of_map_key "const map<map<i32,i32>,i32> A = {{1:2}:3}"
    const_enum_typedef "enum E { X=1 } typedef E F const F A = E.X"
    const_enum_twice_int "enum E { X=1, Y=1 } const E A = 1"
    const_named_int_to_dbl "const i32 A = 1 const double B = A"
    const_named_in_list "const i32 A = 1 const list<i32> B = [A, 2]"
    const_named_in_map r#"const string K = "k" const map<string,i32> B = {K: 2}"#
    const_named_const_of_enum "enum E { X } const E A = E.X const E B = A"
    const_struct_named r#"struct T { 1: i32 a } const T A = {"a":1} const T B = A"#
    const_struct_nested r#"struct U { 1: i32 x } struct T { 1: U u; 2: list<U> l } const T A = {"u":{"x":1},"l":[{"x":2}]}"#
    const_struct_typedef r#"struct T { 1: i32 a } typedef T U const U A = {"a":1}"#
    const_typedef_forward "const I A = 1 typedef i32 I"
    enum_basic "enum E { A, B = 5, C }"
    enum_empty "enum E {}"
    enum_hex "enum E { A = 0x10, B }"
    enum_min "enum E { A = -2147483648 }"
    enum_twice_value "enum E { A = 1, B = 1 }"
    enum_twice_value_implicit "enum E { A = 2, B = 1, C }"
    enum_annotations r#"enum E { A (x="y"), B = 2 (z="w") } (q="r")"#
    enum_reserved_val "enum E { default, class }"
    struct_mixed_ids "struct S { i32 a, 1: string b, i32 c }"
    struct_id0 "struct S { 0: i32 a }"
    struct_negative_id "struct S { -1: i32 a }"
    struct_id_max "struct S { 32767: i32 a }"
    struct_out_of_order "struct S { 3: i32 a, 1: i32 b }"
    struct_required "struct S { 1: required i32 a, 2: optional i32 b }"
    struct_required_default "struct S { 1: required i32 a = 5 }"
    struct_default_enum_int "enum E { X } struct S { 1: E a = 0 }"
    struct_default_enum_forward "struct S { 1: E a = E.X } enum E { X }"
    struct_default_struct r#"struct T { 1: i32 x } struct S { 1: T a = {"x":1} }"#
    struct_default_struct_forward r#"struct S { 1: T a = {"x":1} } struct T { 1: i32 x }"#
    struct_default_list "struct S { 1: list<i32> a = [1,2] }"
    struct_default_bool_int "struct S { 1: bool a = 1 }"
    struct_recursive "struct S { 1: optional S a }"
    struct_mutual "struct A { 1: optional B b } struct B { 1: optional A a }"
    struct_forward "struct A { 1: B b } struct B {}"
    struct_exception_field "exception X {} struct A { 1: X b }"
    struct_annotations r#"struct S { 1: i32 a (x="y", z, w="v";) 2: i32 b } (q)"#
    struct_annotations_container r#"struct S { 1: list<i32 (a="b")> (c="d") a }"#
    struct_annotations_after_default r#"struct S { 1: i32 a = 5 (x="y") }"#
    struct_cpp_type_list_post r#"struct S { 1: list<i32> cpp_type "x" a }"#
    struct_default_with_an_end
        "struct A { 1: list<B> list = [{}] } struct B { 1: A a (rust.optional), 2: i32 n }"
    struct_mapkey_list "struct S { 1: map<list<i32>,i32> a }"
    struct_set_struct "struct T {} struct S { 1: set<T> a }"
    struct_i8 "struct S { 1: i8 a, 2: byte b }"
    union_basic "union U { 1: i32 a; 2: string b }"
    union_required "union U { 1: required i32 a; 2: string b }"
    union_optional "union U { 1: optional i32 a }"
    union_default "union U { 1: i32 a = 5; 2: string b }"
    union_recursive "union U { 1: U a; 2: i32 b }"
    exception_required "exception E { 1: required string m }"
    typedef_basic "typedef i32 I"
    typedef_ident "struct S {} typedef S T"
    typedef_forward "typedef S T struct S {}"
    typedef_annotations r#"typedef i32 (a="b") T (c="d")"#
    service_extends "service A { void a() } service B extends A { void b() }"
    service_extends_forward "service B extends A { void b() } service A { void a() }"
    service_annotations r#"service A { void a() (x="y") } (z="w")"#
    method_oneway "service S { oneway void a() }"
    method_throws_without_id "exception X {} service S { void a() throws (X x) }"
    method_throws_forward "service S { void a() throws (1: X x) } exception X {}"
    method_throws_typedef "exception X {} typedef X Y service S { void a() throws (1: Y x) }"
    method_throws_named_success "exception X {} service S { i32 a() throws (1: X success) }"
    method_args_without_id "service S { void a(i32 x, string y) }"
    method_args_required "service S { void a(1: required i32 x) }"
    method_args_optional "service S { void a(1: optional i32 x) }"
    method_ret_forward "service S { T a() } struct T {}"
    struct_fields_named_as_words "struct S { 1: i32 string 2: i32 list 3: i32 namespace 4: i32 include 5: i32 union 6: i32 exception 7: i32 const 8: i32 optional 9: i32 oneway 10: i32 async 11: i32 struct 12: i32 throws 13: i32 uuid 14: i32 cpp_type 15: i32 binary 16: i32 byte 17: i32 set 18: i32 BEGIN 19: i32 class 20: i32 default 21: i32 end 22: i32 if 23: i32 is 24: i32 new 25: i32 nil 26: i32 return 27: i32 self 28: i32 var 29: i32 with 30: i32 alias 31: i32 print 32: i32 static 33: i32 this 34: i32 super 35: i32 interaction 36: i32 stream 37: i32 sink 38: i32 server 39: i32 i128 40: i32 date 41: i32 from_ }"
    enum_values_named_as_words "enum E { string list namespace include union exception const optional oneway async struct throws uuid cpp_type binary byte set BEGIN class default end if is new nil return self var with alias print static this super interaction stream sink server i128 date from_ }"
    method_named_as_words "service S { void string(1: i32 string) void list(1: i32 list) void namespace(1: i32 namespace) void include(1: i32 include) void union(1: i32 union) void exception(1: i32 exception) void const(1: i32 const) void optional(1: i32 optional) void oneway(1: i32 oneway) void async(1: i32 async) void struct(1: i32 struct) void throws(1: i32 throws) void uuid(1: i32 uuid) void cpp_type(1: i32 cpp_type) void binary(1: i32 binary) void byte(1: i32 byte) void set(1: i32 set) void BEGIN(1: i32 BEGIN) void class(1: i32 class) void default(1: i32 default) void end(1: i32 end) void if(1: i32 if) void is(1: i32 is) void new(1: i32 new) void nil(1: i32 nil) void return(1: i32 return) void self(1: i32 self) void var(1: i32 var) void with(1: i32 with) void alias(1: i32 alias) void print(1: i32 print) void static(1: i32 static) void this(1: i32 this) void super(1: i32 super) void interaction(1: i32 interaction) void stream(1: i32 stream) void sink(1: i32 sink) void server(1: i32 server) void i128(1: i32 i128) void date(1: i32 date) void from_(1: i32 from_) }"
    union_named_as_words "union S { 1: i32 string 2: i32 list 3: i32 namespace 4: i32 include 5: i32 union 6: i32 exception 7: i32 const 8: i32 optional 9: i32 oneway 10: i32 async 11: i32 struct 12: i32 throws 13: i32 uuid 14: i32 cpp_type 15: i32 binary 16: i32 byte 17: i32 set 18: i32 BEGIN 19: i32 class 20: i32 default 21: i32 end 22: i32 if 23: i32 is 24: i32 new 25: i32 nil 26: i32 return 27: i32 self 28: i32 var 29: i32 with 30: i32 alias 31: i32 print 32: i32 static 33: i32 this 34: i32 super 35: i32 interaction 36: i32 stream 37: i32 sink 38: i32 server 39: i32 i128 40: i32 date 41: i32 from_ }"
}

/// Every type in every place where a type can be, with and without a default.
mod places {
    pub(crate) mod plain {
        thriftly::thrift!("../../idl/places.thrift", warnings: hidden);
    }
    pub(crate) mod options {
        thriftly::thrift!(
            "../../idl/places.thrift",
            warnings: hidden, maps: hashed, strings: small, binary: small, unmarked: optional, unknown_fields: kept,
            derive: [serde::Serialize, serde::Deserialize],
        );
    }
    pub(crate) mod views {
        thriftly::thrift!("../../idl/places.thrift", warnings: hidden, views: true);
    }
}

#[test]
fn constants_and_defaults_have_the_values_of_the_idl() {
    assert_eq!(int_min::plain::A, i64::MIN);
    assert_eq!(int_hex_min::plain::A, i64::MIN);
    assert_eq!(double_negative_infinite::plain::A, f64::NEG_INFINITY);
    assert_eq!(const_map_twice::plain::A["a"], 2);
    assert_eq!(const_struct_nested::plain::A.l, [const_struct_nested::plain::U { x: 2 }]);
    assert_eq!(const_named_int_to_dbl::plain::B, 1.0);
    assert_eq!(enum_twice_value_implicit::plain::E::C.number(), 2);
    assert_eq!(struct_default_struct_forward::plain::S::default().a.x, 1);
    assert_eq!(struct_default_with_an_end::plain::A::default().list[0].a, None);
    assert_eq!(struct_default_struct_forward::options::S::default().a.map(|a| a.x), Some(Some(1)));
}

#[test]
fn every_type_has_its_default_in_every_place() {
    let plain = places::plain::Defaults::default();
    assert_eq!((plain.a_bool, plain.a_double, &*plain.a_string), (true, 1.5, "text"));
    assert_eq!(plain.a_union, places::plain::Union::Number(1));
    let read = thriftly::binary::from_slice::<places::plain::Defaults>(&[0]);
    assert_eq!(read.expect("all may be absent"), plain);
    let read = thriftly::compact::from_slice::<places::options::Defaults>(&[0]);
    assert_eq!(read.expect("all may be absent").a_string, None);
}
