//! Input made to hang, overflow the stack or exhaust memory. Each test passes by terminating: work that grows faster
//! than the input would not.

use std::fmt::Write;
use std::path::Path;

use thriftly_parser::{Memory, Options, Outcome, codes, load_from, load_str};

/// Number of brackets and the like.
const MANY: usize = 100_000;

/// Number of lines, definitions and the like.
const LINES: usize = 30_000;

fn load(text: &str) -> Outcome {
    load_str("m.thrift", text, &Options::default())
}

/// The codes of all messages, without duplicates.
fn codes_of(outcome: &Outcome) -> Vec<&'static str> {
    let mut codes: Vec<_> = outcome.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    // Messages about hostile text must be printable too.
    assert!(outcome.render().len() < 1_000_000);
    codes
}

/// One line for each number.
fn lines(line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..LINES {
        let _ = writeln!(text, "{}", line(number));
    }
    text
}

#[test]
fn brackets_in_brackets_are_an_error_and_not_a_stack_overflow() {
    let deep = |open: &str, close: &str| open.repeat(MANY) + &close.repeat(MANY);
    for text in [
        format!("const list<i32> A = {}", deep("[", "]")),
        format!("const list<i32> A = {}", "[".repeat(MANY)),
        format!("const i32 A = {}", deep("{1:", "}")),
        format!("struct S {{ 1: {}i32{} x }}", "list<".repeat(MANY), ">".repeat(MANY)),
        format!("struct S {{ 1: {} x }}", "map<i32,".repeat(MANY)),
        format!("struct S {{ {} }}", deep("1: i32 a xsd_attrs {", "}")),
        format!("service S {{ void f({}) }}", deep("(", ")")),
    ] {
        let outcome = load(&text);
        assert!(outcome.has_errors());
        assert!(codes_of(&outcome).len() <= 3, "{:?}", codes_of(&outcome));
    }
    assert_eq!(
        codes_of(&load(&("struct S { 1: ".to_owned() + &"list<".repeat(MANY)))),
        [codes::NESTED_TOO_DEEPLY, codes::UNCLOSED_BRACKET]
    );
}

#[test]
fn brackets_up_to_the_limit_are_fine() {
    let text = format!(
        "const {}i32{} A = {}1{}",
        "list<".repeat(190),
        ">".repeat(190),
        "[".repeat(190),
        "]".repeat(190)
    );
    assert_eq!(codes_of(&load(&text)), [""; 0]);
}

#[test]
fn closing_brackets_alone_are_errors() {
    for bracket in ["}", ")", "]", ">", "};", "struct S {}}"] {
        assert!(load(&bracket.repeat(MANY)).has_errors());
    }
}

#[test]
fn an_infinite_type_is_one_error() {
    let padding = "struct S {} ".repeat(MANY);
    assert_eq!(
        codes_of(&load(&format!("struct A {{ /* {padding}"))),
        [codes::UNTERMINATED_COMMENT]
    );
    assert_eq!(codes_of(&load(&format!("/** {padding}"))), [codes::UNTERMINATED_COMMENT]);
    assert_eq!(
        codes_of(&load(&format!("const string A = \"{padding}"))),
        [codes::UNTERMINATED_STRING]
    );
    assert_eq!(codes_of(&load(&"/* ".repeat(MANY))), [codes::UNTERMINATED_COMMENT]);
    assert!(load(&"\"\n".repeat(MANY)).has_errors());
    assert!(load(&"\"\\".repeat(MANY)).has_errors());
}

#[test]
fn messages_about_rubbish_are_bounded() {
    for rubbish in [
        "@ ",
        "\u{1} ",
        "é ",
        "struct ",
        "struct S { ",
        "enum ",
        "hello\n",
        "1: ",
        "a(",
        "\"\\q\" ",
        "{",
        "0x ",
        "include \"x\" ",
    ] {
        let outcome = load(&rubbish.repeat(MANY));
        assert!(outcome.has_errors());
        assert!(
            outcome.diagnostics.len() < 400,
            "{rubbish:?}: {} messages",
            outcome.diagnostics.len()
        );
        assert!(outcome.render().len() < 1_000_000);
    }
}

#[test]
fn a_line_of_ten_megabytes_is_read() {
    let fields: String = (1..32_500).fold(String::new(), |mut text, id| {
        let _ = write!(text, "{id}: optional list<string> a_field_with_a_name_of_quite_some_length_{id} = [\"x\"] (key = \"a value\"), ");
        text
    });
    let text = format!(
        "struct A {{ {fields} }} struct B {{ {fields} }} struct C {{ {fields} }} struct F {{ {fields} }} struct D {{ 1: Nope n }}"
    );
    assert!(text.len() > 10_000_000);
    assert_eq!(codes_of(&load(&text)), [codes::UNKNOWN_TYPE]);
}

