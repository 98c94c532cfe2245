//! Generated code is clean under rustc, clippy and rustdoc with everything denied, in a library of a user that
//! denies it, and doc text of the IDL is never a doctest.

use std::path::Path;

use thriftly_tests::package::Package;

/// Everything that an IDL can have, with names, docs and sizes that lints look at.
const IDL: &str = r#"
/** Types of all kinds. */
namespace * lints

include "shared.thrift"

/** About pi, as [everybody] knows, see http://example.org/pi. */
const double PI = 3.14159
const double E = 2.71828
const i64 LARGE = 1234567890123
const map<string, list<i32>> TABLE = { "a": [1, 2], "b": [] }
const string TEXT = "it's \"quoted\""
const Big BIG = { "one": "1", "other": { "one": "x" } }

enum Color { COLOR_RED = 1, COLOR_BLUE, COLOR_GREEN = 2 }
enum Status { OK, Not_Found, type, self }
enum Negative { LOW = -1, HIGH = 0x7fffffff }
enum Nothing {}

typedef list<Color> Colors
typedef string Name
typedef map<Key, set<double>> Table

/**
 * Indented:
 *
 *     { "name": "bob" }
 *
 * ```
 * panic!()
 * ```
 *
 * <p>See [Foo] and Foo<Bar>, `unclosed, {@link Color} or list<i32>.
 *
 * - item
 *
 *        code
 *
 * ~~~rust
 * never closed
 */
struct Big {
  /** [One] of `them. */
  1: required string one = "a`b"
  2: optional Big other
  3: bool a, 4: bool b = true, 5: bool c, 6: bool d
  7: double ratio = 0.318
  8: Color color = Color.COLOR_BLUE
  9: optional Status status = Status.type
  10: Colors colors = [1]
  11: Table table
  12: binary data = "data"
  13: uuid id
  14: i32 type, 15: i32 self, 16: i32 fn
  17: optional i32 absent = 5 (rust.optional)
  18: shared.Shared shared
}
struct Key { 1: double number, 2: required string text }
struct Empty {}
struct _Keys { 1: map<list<i32>, i32> _lists, 2: set<Empty> empties }
struct Tuple { 1: required i32 a, 2: required Key key, 3: optional list<Tuple> more }
struct Old { 1: i32 gone (deprecated = "use `b`"), 2: i32 b } (deprecated = "use [Big]")

/** One of. */
union Value { 1: i32 number, 2: string text, 3: list<string> texts, 4: Big big, 5: Value again, 6: bool flag, 7: Name name }
union Lone { 1: i32 only }

exception Failure {
  1: string message, 2: string a, 3: string b, 4: string c, 5: string d, 6: string e, 7: string f
  8: optional Refused cause
}
exception Refused { 1: required string reason, 2: i32 code } (message = "reason")
exception Bare { 1: i32 code, 2: optional string hint }

/** A service with [links] and <tags>. */
service Base {
  void ping(),
  oneway void notify(1: string text)
}
service Store extends Base {
  /** Puts `it. */
  Value put(
    1: string a, 2: i32 b, 3: i32 c, 4: bool d, 5: bool e, 6: list<string> f, 7: map<string, i32> g,
    8: Big h, 9: optional i32 i, 10: binary j, 11: string k = "k", 12: i32 l = 1
  ) throws (1: Failure failure, 2: Refused refused),
  Big get(1: Key key, 2: Color color) throws (1: Bare bare),
  list<Big> all(),
  i32 get_count() (deprecated),
  bool is_there(1: double type)
}
"#;

const SHARED: &str = r#"
/** Shared [types]. */
struct Shared { 1: required string name, 2: list<Other> others }
union Other { 1: Shared shared, 2: i32 number }
service Lookup { Shared find(1: string name) throws (1: Missing missing) }
exception Missing { 1: string message }
"#;

/// Modules, each with other options; one of them is private, as the names of enums matter there.
const LIB: &str = r#"//! A library of somebody.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, missing_docs, rustdoc::all)]
#![deny(unreachable_pub, single_use_lifetimes, unused_qualifications, missing_debug_implementations)]

/// As it is.
pub mod plain {
    thriftly::thrift!("lints.thrift", warnings: hidden);
}

/// With options.
pub mod options {
    thriftly::thrift!(
        "lints.thrift",
        warnings: hidden, views: true, maps: hashed, strings: small, binary: small, unknown_fields: kept, unmarked: optional,
    );
}

mod private {
    thriftly::thrift!("lints.thrift", warnings: hidden, views: true);
}

/// Uses what is private.
#[must_use]
pub const fn color() -> i32 {
    private::Color::ColorRed.number()
}

/// In a function.
#[must_use]
pub fn local() -> i32 {
    thriftly::thrift!(inline: "enum Level { LOW = 1 } struct Point { 1: required i32 x, 2: Level level }");
    Point::new(5).x
}
"#;

#[test]
fn generated_code_is_clean_with_everything_denied() {
    let package = Package::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "lints");
    package.write("src/lints.thrift", IDL);
    package.write("src/shared.thrift", SHARED);
    package.write("src/lib.rs", LIB);
    package.cargo(&["clippy", "--features", "async"]);
    package.cargo(&["clippy"]);
    package.cargo(&["doc", "--no-deps", "--features", "async"]);
    let docs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages/doc/lints/plain");
    for page in [
        "struct.Big.html",
        "struct.Key.html",
        "enum.Value.html",
        "enum.Color.html",
        "struct.Failure.html",
        "static.TABLE.html",
        "constant.PI.html",
    ] {
        let text = std::fs::read_to_string(docs.join(page)).expect("the page is there");
        // A derive of std itself has the parameter `__H`.
        let text = text.replace("__H", "H");
        let found = text.find("__").map(|at| text[at..].chars().take(40).collect::<String>());
        assert_eq!(found, None, "{page}");
    }
    // As `cargo test --doc`, which would build what the library depends on to run none.
    let tests = package.cargo(&["rustdoc", "--features", "async", "--", "--test"]);
    assert!(tests.contains("running 0 tests"), "{tests}");
}
