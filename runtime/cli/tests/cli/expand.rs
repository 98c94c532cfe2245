//! `thriftly expand` on files of the repository.

use std::fs;
use std::path::Path;

use crate::transcript::thriftly;

#[test]
fn expansions_are_rust_in_the_layout_of_prettyplease() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut count = 0;
    for folder in ["examples", "tests/idl", "runtime/cli/tests/cli/files"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "thrift") {
                continue;
            }
            let run = thriftly().arg("expand").arg(&path).output().unwrap();
            if !run.status.success() {
                assert!(folder.ends_with("files"), "{run:?}");
                continue;
            }
            let text = String::from_utf8(run.stdout).unwrap();
            let file = syn::parse_file(&text).unwrap();
            assert_eq!(prettyplease::unparse(&file), text);
            assert!(!text.contains("__if_async"), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 5, "{count}");
}

#[test]
fn both_sides_of_a_service_are_there() {
    let run = thriftly().args(["expand", "good.thrift"]).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    for item in [
        "pub trait Sleep:",
        "pub trait BlockingSleep:",
        "pub struct SleepClient",
        "pub struct SleepServer",
    ] {
        assert!(text.contains(item), "{item} is not in\n{text}");
    }
    assert!(text.contains("fn sleep("), "{text}");
}
