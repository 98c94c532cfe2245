//! Prints what much IDL costs, before rustc sees it and within rustc.
//!
//! `cargo run --release --manifest-path macros/codegen/benches/scale/Cargo.toml [expand | structs | growth [SHAPE]]`
//!
//! - Expanding trees of about 63,500 lines in 200 files, and of half and a quarter of that, within a
//!   proc macro at opt-level 0: seconds, peak memory of the compiler, and how both grow.
//! - Compiling 400 structs of 8 fields, debug and release, beside what pilota makes of the same IDL.
//!   This takes minutes.
//! - Compiling one item that grows from 400 to 3,200 fields, entries of a constant, enum values or
//!   methods, debug and release, beside pilota where it finishes: how the time grows with each doubling.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

mod growth;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/scale");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |part: &str| arguments.first().is_none_or(|one| one == part);
    if wanted("expand") {
        expansion(&folder);
    }
    if wanted("structs") {
        structs(&folder);
    }
    if wanted("growth") {
        growth::growth(&folder, arguments.get(1).map(String::as_str));
    }
}

/// The cost of expanding trees of files.
fn expansion(folder: &Path) {
    let trees = [50, 100, 200].map(|files| expand(folder, files));
    for pair in trees.windows(2) {
        let (small, large) = (&pair[0], &pair[1]);
        println!(
            "row=expand/growth files={}→{} lines={:.2}x time={:.2}x target=2.2 {}",
            small.files,
            large.files,
            large.lines as f64 / small.lines as f64,
            large.seconds / small.seconds,
            if large.seconds / small.seconds <= 2.2 { "ok" } else { "MISS" },
        );
    }
}

/// The cost of compiling many structs, compared with pilota.
fn structs(folder: &Path) {
    let idl = many_structs();
    for profile in ["debug", "release"] {
        let ours = compile(folder, Side::Ours, profile, &idl);
        let theirs = compile(folder, Side::Pilota, profile, &idl);
        let ratio = ours / theirs;
        println!(
            "row=rustc/400x8/{profile} peer=pilota ratio={ratio:.2} target=0.5 {} ours={ours:.1}s peer={theirs:.1}s",
            if ratio <= 0.5 { "ok" } else { "MISS" },
        );
    }
}

struct Tree {
    files: usize,
    lines: usize,
    seconds: f64,
}

/// Numbers without order that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const BASE: [&str; 8] = ["bool", "i8", "i16", "i32", "i64", "double", "string", "binary"];

/// Writes a tree of files, 24 structs in each, with deep and diamond includes, and times its
/// expansion: the median of three.
fn expand(folder: &Path, files: usize) -> Tree {
    let package = folder.join(format!("tree{files}"));
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    let mut numbers = Numbers(1);
    let mut lines = 0;
    for file in 0..files {
        let idl = tree_file(&mut numbers, file);
        lines += idl.lines().count();
        fs::write(package.join(format!("src/f{file}.thrift")), idl).expect("it can be written");
    }
    let timed = Path::new(env!("CARGO_MANIFEST_DIR")).join("timed");
    manifest(
        &package,
        &format!("tree{files}"),
        &format!("thriftly-timed = {{ path = {timed:?} }}\n"),
    );
    let main = format!("thriftly_timed::timed!(\"src/f{}.thrift\");\nfn main() {{}}\n", files - 1);
    let mut runs: Vec<(f64, f64)> = (0..3)
        .map(|_| {
            // Written again, so that it is compiled again.
            fs::write(package.join("src/main.rs"), &main).expect("it can be written");
            let output = cargo(&package, "debug").output().expect("cargo can be run");
            let text = String::from_utf8_lossy(&output.stderr);
            let figures = text.lines().find_map(|line| line.strip_prefix("timed "));
            let mut figures = figures.unwrap_or_else(|| panic!("{text}")).split(' ');
            let mut next = || figures.next().and_then(|one| one.parse().ok()).expect("a number");
            (next(), next())
        })
        .collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (seconds, peak) = runs[1];
    println!(
        "row=expand files={files} lines={lines} seconds={seconds:.2} peak={:.0}MB target=5s/300MB {}",
        peak / 1024.0,
        if seconds <= 5.0 && peak <= 300.0 * 1024.0 { "ok" } else { "MISS" },
    );
    Tree { files, lines, seconds }
}

