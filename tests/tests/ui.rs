//! What the compiler says about mistakes: `ui/**/*.stderr` holds the texts. To update them after
//! a change, run `TRYBUILD=overwrite cargo test -p thriftly-tests --test ui`.

#[test]
fn mistakes_are_named_once_with_their_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/thrift/*.rs");
    cases.compile_fail("ui/derive/*.rs");
}