#[test]
fn mistakes_in_every_line_of_a_large_file_are_found_in_linear_time() {
    for line in ["1: i32", "1 i32 a", "1: Nope a", "i32 i32 i32 a", "1: i32 a = [", "required"] {
        let outcome =
            load(&format!("struct S {{\n{}}}\nstruct T {{}}\n", lines(|_| line.to_owned())));
        assert!(outcome.has_errors());
    }
    for line in
        ["void f(", "f()", "void f() throws", "oneway", "void f(1 i32 x)", "i32 f(1: i32 a) ("]
    {
        let outcome =
            load(&format!("service S {{\n{}}}\nstruct T {{}}\n", lines(|_| line.to_owned())));
        assert!(outcome.has_errors());
    }
    for line in ["A = B", "A = ", "A,,", "= 1", "5"] {
        let outcome =
            load(&format!("enum S {{\n{}}}\nstruct T {{}}\n", lines(|_| line.to_owned())));
        assert!(outcome.has_errors());
    }
}

#[test]
fn long_chains_of_typedefs_are_followed_without_recursion() {
    let outcome = load(&lines(|n| format!("typedef T{} T{n}", n + 1)));
    assert!(outcome.has_errors());
    let cycle = lines(|n| format!("typedef T{} T{n}", (n + 1) % LINES));
    assert_eq!(codes_of(&load(&cycle)), [codes::TYPEDEF_CYCLE]);
    let deep = "typedef i32 T0\n".to_owned() + &lines(|n| format!("typedef T{n} T{}", n + 1));
    assert_eq!(codes_of(&load(&deep)), [codes::NESTED_TOO_DEEPLY, codes::TOO_MANY_ERRORS]);
    let selves = lines(|n| format!("typedef map<T{}, T{n}> T{n}", (n + 1) % LINES));
    assert_eq!(codes_of(&load(&selves)).first(), Some(&codes::TOO_MANY_ERRORS));
}

#[test]
fn typedefs_that_double_do_not_double_the_work() {
    let mut text = "typedef i32 A0\ntypedef i32 B0\n".to_owned();
    for n in 1..90 {
        let _ = writeln!(text, "typedef map<A{0}, A{0}> A{n}\ntypedef map<B{0}, B{0}> B{n}", n - 1);
    }
    text += "const A89 X = {}\nconst B89 Y = X\nconst i32 Z = X\n";
    assert_eq!(codes_of(&load(&text)), [codes::TYPE_MISMATCH]);
}

#[test]
fn constants_that_double_do_not_double_the_memory() {
    let mut text = "const list<i32> A0 = [1]\n".to_owned();
    let mut ty = "list<i32>".to_owned();
    for n in 1..90 {
        ty = format!("list<{ty}>");
        let _ = writeln!(text, "const {ty} A{n} = [A{0}, A{0}]", n - 1);
    }
    assert_eq!(codes_of(&load(&text)), [""; 0]);
}

#[test]
fn long_chains_of_constants_are_followed_without_recursion() {
    let chain =
        lines(|n| format!("const i32 C{n} = C{}", n + 1)) + &format!("const i32 C{LINES} = 7");
    assert_eq!(codes_of(&load(&chain)), [""; 0]);
    let cycle = lines(|n| format!("const i32 C{n} = C{}", (n + 1) % LINES));
    assert_eq!(codes_of(&load(&cycle)), [codes::CONST_CYCLE]);
    let selves = lines(|n| format!("const list<i32> C{n} = [C{}, C{n}]", (n + 1) % LINES));
    assert!(load(&selves).has_errors());
}

#[test]
fn long_chains_of_services_are_followed_without_recursion() {
    let chain = lines(|n| format!("service S{n} extends S{} {{ void f{n}() }}", n + 1));
    let chain = chain + &format!("service S{LINES} {{ void f0() }}");
    assert_eq!(codes_of(&load(&chain)), [codes::FUNCTION_REDEFINED]);
    let cycle = lines(|n| format!("service S{n} extends S{} {{}}", (n + 1) % LINES));
    assert_eq!(codes_of(&load(&cycle)), [codes::SERVICE_CYCLE]);
}

#[test]
fn long_chains_of_structs_are_followed_without_recursion() {
    let chain = lines(|n| {
        format!("struct S{n} {{ 1: required S{} s, 2: required S0 t }}", (n + 1) % LINES)
    });
    assert_eq!(codes_of(&load(&chain)), [codes::INFINITE_STRUCT]);
}

