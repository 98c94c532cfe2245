//! `thriftly fmt` on files that it may change.

use std::fs;
use std::path::{Path, PathBuf};

use crate::transcript::{files, thriftly};

/// A copy of a file in a folder of its own.
fn copy(test: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::copy(files().join(name), &path).unwrap();
    path
}

#[test]
fn files_are_formatted_in_place() {
    let loose = copy("changed", "loose.thrift");
    let good = copy("changed", "good.thrift");
    let before = fs::metadata(&good).unwrap().modified().unwrap();
    let run = thriftly().arg("fmt").args([&loose, &good]).output().unwrap();
    assert!(run.status.success() && run.stdout.is_empty() && run.stderr.is_empty(), "{run:?}");
    let stdin = fs::File::open(files().join("loose.thrift")).unwrap();
    let shown = thriftly().args(["fmt", "-"]).stdin(stdin).output().unwrap();
    assert_eq!(fs::read(&loose).unwrap(), shown.stdout);
    assert_eq!(fs::metadata(&good).unwrap().modified().unwrap(), before, "it was good before");

    let again = thriftly().args(["fmt", "--check"]).args([&loose, &good]).output().unwrap();
    assert!(again.status.success() && again.stdout.is_empty(), "{again:?}");
}

#[test]
fn a_file_with_syntax_errors_stays_and_the_others_are_laid_out() {
    let wrong = copy("errors", "syntax.thrift");
    let loose = copy("errors", "loose.thrift");
    let run = thriftly().arg("fmt").args([&wrong, &loose]).output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(String::from_utf8_lossy(&run.stderr).contains("expected a name"));
    let unchanged = |path: &Path| {
        fs::read(path).unwrap() == fs::read(files().join(path.file_name().unwrap())).unwrap()
    };
    assert!(unchanged(&wrong));
    assert!(!unchanged(&loose));
}

#[test]
fn check_changes_no_files() {
    let loose = copy("checked", "loose.thrift");
    let run = thriftly().args(["fmt", "--check"]).arg(&loose).output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert_eq!(fs::read(&loose).unwrap(), fs::read(files().join("loose.thrift")).unwrap());
}

#[test]
fn the_meaning_stays_for_other_commands() {
    // Comments and layout are no change for `breaking` either.
    let loose = copy("meaning", "loose.thrift");
    let run = thriftly().arg("fmt").arg(&loose).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    let compared = thriftly()
        .args(["breaking", "loose.thrift", "--new-include", "."])
        .arg(&loose)
        .output()
        .unwrap();
    assert!(compared.status.success() && compared.stdout.is_empty(), "{compared:?}");
}
