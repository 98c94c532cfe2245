//! Bytes of code for each struct.
//!
//! The sum of a codec's symbols says little: what is inlined into a caller, or written once for
//! all structs, is counted with others or not at all. So whole programs are compared that differ
//! in one struct: `src/bin/code.rs`, which decodes and encodes as many structs as it is told to.
//! It is built with cargo's own defaults for a release, what nobody calls is left out by the
//! linker, and the size of `.text` counts. What a struct adds to it is all that it costs, wherever
//! the compiler put it: decoding, encoding, pilota's pass for the size, dropping the value, and
//! the containers that no struct before had.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection};

/// In the order in which the program has them. The first brings all that structs share, such as
/// reading a string, skipping an unknown field, or a map of strings. The next are those of
/// `bench.thrift`, the last has many fields.
const STRUCTS: [&str; 13] = [
    "Wide",
    "Small",
    "Phone",
    "Address",
    "Person",
    "Nested",
    "I32s",
    "I64s",
    "Doubles",
    "Strings",
    "Blob",
    "SmallMap",
    "Optionals",
];

/// Prints what each struct adds to a program with thriftly and to one with pilota.
///
/// # Errors
/// It was not started by cargo, a program cannot be built, or it has no code.
pub fn run() -> Result<(), String> {
    let mut before = [text(0, 0)?; 2];
    let mut added = Vec::new();
    println!("bytes of code               ours    pilota  pilota/ours");
    for (index, name) in STRUCTS.iter().enumerate() {
        let with = [text(index + 1, 0)?, text(0, index + 1)?];
        let both = [0, 1].map(|side| with[side].saturating_sub(before[side]));
        print(if index == 0 { "Wide, and what is shared" } else { name }, both);
        added.push(both);
        before = with;
    }
    let structs = &added[1..STRUCTS.len() - 1];
    let mean =
        |side: usize| structs.iter().map(|both| both[side]).sum::<u64>() / structs.len() as u64;
    print("mean of bench.thrift", [0, 1].map(mean));
    Ok(())
}

fn print(name: &str, [ours, pilota]: [u64; 2]) {
    println!("{name:<26}{ours:>6}    {pilota:>6}  {:>11.2}", pilota as f64 / ours as f64);
}

/// Builds the program with so many structs of each codec, and returns how much code it has.
fn text(ours: usize, pilota: usize) -> Result<u64, String> {
    let from_cargo = |name: &str| -> Result<OsString, String> {
        std::env::var_os(name).ok_or_else(|| format!("{name} is not set: run this by cargo"))
    };
    let manifest = PathBuf::from(from_cargo("CARGO_MANIFEST_DIR")?).join("Cargo.toml");
    let built = Command::new(from_cargo("CARGO")?)
        .args(["build", "--profile", "code", "--quiet", "--bin", "code", "--manifest-path"])
        .arg(manifest)
        .env("PEERS_OURS", ours.to_string())
        .env("PEERS_PILOTA", pilota.to_string())
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !built.success() {
        return Err(format!("the program cannot be built: {built}"));
    }
    let us = std::env::current_exe().map_err(|error| error.to_string())?;
    let profiles = us.ancestors().nth(2).ok_or("programs are two folders deep")?;
    let name = Path::new("code").join("code").with_extension(std::env::consts::EXE_EXTENSION);
    let program = profiles.join(name);
    let bytes =
        std::fs::read(&program).map_err(|error| format!("{}: {error}", program.display()))?;
    let file = object::File::parse(&*bytes).map_err(|error| error.to_string())?;
    let section = file.section_by_name(".text").ok_or("the program has no section .text")?;
    Ok(section.size())
}
