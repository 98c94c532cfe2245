//! How a build finds .thrift files: a change of one alone makes the next build see it, and a
//! missing one is named with the places that were looked at.

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

#[test]
fn a_missing_idl_file_is_named_with_the_places_that_were_looked_at() {
    let package = Package::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "missing");
    package.write("src/main.rs", "thriftly::thrift!(\"idl/nowhere.thrift\");\nfn main() {}\n");
    let errors = package.try_cargo(&["check"]).expect_err("there is no such file");
    let expected = "error: there is no file `idl/nowhere.thrift`; looked for it at";
    assert!(errors.contains(expected), "{errors}");
    for place in ["missing/src/idl/nowhere.thrift", "missing/idl/nowhere.thrift"] {
        assert!(errors.contains(place), "{errors}");
    }
    assert_eq!(errors.matches("error: ").count(), 2, "one for the file, one of cargo: {errors}");
}
