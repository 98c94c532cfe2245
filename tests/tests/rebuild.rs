//! A change of a .thrift file alone makes the next build see it.

use std::path::Path;

use thriftly_tests::package::Package;

#[test]
fn an_edited_idl_file_is_seen_by_the_next_build_and_so_is_an_included_one() {
    let package = Package::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "rebuild");
    package.write(
        "src/main.rs",
        "thriftly::thrift!(\"root.thrift\");\n\
         fn main() { println!(\"{GREETING} {}\", included::NAME); }\n",
    );
    let run = || package.cargo(&["run"]);
    package
        .write("src/root.thrift", "include 'included.thrift'\nconst string GREETING = 'hello'\n");
    package.write("src/included.thrift", "const string NAME = 'world'\n");
    assert_eq!(run(), "hello world\n");
    package
        .write("src/root.thrift", "include 'included.thrift'\nconst string GREETING = 'goodbye'\n");
    assert_eq!(run(), "goodbye world\n");
    package.write("src/included.thrift", "const string NAME = 'moon'\n");
    assert_eq!(run(), "goodbye moon\n");
}