fn tree_file(numbers: &mut Numbers, file: usize) -> String {
    let mut idl = String::new();
    let mut includes: Vec<usize> = Vec::new();
    if file > 0 {
        includes.extend([file - 1, numbers.below(file), numbers.below(file)]);
        includes.sort_unstable();
        includes.dedup();
    }
    for include in &includes {
        writeln!(idl, "include \"f{include}.thrift\"").expect("it fits");
    }
    writeln!(idl, "namespace rs scale.f{file}\n").expect("it fits");
    for item in 0..24 {
        if item % 6 == 0 {
            writeln!(idl, "enum E{item} {{\n  A = 0,\n  B = 1,\n  C = 5,\n}}\n").expect("it fits");
        }
        writeln!(idl, "/** A struct\n * with a doc. */\nstruct S{item} {{").expect("it fits");
        for id in 1..=8 {
            let ty = match numbers.below(12) {
                0 => format!("list<{}>", numbers.one_of(&BASE)),
                1 => format!("map<string, {}>", numbers.one_of(&BASE)),
                2 => format!("S{}", numbers.below(24)),
                3 => format!("E{}", numbers.below(4) * 6),
                4 if file > 0 => {
                    format!("f{}.S{}", includes[numbers.below(includes.len())], numbers.below(24))
                }
                _ => numbers.one_of(&BASE).to_owned(),
            };
            let word = match ty.contains('S') {
                true => "optional ",
                false => numbers.one_of(&["required ", "optional ", ""]),
            };
            writeln!(idl, "  {id}: {word}{ty} field{id},").expect("it fits");
        }
        writeln!(idl, "}}").expect("it fits");
    }
    idl
}

/// 400 structs of 8 fields.
fn many_structs() -> String {
    let mut numbers = Numbers(2);
    let mut idl = String::from("namespace rs scale\n");
    for item in 0..400 {
        writeln!(idl, "struct S{item} {{").expect("it fits");
        for id in 1..=8 {
            let ty = match numbers.below(12) {
                0 => "list<i32>".to_owned(),
                1 => "map<string, string>".to_owned(),
                2 => "list<string>".to_owned(),
                3 if item > 0 => format!("S{}", numbers.below(item)),
                _ => numbers.one_of(&BASE).to_owned(),
            };
            let word = numbers.one_of(&["required ", "optional ", ""]);
            writeln!(idl, "  {id}: {word}{ty} field{id},").expect("it fits");
        }
        writeln!(idl, "}}").expect("it fits");
    }
    idl
}

/// Whose code is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Ours,
    Pilota,
}

/// Seconds of CPU time that compiling the IDL takes, without what it depends on: the least of three
/// builds. Other load on the machine changes it little.
fn compile(folder: &Path, side: Side, profile: &str, idl: &str) -> f64 {
    let name = if side == Side::Ours { "ours" } else { "theirs" };
    let package = folder.join(name);
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    fs::write(package.join("src/scale.thrift"), idl).expect("it can be written");
    let source = match side {
        Side::Ours => {
            let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../runtime");
            let dependency =
                format!("thriftly = {{ path = {runtime:?}, default-features = false }}\n");
            manifest(&package, name, &dependency);
            "thriftly::thrift!(\"scale.thrift\");\n"
        }
        Side::Pilota => {
            manifest(
                &package,
                name,
                "pilota = \"0.13.1\"\n[build-dependencies]\npilota-build = \"0.13.1\"\n",
            );
            fs::write(package.join("build.rs"), BUILD).expect("it can be written");
            "#![allow(warnings)]\ninclude!(concat!(env!(\"OUT_DIR\"), \"/scale.rs\"));\n"
        }
    };
    let runs = (0..4).map(|_| {
        fs::write(package.join("src/lib.rs"), source).expect("it can be written");
        let start = cpu_of_children();
        let output = cargo(&package, profile).output().expect("cargo can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        cpu_of_children() - start
    });
    // The first builds what it depends on, too.
    runs.skip(1).fold(f64::INFINITY, f64::min)
}

/// Seconds of CPU time in user mode that ended processes below this one have used.
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells it");
    // Fields are counted from behind the command's name, which may hold blanks. Linux counts 100 ticks a
    // second on all of its common platforms.
    let (_, fields) = stat.rsplit_once(')').expect("a command in parentheses");
    let ticks = fields.split_whitespace().nth(13).and_then(|ticks| ticks.parse().ok());
    ticks.map(|ticks: f64| ticks / 100.0).expect("the field `cutime`")
}

/// The build script of the peer.
const BUILD: &str = r#"
use pilota_build::{Builder, IdlService, Output};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap()).join("scale.rs");
    Builder::thrift()
        .ignore_unused(false)
        .compile_with_config(vec![IdlService::from_path("src/scale.thrift".into())], Output::File(out));
}
"#;

fn manifest(package: &Path, name: &str, dependencies: &str) {
    let text = format!(
        "[package]\nname = \"{name}\"\nedition = \"2021\"\n[workspace]\n[dependencies]\n{dependencies}"
    );
    fs::write(package.join("Cargo.toml"), text).expect("it can be written");
}

fn cargo(package: &Path, profile: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.arg("build").current_dir(package).stdin(Stdio::null());
    // Results of an earlier build must not be reused.
    command.env("CARGO_INCREMENTAL", "0");
    command.env(
        "CARGO_TARGET_DIR",
        package.parent().map(PathBuf::from).unwrap_or_default().join("build"),
    );
    if profile == "release" {
        command.arg("--release");
    }
    command
}