#[test]
fn suggestions_among_many_names_are_bounded() {
    let names = lines(|n| format!("struct SomeType{n} {{}}"));
    let uses = lines(|n| format!("{}: SomeTypo{n} f{n}", n % 30_000 + 1));
    assert!(load(&format!("{names}struct S {{\n{uses}}}")).has_errors());
    let values = lines(|n| format!("VALUE{n},"));
    let uses = lines(|n| format!("const E C{n} = E.VALUX{n}\nconst i32 D{n} = VALUE{n}"));
    assert!(load(&format!("enum E {{\n{values}}}\n{uses}")).has_errors());
}

#[test]
fn many_includes_in_one_file_are_read() {
    let mut files = Memory::default();
    let mut main = String::new();
    for n in 0..10_000 {
        files.insert(format!("f{n}.thrift"), format!("struct T{n} {{}}"));
        let _ = writeln!(main, "include \"f{n}.thrift\"");
    }
    files.insert("main.thrift", main);
    let options = Options { lints: true, ..Options::default() };
    let outcome = load_from(&files, Path::new("main.thrift"), &options);
    assert_eq!(outcome.program.files.len(), 10_001);
    assert_eq!(codes_of(&outcome), [codes::UNUSED_INCLUDE]);
}

#[test]
fn a_long_chain_of_includes_is_followed_without_recursion() {
    let mut files = Memory::default();
    for n in 0..10_000 {
        let text = format!(
            "include \"f{0}.thrift\"\ninclude \"f{1}.thrift\"\nstruct T {{ 1: optional f{0}.T t }}",
            n + 1,
            n + 2
        );
        files.insert(format!("f{n}.thrift"), text);
    }
    files.insert("f10000.thrift", "struct T { 1: Nope n }");
    files.insert("f10001.thrift", "include \"f0.thrift\"");
    let outcome = load_from(&files, Path::new("f0.thrift"), &Options::default());
    assert_eq!(outcome.program.files.len(), 10_002);
    assert_eq!(codes_of(&outcome), [codes::INCLUDE_CYCLE, codes::UNKNOWN_TYPE]);
}

#[test]
fn every_file_including_every_other_is_read_once_each() {
    let mut files = Memory::default();
    let headers: String = (0..300).map(|n| format!("include \"f{n}.thrift\"\n")).collect();
    for n in 0..300 {
        files.insert(format!("f{n}.thrift"), headers.as_str());
    }
    let outcome = load_from(&files, Path::new("f0.thrift"), &Options::default());
    assert_eq!(outcome.program.files.len(), 300);
    assert_eq!(codes_of(&outcome)[0], codes::INCLUDE_CYCLE);
}

#[test]
fn long_and_many_cycles_through_fields_and_defaults_are_found_in_time() {
    let next = |number: usize| (number + 1) % LINES;
    let required = lines(|at| format!("struct S{at} {{ 1: required S{} a }}", next(at)));
    assert_eq!(codes_of(&load(&required)), [codes::INFINITE_STRUCT]);
    let unions = lines(|at| format!("union U{at} {{ 1: U{} a, 2: U0 b }}", next(at)));
    assert_eq!(codes_of(&load(&unions)), [codes::INFINITE_STRUCT]);
    let defaults = lines(|at| format!("struct S{at} {{ 1: list<S{}> a = [{{}}] }}", next(at)));
    assert_eq!(codes_of(&load(&defaults)), [codes::DEFAULT_CYCLE]);
    // Each value closes a cycle as long as the rest.
    let chain = lines(|at| format!("struct S{at} {{ 1: S{} a }}", at + 1));
    let ends = lines(|at| format!("{}: list<S0> f{at} = [{{}}]", at + 1));
    let outcome = load(&format!("{chain}struct S{LINES} {{ {ends} }}"));
    assert_eq!(codes_of(&outcome), [codes::DEFAULT_CYCLE, codes::TOO_MANY_ERRORS]);
    let back = lines(|at| {
        format!("struct S{at} {{ 1: list<S0> a = [{{}}], 2: list<S{}> b = [{{}}] }}", at + 1)
    });
    let outcome = load(&format!("{back}struct S{LINES} {{}}"));
    assert!(outcome.has_errors());
}

#[test]
fn suggestions_take_little_time() {
    for mistake in ["1 i32 a", "1: list<i32 a", "1: i32 a = [[[[[[[[", "1: i32", "$ $ $ $ $"] {
        let text = lines(|_| format!("struct S {{ {} }}", format!("{mistake}, ").repeat(5)));
        assert!(load(&text).has_errors());
        let text = format!("struct S {{ {} }}", format!("{mistake}\n").repeat(LINES));
        assert!(load(&text).has_errors());
        let text = format!("service S {{ void f({}) }}", format!("{mistake}, ").repeat(LINES));
        assert!(load(&text).has_errors());
    }
}
