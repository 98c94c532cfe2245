//! Lets pilota generate its code from the same IDL.

use std::path::PathBuf;

use pilota_build::{Builder, IdlService, Output};

fn main() {
    let idls = ["../bench.thrift", "more.thrift"].map(PathBuf::from);
    for idl in &idls {
        println!("cargo:rerun-if-changed={}", idl.display());
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("peers.rs");
    Builder::thrift()
        .ignore_unused(false)
        .compile_with_config(idls.map(IdlService::from_path).into(), Output::File(out));
}
