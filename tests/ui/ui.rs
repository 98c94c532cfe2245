//! What the compiler says about mistakes: `**/*.stderr` hold the texts. To update them after
//! a change, run `TRYBUILD=overwrite cargo test -p thriftly-tests-ui`.

#[test]
fn mistakes_are_named_once_with_their_place() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("thrift/*.rs");
    cases.compile_fail("derive/*.rs");
}
