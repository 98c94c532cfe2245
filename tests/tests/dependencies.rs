//! What a user has to compile stays small.

use std::collections::BTreeSet;
use std::process::Command;

/// Every package that a program compiles which depends on thriftly with the features, the
/// program itself included.
fn packages(features: &[&str], beside: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let tree = |package: &str, features: &[&str]| {
        let output = Command::new(&cargo)
            .args(["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"])
            .args(["--package", package, "--no-default-features", "--features", &features.join(",")])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .expect("cargo can be run");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("it prints text")
    };
    let mut found = BTreeSet::from(["the program".to_owned()]);
    let lines = tree("thriftly", features);
    let mut add = |lines: &str| {
        for line in lines.lines().filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split(' ').take(2).collect();
            found.insert(words.join(" "));
        }
    };
    add(&lines);
    beside.iter().for_each(|package| add(&tree(package, &[])));
    found
}

#[test]
fn a_blocking_program_compiles_at_most_30_packages() {
    let packages = packages(&[], &[]);
    assert!(packages.len() <= 30, "{}: {packages:#?}", packages.len());
    assert!(!packages.iter().any(|package| package.starts_with("lalrpop ")), "{packages:#?}");
    assert!(!packages.iter().any(|package| package.starts_with("tokio ")), "{packages:#?}");
}

#[test]
fn an_async_program_compiles_at_most_60_packages() {
    // The macros of tokio are what a program takes for `#[tokio::main]`.
    let packages = packages(&["async"], &["tokio-macros"]);
    assert!(packages.len() <= 60, "{}: {packages:#?}", packages.len());
    assert!(!packages.iter().any(|package| package.starts_with("lalrpop ")), "{packages:#?}");
}
