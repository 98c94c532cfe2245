//! Lets volo generate its code from the same IDL.

fn main() {
    volo_build::Builder::thrift()
        .add_service("../../bench.thrift")
        .ignore_unused(false)
        .write()
        .expect("volo takes the IDL");
    println!("cargo:rerun-if-changed=../../bench.thrift");
}
