//! `transcripts/*.txt`: commands, and all that they write.
//!
//! A line `$ thriftly …` is a command, run in the folder `files`; `< FILE` is its standard input. The lines below are
//! its standard output, then with `! ` in front its standard error, then its exit status in brackets unless it is 0.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The folder that has the files.
pub(crate) fn files() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/files"))
}

/// The command, in the folder of the files.
pub(crate) fn thriftly() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thriftly"));
    command.current_dir(files());
    command
}

/// Runs the command with these bytes as its standard input.
pub(crate) fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = thriftly()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be run");
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        // Who needs no input does not wait for it.
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output()
    });
    output.expect("it ends")
}

/// Output and complaints as text, and the exit status.
pub(crate) fn told(output: Output) -> (String, String, Option<i32>) {
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn every_command_matches_its_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut failures = Vec::new();
    for path in paths {
        let expected = fs::read_to_string(&path).unwrap();
        let commands = expected.lines().filter_map(|line| line.strip_prefix("$ thriftly"));
        let found: Vec<String> = commands.map(transcript).collect();
        let found = found.join("\n");
        if std::env::var_os("THRIFTLY_BLESS").is_some() {
            fs::write(&path, found).unwrap();
        } else if expected != found {
            let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
            let expected = expected.lines().nth(same).unwrap_or("the end");
            let found = found.lines().nth(same).unwrap_or("the end");
            let (path, line) = (path.display(), same + 1);
            failures.push(format!("{path}:{line}\n-{expected}\n+{found}\n"));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\nIf the new text is right, bless it and look at the diff:\n\n    \
         THRIFTLY_BLESS=1 cargo test -p thriftly-cli\n",
        failures.join("\n")
    );
}

/// Runs a command and gives its part of a transcript.
fn transcript(arguments: &str) -> String {
    let (before, stdin) = match arguments.split_once(" < ") {
        Some((before, file)) => (before, Stdio::from(File::open(files().join(file)).unwrap())),
        None => (arguments, Stdio::null()),
    };
    let output = thriftly().args(before.split_whitespace()).stdin(stdin).output().unwrap();
    let mut text = format!("$ thriftly{arguments}\n");
    text += &String::from_utf8(output.stdout).unwrap();
    for line in String::from_utf8(output.stderr).unwrap().lines() {
        text += format!("! {line}").trim_end();
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        code => text += &format!("[{}]\n", code.expect("it ends by itself")),
    }
    text
}

#[test]
fn every_code_of_breaking_is_in_its_transcript() {
    let help = thriftly().args(["breaking", "--help"]).output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let (_, list) = help.split_once("\nChanges that break peers:\n").unwrap();
    let listed: BTreeSet<&str> =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let run = thriftly().args(["breaking", "old/main.thrift", "new/main.thrift"]).output().unwrap();
    let found = String::from_utf8(run.stdout).unwrap();
    let codes = found.lines().filter_map(|line| line.strip_suffix(']')?.rsplit_once('['));
    let found: BTreeSet<&str> = codes.map(|(_, code)| code).collect();
    assert_eq!(listed, found);
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = thriftly().arg("--version").output().unwrap();
    assert_eq!(run.stdout, concat!("thriftly ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}
