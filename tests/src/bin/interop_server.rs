//! Serves `idl/interop.thrift` until it is ended; see [`thriftly_tests::interop`].

use std::process::ExitCode;

fn main() -> ExitCode {
    thriftly_tests::interop::server()
}
