//! The index: every name is found by its place and by what it refers to.

use thriftly_parser::index::{Index, Symbol};
use thriftly_parser::source::{FileId, Span};
use thriftly_parser::{Memory, Options, Outcome, load_all, load_from};

const MAIN: &str = r#"include "lib/shared.thrift"
const shared.Color BEST = shared.Color.GREEN
const i32 LIMIT = shared.MOST
typedef shared.Color Paint
enum Size { S, M = 5 }
struct Car {
    1: required Paint paint = Paint.RED,
    2: list<Size> sizes = [S, Size.M],
    3: Wheel wheel = {"inches": LIMIT, 'rim': {"width": 3}},
}
struct Wheel { 1: i32 inches, 2: optional Rim rim }
struct Rim { 1: i32 width }
exception Crash { 1: Car car }
service Garage extends shared.Base {
    Car fetch(1: Size size = Size.S) throws (1: Crash crash),
}
"#;

const SHARED: &str =
    "enum Color { RED, GREEN }\nconst i32 MOST = 7\nservice Base { void ping() }\n";

fn outcome() -> Outcome {
    let mut files = Memory::default();
    files.insert("main.thrift", MAIN);
    files.insert("lib/shared.thrift", SHARED);
    let outcome = load_from(&files, "main.thrift".as_ref(), &Options::default());
    assert!(!outcome.has_errors(), "{}", outcome.render());
    outcome
}

fn text(outcome: &Outcome, span: Span) -> &str {
    let text = &outcome.sources.file(span.file).text[span.start as usize..span.end as usize];
    std::str::from_utf8(text).unwrap()
}

#[test]
fn every_name_is_the_text_of_its_symbol() {
    let outcome = outcome();
    let index = Index::of(&outcome);
    let mut count = 0;
    for file in &outcome.program.files {
        for name in index.names(file.id) {
            count += 1;
            let written = text(&outcome, name.span);
            match name.symbol {
                Symbol::File(_) => assert!(["shared", "lib/shared.thrift"].contains(&written)),
                symbol => assert_eq!(symbol.name(&outcome.program), Some(written)),
            }
        }
    }
    assert_eq!(count, 58);
}

#[test]
fn names_lead_to_their_declarations() {
    let outcome = outcome();
    let index = Index::of(&outcome);
    let declared = |before: &str, word: &str| {
        let at = MAIN.find(before).unwrap() + before.len();
        assert!(MAIN[at..].starts_with(word), "{}", &MAIN[at..]);
        // At the first letter, within the word, and just behind it.
        let found: Vec<_> = [at, at + word.len() - 1, at + word.len()]
            .map(|at| index.at(FileId(0), at as u32).unwrap())
            .to_vec();
        assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
        let (name, is_declaration) = found[0];
        assert!(!is_declaration);
        index.declaration(name.symbol).map(|span| {
            let line = outcome.sources.position(span).line;
            (span.file.0, line, text(&outcome, span).to_owned())
        })
    };
    let place = |file, line, name: &str| Some((file, line, name.to_owned()));
    assert_eq!(declared("const shared.", "Color"), place(1, 1, "Color"));
    assert_eq!(declared("= shared.", "Color"), place(1, 1, "Color"));
    assert_eq!(declared("= shared.Color.", "GREEN"), place(1, 1, "GREEN"));
    assert_eq!(declared("= shared.", "Color"), place(1, 1, "Color"));
    assert_eq!(declared("LIMIT = shared.", "MOST"), place(1, 2, "MOST"));
    assert_eq!(declared("paint = ", "Paint"), place(0, 4, "Paint"));
    assert_eq!(declared("Paint.", "RED"), place(1, 1, "RED"));
    assert_eq!(declared("sizes = [", "S"), place(0, 5, "S"));
    assert_eq!(declared("wheel = {\"", "inches"), place(0, 11, "inches"));
    assert_eq!(declared("\"inches\": ", "LIMIT"), place(0, 3, "LIMIT"));
    assert_eq!(declared("'rim': {\"", "width"), place(0, 12, "width"));
    assert_eq!(declared("extends shared.", "Base"), place(1, 3, "Base"));
    assert_eq!(declared("throws (1: ", "Crash"), place(0, 13, "Crash"));
    assert_eq!(declared("const ", "shared"), None);
    assert_eq!(declared("include \"", "lib/shared.thrift"), None);
}

