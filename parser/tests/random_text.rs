//! Random and mutated text: any input gives a program and messages.

use std::path::Path;
use std::thread;

use thriftly_parser::cursor::cursor;
use thriftly_parser::index::{Index, Symbol};
use thriftly_parser::source::{FileId, Span};
use thriftly_parser::{Memory, Options, Outcome, load_from, parse};

/// A small generator of random numbers (SplitMix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

const SEED: &str = r#"/** The file. */
include "other.thrift"
namespace rs a.b (x = "y")

const i32 LIMIT = 10;
const list<map<string, E>> TABLE = [{"a": E.X}, {}]
typedef map<i32, other.T> (k = "v") Table
enum E { X = 1, Y, Z = -0x3 (a) }
/* plain */
struct S {
  1: required i32 a = LIMIT, // end of line
  2: optional list<set<binary>> b (c.d = "e")
  -1: other.T t = {"x": 1}
  S & next
}
union U { 1: S s; 2: double d = 1e5 }
exception Oops { 1: string why = 'it\'s' }
service V extends other.Base {
  oneway void f(1: i64 x),
  Table g(1: S s = {"a": 3}, 2: bool c = true) throws (1: Oops oops)
}
"#;

const WORDS: &[&str] = &[
    "struct",
    "union",
    "exception",
    "enum",
    "service",
    "typedef",
    "const",
    "namespace",
    "include",
    "extends",
    "throws",
    "required",
    "optional",
    "oneway",
    "void",
    "i32",
    "string",
    "list",
    "map",
    "set",
    "bool",
    "S",
    "E",
    "x",
    "other.T",
    "E.X",
    "LIMIT",
    "1",
    "-1",
    "0x7f",
    "1.5",
    "\"s\"",
    "\"",
    "'",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ",",
    ";",
    ":",
    "=",
    "*",
    "&",
    "/*",
    "*/",
    "/**",
    "//",
    "#",
    "\n",
    " ",
    "\\",
    "@",
    "é",
    "\0",
    "cpp_type",
    "true",
    "xsd_attrs",
    "99999999999999999999",
    "senum",
];

const ROUNDS: usize = 10_000;

#[test]
fn mutated_programs_never_panic() {
    // The longest test by far: its parts run at the same time.
    const PARTS: usize = 4;
    thread::scope(|scope| {
        for part in 0..PARTS {
            scope.spawn(move || {
                let mut random = Random(100 + part as u64);
                for round in 0..ROUNDS / PARTS {
                    let mut text = SEED.as_bytes().to_vec();
                    for _ in 0..1 + random.below(4) {
                        mutate(&mut text, &mut random);
                    }
                    check(round, text);
                }
            });
        }
    });
}

#[test]
fn random_words_never_panic() {
    let mut random = Random(2);
    for round in 0..ROUNDS {
        let mut text = String::new();
        for _ in 0..random.below(40) {
            text.push_str(WORDS[random.below(WORDS.len())]);
            if random.below(3) > 0 {
                text.push(' ');
            }
        }
        check(round, text.into_bytes());
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(3);
    for _ in 0..ROUNDS {
        let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.next() as u8).collect();
        let (_, diagnostics) = parse(&bytes);
        drop(diagnostics);
    }
}

fn mutate(text: &mut Vec<u8>, random: &mut Random) {
    let (from, length) = (random.below(text.len()), random.below(30));
    let to = (from + length).min(text.len());
    match random.below(6) {
        0 => drop(text.drain(from..to)),
        1 => {
            let copy = text[from..to].to_vec();
            let at = random.below(text.len());
            text.splice(at..at, copy);
        }
        2 => drop(text.splice(from..from, WORDS[random.below(WORDS.len())].bytes())),
        3 => text.truncate(from),
        4 => drop(text.splice(from..to, WORDS[random.below(WORDS.len())].bytes())),
        _ => {
            if let Some(byte) = text.get_mut(from) {
                *byte = random.next() as u8;
            }
        }
    }
}

/// Loads the text and renders the messages; a panic names the round.
fn check(round: usize, text: Vec<u8>) {
    let mut files = Memory::default();
    files.insert(
        "other.thrift",
        "include \"main.thrift\"\nstruct T { 1: i32 x }\nservice Base { void f() }\n",
    );
    files.insert("main.thrift", text.clone());
    let outcome = std::panic::catch_unwind(|| {
        let options = Options { lints: true, ..Options::default() };
        let outcome = load_from(&files, Path::new("main.thrift"), &options);
        for diagnostic in &outcome.diagnostics {
            let text = diagnostic.render(&outcome.sources);
            assert!(!text.is_empty());
        }
        // Typedefs must end, whatever was said.
        for (_, definition) in outcome.program.definitions() {
            if let thriftly_parser::program::Definition::Const(node) = definition {
                outcome.program.resolve(&node.ty);
            }
        }
        if round.is_multiple_of(4) {
            ask(&outcome, &text, round);
        }
    });
    assert!(outcome.is_ok(), "round {round}:\n{}", String::from_utf8_lossy(&text));
}

/// Names and fixes are within their files, and every place can be asked about.
fn ask(outcome: &Outcome, text: &[u8], round: usize) {
    let inside = |span: Span| {
        let length = outcome.sources.file(span.file).text.len() as u32;
        assert!(span.start <= span.end && span.end <= length, "{span:?}");
    };
    let index = Index::of(outcome);
    for file in &outcome.program.files {
        for name in index.names(file.id) {
            inside(name.span);
            let is_named = name.symbol.name(&outcome.program).is_some();
            assert!(is_named || matches!(name.symbol, Symbol::File(_)));
        }
    }
    outcome.diagnostics.iter().filter_map(|one| one.fix.as_ref()).for_each(|fix| inside(fix.span));
    let offset = (round * 7919 % (text.len() + 1)) as u32;
    index.at(FileId(0), offset);
    let word = cursor(text, offset).word;
    assert!(word.start <= word.end && word.end as usize <= text.len());
}
