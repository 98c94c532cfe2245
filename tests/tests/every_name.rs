//! Every keyword of Rust, and every name that Rust code uses without thinking, compiles in every
//! position of an IDL, without warnings, with and without the async side.

use std::fmt::Write;
use std::path::Path;

use thriftly_tests::package::Package;

/// Keywords of Rust that are none of the IDL; names of std's prelude and primitives; names that
/// generated code uses; names in styles that Rust does not have.
const NAMES: &str = "
    abstract as await become box break continue crate do dyn else extern final fn for gen if impl in
    let loop macro match mod move mut override priv pub ref return self Self static super trait try
    type typeof unsafe unsized use virtual where while yield macro_rules raw safe
    Option Some None Result Ok Err Vec String Box Default Clone Copy Send Sync Sized Drop Fn FnMut
    FnOnce Iterator Into From TryFrom TryInto ToString ToOwned AsRef Eq PartialEq Ord PartialOrd Hash
    Debug Display Error Future Arc Rc Cow Bytes BTreeMap HashMap HashSet Uuid TType u8 u64 usize f32 f64
    str char isize core std alloc thriftly tokio Request Response Service Channel Encode Decode
    Reader Writer Protocol Server Client value field handler request args channel protocol Unknown
    Unrecognized Other number name clone default encode decode fmt eq cmp hash call drop connect
    builder new with_protocol from into poll_ready
    snake_case camelCase SHOUTING_CASE _leading trailing_ double__under a1 A1 x1_2 URL HTTPServer
";

/// Keywords of the IDL itself, which may be names of fields, arguments, methods and values.
const KEYWORDS: &str = "
    namespace include void bool byte i8 i16 i32 i64 double string binary map list set oneway typedef
    struct union exception extends throws service enum const required optional async uuid
";

fn names() -> Vec<&'static str> {
    NAMES.split_whitespace().collect()
}

fn with_keywords() -> Vec<&'static str> {
    NAMES.split_whitespace().chain(KEYWORDS.split_whitespace()).collect()
}

fn idl() -> String {
    let mut idl = String::new();
    let put = |idl: &mut String, text: std::fmt::Arguments<'_>| {
        idl.write_fmt(text).expect("a string takes everything");
    };
    put(&mut idl, format_args!("struct Fields {{\n"));
    for (id, name) in with_keywords().iter().enumerate() {
        put(&mut idl, format_args!("  {}: optional i32 {name}\n", id + 1));
    }
    put(&mut idl, format_args!("}}\nunion Variants {{\n"));
    for (id, name) in with_keywords().iter().enumerate() {
        put(&mut idl, format_args!("  {}: i32 {name}\n", id + 1));
    }
    put(&mut idl, format_args!("}}\nenum Values {{\n"));
    for name in with_keywords() {
        put(&mut idl, format_args!("  {name}\n"));
    }
    put(&mut idl, format_args!("}}\nservice Methods {{\n"));
    for name in with_keywords() {
        put(&mut idl, format_args!("  void {name}(1: i32 a)\n"));
    }
    put(&mut idl, format_args!("  void all(\n"));
    for (id, name) in with_keywords().iter().enumerate() {
        put(&mut idl, format_args!("    {}: string {name}\n", id + 1));
    }
    put(&mut idl, format_args!("  )\n}}\n"));
    for name in names() {
        put(&mut idl, format_args!("const i32 {name} = 1\n"));
    }
    idl
}

#[test]
fn every_name_compiles_in_every_position() {
    let package = Package::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "every-name");
    let mut main = String::from("#![deny(warnings)]\n#![allow(dead_code)]\n");
    let mut module = |name: &str, idl: &str| {
        package.write(&format!("src/{name}.thrift"), idl);
        // Nothing but services depends on the async side.
        if !idl.contains("service ") {
            main.push_str("#[cfg(feature = \"async\")]\n");
        }
        writeln!(main, "mod {name} {{ thriftly::thrift!(\"{name}.thrift\"); }}").expect("it fits");
    };
    module("positions", &idl());
    // As names of types, each with something that uses it.
    let chunks = names();
    for (index, kind) in ["struct", "exception", "union"].into_iter().enumerate() {
        let mut idl = String::new();
        for name in &chunks {
            writeln!(
                idl,
                "{kind} {name} {{ 1: i32 a, 2: string b, 3: list<{name}> c, 4: map<{name}, {name}> d }}"
            )
            .expect("it fits");
        }
        module(&format!("types{index}"), &idl);
    }
    let mut enums = String::new();
    let mut services = String::from("exception Failure {}\n");
    let mut typedefs = String::new();
    for (index, name) in chunks.iter().enumerate() {
        writeln!(enums, "enum {name} {{ A, B }}").expect("it fits");
        writeln!(typedefs, "typedef i32 {name}").expect("it fits");
        let base = if index == 0 { "" } else { "extends abstract" };
        writeln!(
            services,
            "service {name} {base} {{ i32 m{index}(1: string a) throws (1: Failure f) }}"
        )
        .expect("it fits");
    }
    module("enums", &enums);
    module("services", &services);
    module("typedefs", &typedefs);
    // As names of included files, and so of modules.
    let mut root = String::new();
    // A module `thriftly` would stand in the way of the crate, where the macro is called.
    for name in with_keywords().into_iter().filter(|name| *name != "thriftly") {
        package.write(&format!("src/{name}.thrift"), "struct T { 1: i32 x }");
        writeln!(root, "include \"{name}.thrift\"").expect("it fits");
    }
    writeln!(
        root,
        "struct Root {{ 1: loop.T a, 2: self.T b, 3: std.T c, 4: core.T d, 5: map.T e }}"
    )
    .expect("it fits");
    module("root", &root);
    main.push_str("fn main() {}\n");
    package.write("src/main.rs", &main);
    package.cargo(&["check"]);
    package.cargo(&["check", "--features", "async"]);
}
