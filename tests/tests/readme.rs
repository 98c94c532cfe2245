//! The README tells the truth: its programs compile with its dependencies, and its commands are run.

use std::path::Path;

use thriftly_tests::cargo::cargo;
use thriftly_tests::package::Package;

const README: &str = include_str!("../../README.md");

/// The workspace.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The fenced blocks of a language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let fenced = README.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// The commands of a console block and the lines that it shows below them.
fn commands(block: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let commands = block.split("$ ").filter(|command| !command.is_empty());
    commands.map(|command| command.split_once('\n').unwrap_or((command, "")))
}

#[test]
fn the_programs_compile_with_the_dependencies_shown() {
    let [server, client] = blocks("rust")[..] else { panic!("a server and a client") };
    let [dependencies] = blocks("toml")[..] else { panic!("one list of dependencies") };
    let idl = server.lines().next().and_then(|line| line.split_once("// "));
    let (_, idl) = idl.expect("the first line shows the IDL");

    let package = Package::new(Path::new(env!("CARGO_TARGET_TMPDIR")), "readme");
    let runtime = root().join("runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"readme\"\nedition = \"2024\"\n[workspace]\n{dependencies}\n\
         [patch.crates-io]\nthriftly = {{ path = {runtime:?} }}\n"
    );
    package.write("Cargo.toml", &manifest);
    package.write("sleep.thrift", idl);
    package.write("src/main.rs", server);
    package.write("src/bin/client.rs", client);
    package.cargo(&["check"]);
}

#[test]
fn the_script_that_checks_everything_runs_the_two_commands() {
    let script = std::fs::read_to_string(root().join(".ci/run")).expect("there is a script");
    let block = blocks("console")[0];
    let commands: Vec<_> = commands(block).map(|(command, _)| command).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        assert!(script.lines().any(|line| line == command), "`{command}` is not in .ci/run");
    }
}

#[test]
fn the_first_command_prints_the_lines_shown() {
    let (command, printed) = commands(blocks("console")[0]).next().expect("a command");
    let arguments = command.strip_prefix("cargo ").expect("a command of cargo").split(' ');
    let output = cargo()
        .args(arguments)
        .args(["--quiet", "--offline"])
        .current_dir(root())
        // Where it may have been built before: cargo does not lock it while tests run.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), printed.trim());
}
