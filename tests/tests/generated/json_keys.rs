//! Structs and containers as keys of maps in Apache's JSON, beside Apache's Python.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use thriftly::json;
use thriftly_tests::peers::{APACHE, THRIFTPY2, python};

thriftly::thrift!(inline: "struct Key { 1: i32 number }");

#[test]
fn apache_python_reads_them_and_writes_the_same() {
    let lists = BTreeMap::from([(vec![1, 2], 0), (vec![], 5)]);
    let structs = BTreeMap::from([(Key { number: 7 }, 3)]);
    let mut lines = json::to_vec(&lists).expect("it can be written");
    lines.push(b'\n');
    json::append_to(&structs, &mut lines).expect("it can be written");
    lines.push(b'\n');

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/json_keys.py");
    let interpreter = python(Path::new(env!("CARGO_TARGET_TMPDIR")), &[APACHE, THRIFTPY2]);
    let mut child = Command::new(interpreter)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python can be run");
    child.stdin.take().expect("a pipe").write_all(&lines).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());

    let written = String::from_utf8(output.stdout).expect("it is text");
    assert_eq!(written.as_bytes(), lines);
    let mut written = written.lines();
    let mut next = || written.next().expect("two lines");
    assert_eq!(json::from_str::<BTreeMap<Vec<i32>, i32>>(next()).expect("it can be read"), lists);
    assert_eq!(json::from_str::<BTreeMap<Key, i32>>(next()).expect("it can be read"), structs);
}
