//! Calls a server of `idl/interop.thrift` and prints the outcome of each check; see
//! [`thriftly_tests::interop`].

use std::process::ExitCode;

fn main() -> ExitCode {
    thriftly_tests::interop::client()
}