#[test]
fn symbols_lead_to_all_their_references() {
    let outcome = outcome();
    let index = Index::of(&outcome);
    let uses = |declaration: &str| {
        let (file, at) = match MAIN.find(declaration) {
            Some(at) => (FileId(0), at),
            None => (FileId(1), SHARED.find(declaration).unwrap()),
        };
        let word = declaration.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
        let (name, is_declaration) = index.at(file, (at + word) as u32).unwrap();
        assert!(is_declaration, "{declaration}");
        let spans = index.references(name.symbol);
        spans.map(|span| outcome.sources.position(span).line).collect::<Vec<_>>()
    };
    assert_eq!(uses("enum Color"), [2, 2, 4]);
    assert_eq!(uses("enum Size"), [8, 8, 15, 15]);
    assert_eq!(uses("enum Size { S"), [8, 15]);
    assert_eq!(uses("i32 inches"), [9]);
    assert_eq!(uses("Size size"), [0_u32; 0]);
    assert_eq!(uses("Crash crash"), [0_u32; 0]);
    assert_eq!(uses("Car fetch"), [0_u32; 0]);
}

#[test]
fn nothing_is_found_between_names_or_in_other_files() {
    let outcome = outcome();
    let index = Index::of(&outcome);
    assert_eq!(index.at(FileId(0), MAIN.find("const i32").unwrap() as u32), None);
    assert_eq!(index.at(FileId(0), MAIN.find("7").unwrap_or(MAIN.len()) as u32), None);
    assert_eq!(index.at(FileId(7), 3), None);
    assert!(index.names(FileId(7)).is_empty());
}

#[test]
fn files_with_mistakes_keep_the_names_of_the_rest() {
    let text = "struct A { 1: B b, 2: wrong }\nstruct { }\nstruct B { 1: Missing m = X }";
    let mut files = Memory::default();
    files.insert("a.thrift", text);
    let outcome = load_from(&files, "a.thrift".as_ref(), &Options::default());
    assert!(outcome.has_errors());
    let index = Index::of(&outcome);
    let (name, _) = index.at(FileId(0), text.find("B b").unwrap() as u32).unwrap();
    assert_eq!(index.declaration(name.symbol).unwrap().start as usize, text.find("B { 1").unwrap());
}

#[test]
fn several_roots_are_one_program() {
    let mut files = Memory::default();
    files.insert("a.thrift", "include \"b.thrift\"\nstruct A { 1: b.B b }");
    files.insert("b.thrift", "struct B { 1: C c }");
    let paths = ["b.thrift", "a.thrift", "./b.thrift", "missing.thrift"];
    let outcome = load_all(&files, paths, &Options::default());
    let paths: Vec<_> = outcome.sources.paths().collect();
    assert_eq!(paths, ["b.thrift".as_ref() as &std::path::Path, "a.thrift".as_ref()]);
    let codes: Vec<_> = outcome.diagnostics.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["unknown-type", "unreadable-file"]);
}

#[test]
fn fixes_replace_what_is_wrong() {
    let fixed = |text: &str| {
        let mut files = Memory::default();
        files.insert("a.thrift", text);
        files.insert("s.thrift", "enum E { AB }");
        let options = Options { lints: true, ..Options::default() };
        let outcome = load_from(&files, "a.thrift".as_ref(), &options);
        let fix = outcome
            .diagnostics
            .iter()
            .find_map(|one| one.fix.clone())
            .unwrap_or_else(|| panic!("{text}: {}", outcome.render()));
        let (before, after) = (&text[..fix.span.start as usize], &text[fix.span.end as usize..]);
        format!("{before}{}{after}", fix.text)
    };
    assert_eq!(fixed("struct A { 1: strng s }"), "struct A { 1: string s }");
    assert_eq!(fixed("struct A { 1: bytes s }"), "struct A { 1: binary s }");
    assert_eq!(fixed("struct A { 1: lst<i32> s }"), "struct A { 1: list<i32> s }");
    assert_eq!(fixed("strct A { 1: i32 s }"), "struct A { 1: i32 s }");
    assert_eq!(fixed("struct A { 1: optinal i32 s }"), "struct A { 1: optional i32 s }");
    assert_eq!(
        fixed("struct P { 1: i32 width } const P X = {\"widht\": 1}"),
        "struct P { 1: i32 width } const P X = {\"width\": 1}"
    );
    assert_eq!(
        fixed("include \"s.thrift\" const s.E X = s.E.ab"),
        "include \"s.thrift\" const s.E X = s.E.AB"
    );
    assert_eq!(fixed("include \"s.thrift\" const i32 X = 1"), " const i32 X = 1");
    assert_eq!(fixed("service S { async void f() }"), "service S { oneway void f() }");
    assert_eq!(fixed("const list<i32> X = {}"), "const list<i32> X = []");
    assert_eq!(
        fixed("service Aaa {} service S extends Aab {}"),
        "service Aaa {} service S extends Aaa {}"
    );
    assert_eq!(fixed("union U { 1: required i32 a }"), "union U { 1:  i32 a }");
    assert_eq!(
        fixed("const i32 X = Most const i32 MOST = 1"),
        "const i32 X = MOST const i32 MOST = 1"
    );
}
