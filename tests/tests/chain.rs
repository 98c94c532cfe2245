//! A long chain of structs compiles with the recursion limit that the macro's warning names.
#![recursion_limit = "256"]

thriftly::thrift!("idl/chain.thrift", warnings: hidden);

#[test]
fn a_chain_of_eighty_structs_is_encoded_and_decoded_within_the_limit_of_depth()
-> thriftly::Result<()> {
    fn is_sent<T: Send + Sync>(_: &T) {}
    let chain = A20::default();
    is_sent(&A0::default());
    let bytes = thriftly::binary::to_vec(&chain)?;
    assert_eq!(thriftly::binary::from_slice::<A20>(&bytes)?, chain);
    Ok(())
}
