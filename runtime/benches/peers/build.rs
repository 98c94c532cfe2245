//! Lets pilota generate its code from the same IDL.

use std::path::PathBuf;

use pilota_build::{Builder, IdlService, Output};

fn main() {
    let idl = PathBuf::from("../bench.thrift");
    println!("cargo:rerun-if-changed={}", idl.display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("bench.rs");
    Builder::thrift()
        .ignore_unused(false)
        .compile_with_config(vec![IdlService::from_path(idl)], Output::File(out));
}
