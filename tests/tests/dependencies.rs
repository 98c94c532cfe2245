//! What a user has to compile stays small.

use std::collections::BTreeSet;

use thriftly_tests::cargo::cargo;

/// Every package that is compiled for a package of the workspace with the features, itself included.
fn packages(package: &str, features: &[&str]) -> BTreeSet<String> {
    let output = cargo()
        .args(["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"])
        .args(["--package", package, "--no-default-features", "--features", &features.join(",")])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines = String::from_utf8(output.stdout).expect("it prints text");
    let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    lines.lines().filter(|line| !line.is_empty()).map(name).collect()
}

#[test]
fn a_blocking_program_compiles_at_most_30_packages() {
    let packages = packages("thriftly", &[]);
    // One more is the program.
    assert!(packages.len() < 30, "{}: {packages:#?}", packages.len());
    assert!(!packages.iter().any(|package| package.starts_with("lalrpop ")), "{packages:#?}");
    assert!(!packages.iter().any(|package| package.starts_with("tokio ")), "{packages:#?}");
    assert!(!packages.iter().any(|package| package.starts_with("serde")), "{packages:#?}");
}

#[test]
fn an_async_program_compiles_at_most_60_packages() {
    // The examples take thriftly and tokio with its macros, as a program does.
    let packages = packages("thriftly-examples", &[]);
    assert!(packages.len() <= 60, "{}: {packages:#?}", packages.len());
    assert!(!packages.iter().any(|package| package.starts_with("lalrpop ")), "{packages:#?}");
}

#[test]
fn serde_brings_one_package() {
    let without = packages("thriftly", &[]);
    let with = packages("thriftly", &["serde"]);
    let brought: Vec<&str> = with.difference(&without).map(String::as_str).collect();
    assert!(matches!(brought[..], [one] if one.starts_with("serde_core ")), "{brought:#?}");
}

#[test]
fn dynamic_brings_one_package_to_the_macros_and_only_it_compiles_the_parser_for_the_runtime() {
    let without = packages("thriftly", &[]);
    let with = packages("thriftly", &["dynamic"]);
    let brought: Vec<&str> = with.difference(&without).map(String::as_str).collect();
    assert!(matches!(brought[..], [one] if one.starts_with("serde_core ")), "{brought:#?}");
    let is_parser = |package: &String| package.starts_with("thriftly-parser ");
    assert!(!packages("thriftly-core", &["async", "json"]).iter().any(is_parser));
    assert!(packages("thriftly-core", &["dynamic"]).iter().any(is_parser));
}

#[test]
fn zlib_brings_at_most_6_packages() {
    let without = packages("thriftly", &[]);
    let with = packages("thriftly", &["zlib"]);
    let brought: Vec<&String> = with.difference(&without).collect();
    assert!(brought.len() <= 6, "{}: {brought:#?}", brought.len());
}

#[test]
fn metrics_bring_at_most_4_packages() {
    let without = packages("thriftly", &[]);
    let with = packages("thriftly", &["metrics"]);
    let brought: Vec<&String> = with.difference(&without).collect();
    assert!(brought.len() <= 4, "{}: {brought:#?}", brought.len());
}

#[test]
fn http_brings_at_most_25_packages() {
    let without = packages("thriftly", &["async"]);
    let with = packages("thriftly", &["http"]);
    let brought: Vec<&String> = with.difference(&without).collect();
    assert!(brought.len() <= 25, "{}: {brought:#?}", brought.len());
}

/// `serde_json` and what it uses.
#[test]
fn the_console_brings_at_most_4_packages() {
    let without = packages("thriftly", &["dynamic", "http"]);
    let with = packages("thriftly", &["console"]);
    let brought: Vec<&String> = with.difference(&without).collect();
    assert!(brought.len() <= 4, "{}: {brought:#?}", brought.len());
}

#[test]
fn tls_brings_at_most_20_packages_and_no_async_runtime() {
    let without = packages("thriftly", &[]);
    let with = packages("thriftly", &["tls"]);
    let brought: Vec<&String> = with.difference(&without).collect();
    assert!(brought.len() <= 20, "{}: {brought:#?}", brought.len());
    assert!(!with.iter().any(|package| package.starts_with("tokio ")), "{with:#?}");
}

/// Versions of h2 before 0.4.16 let a client make a server keep any number of streams by resetting them.
#[test]
fn floods_of_resets_are_bounded_by_the_locked_version_of_h2() {
    let locked = packages("thriftly", &["http"]);
    let version =
        locked.iter().find_map(|package| package.strip_prefix("h2 v")).expect("it is used");
    let numbers: Vec<u32> =
        version.split('.').map(|part| part.parse().expect("a number")).collect();
    assert!(numbers >= vec![0, 4, 16], "{version}");
}
