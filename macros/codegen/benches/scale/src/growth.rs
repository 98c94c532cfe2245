//! How compiling one item grows with its size.

use std::fmt::Write;
use std::path::Path;

use crate::{Side, compile};

/// The sizes of an item; each is twice the one before it.
const SIZES: [usize; 4] = [400, 800, 1600, 3200];
/// The size up to which pilota's code is compiled beside ours: larger items take it many minutes.
const PEER: usize = 800;
/// How much longer twice as much may take.
const TARGET: f64 = 2.2;

/// A row for each shape, size and profile; of one shape if it is given.
pub(crate) fn growth(folder: &Path, shape: Option<&str>) {
    type Shape = (&'static str, fn(usize) -> String, bool);
    let shapes: [Shape; 6] = [
        ("fields", fields, true),
        ("keys", keys, false),
        ("unions", unions, true),
        ("constants", constants, false),
        ("values", values, true),
        ("methods", methods, false),
    ];
    for (name, idl, has_peer) in shapes.into_iter().filter(|one| shape.is_none_or(|it| it == one.0))
    {
        for profile in ["debug", "release"] {
            // Reading the runtime and starting the compiler is no part of the growth.
            let base = compile(folder, Side::Ours, profile, &idl(1));
            let mut before: Option<f64> = None;
            for size in SIZES {
                let ours = compile(folder, Side::Ours, profile, &idl(size)) - base;
                print!("row=growth/{name}/{size}/{profile} ours={ours:.2}s");
                if let Some(before) = before {
                    let times = ours / before;
                    let word = if times <= TARGET || ours < 0.3 { "ok" } else { "MISS" };
                    print!(" growth={times:.2}x target={TARGET} {word}");
                }
                before = Some(ours);
                if has_peer && size <= PEER {
                    let theirs = compile(folder, Side::Pilota, profile, &idl(size));
                    print!(" pilota={theirs:.2}s ratio={:.2}", (ours + base) / theirs);
                }
                println!();
            }
        }
    }
}

const TYPES: [&str; 6] = ["i32", "string", "bool", "double", "list<i64>", "map<string, i32>"];

fn fields(count: usize) -> String {
    members("struct", &["", "optional ", "required "], count)
}

/// Fields without a double, so that the struct has an order, too.
fn keys(count: usize) -> String {
    fields(count).replace("double", "i16")
}

fn unions(count: usize) -> String {
    members("union", &[""], count)
}

fn members(kind: &str, words: &[&str], count: usize) -> String {
    let mut idl = format!("namespace rs scale\n{kind} Wide {{\n");
    for at in 0..count {
        let (ty, word) = (TYPES[at % TYPES.len()], words[at / TYPES.len() % words.len()]);
        writeln!(idl, "  {}: {word}{ty} field{at}", at + 1).expect("it fits");
    }
    idl + "}\n"
}

fn constants(count: usize) -> String {
    let entries = (0..count).map(|at| format!("\"key{at}\": {{\"x\": {at}, \"s\": \"{at}\"}},"));
    let entries = entries.collect::<String>();
    format!(
        "namespace rs scale\nstruct Point {{ 1: i32 x, 2: string s }}\n\
         const map<string, Point> POINTS = {{ {entries} }}\n"
    )
}

fn values(count: usize) -> String {
    let values = (0..count).map(|at| format!("VALUE_{at} = {},", at * 3)).collect::<String>();
    format!("namespace rs scale\nenum Wide {{ {values} }}\n")
}

fn methods(count: usize) -> String {
    let methods = (0..count).map(|at| format!("  i32 method{at}(1: string key, 2: i32 number)\n"));
    let methods = methods.collect::<String>();
    format!("namespace rs scale\nservice Wide {{\n{methods}}}\n")
}
