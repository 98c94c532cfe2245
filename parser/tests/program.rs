//! Contents of the checked program: ids, numbers, values, names and docs.

use std::path::Path;

use thriftly_parser::program::{
    Const, DefId, Definition, Enum, Field, Requiredness, Service, Struct, StructKind, TypeKind,
    Typedef, Value,
};
use thriftly_parser::source::FileId;
use thriftly_parser::{Memory, Options, Program, load_from, load_str};

fn load(text: &str) -> Program {
    let outcome = load_str("m.thrift", text, &Options::default());
    assert!(!outcome.has_errors(), "{}", outcome.render());
    outcome.program
}

fn find<'a>(program: &'a Program, name: &str) -> (DefId, &'a Definition) {
    let mut definitions = program.definitions();
    definitions.find(|(_, definition)| definition.name().text == name).expect("it is defined")
}

fn constant<'a>(program: &'a Program, name: &str) -> &'a Const {
    let mut consts = program.definitions().filter_map(|(_, definition)| match definition {
        Definition::Const(node) => Some(node),
        _ => None,
    });
    consts.find(|node| node.name.text == name).expect("a constant")
}

fn structure<'a>(program: &'a Program, name: &str) -> &'a Struct {
    match find(program, name).1 {
        Definition::Struct(node) => node,
        other => panic!("{other:?}"),
    }
}

fn enumeration<'a>(program: &'a Program, name: &str) -> &'a Enum {
    match find(program, name).1 {
        Definition::Enum(node) => node,
        other => panic!("{other:?}"),
    }
}

fn service<'a>(program: &'a Program, name: &str) -> &'a Service {
    match find(program, name).1 {
        Definition::Service(node) => node,
        other => panic!("{other:?}"),
    }
}

fn typedef<'a>(program: &'a Program, name: &str) -> &'a Typedef {
    match find(program, name).1 {
        Definition::Typedef(node) => node,
        other => panic!("{other:?}"),
    }
}

fn ids(fields: &[Field]) -> Vec<(i16, bool)> {
    fields.iter().map(|field| (field.id, field.explicit_id)).collect()
}

#[test]
fn fields_without_ids_count_down_from_minus_one() {
    let program = load("struct S { i32 a, 5: i32 b, i32 c, -9: i32 d, 0x10: i32 e }");
    assert_eq!(
        ids(&structure(&program, "S").fields),
        [(-1, false), (5, true), (-2, false), (-9, true), (16, true)]
    );
    let program = load("exception X {} service V { void f(i32 a, 1: i32 b) throws (X x) }");
    let function = &service(&program, "V").functions[0];
    assert_eq!(ids(&function.arguments), [(-1, false), (1, true)]);
    assert_eq!(ids(&function.throws), [(-1, false)]);
}

#[test]
fn enum_values_count_up_from_the_one_before() {
    let program = load("enum E { A, B = 5, C, D = -3, E, F = 0x10, G }");
    let numbers: Vec<_> =
        enumeration(&program, "E").values.iter().map(|value| value.number).collect();
    assert_eq!(numbers, [0, 5, 6, -3, -2, 16, 17]);
}

#[test]
fn values_have_the_type_that_is_expected() {
    let program = load(
        "const double A = 3 const bool B = 2 const bool C = false const i32 D = true const binary E = \"x\\n\"
         typedef double Weight const Weight F = -1 const i64 G = 0x10 const double H = 1.5e3
         const uuid I = \"{00112233-4455-6677-8899-AABBCCDDEEFF}\" const set<i32> J = {} const map<i32, i32> K = []",
    );
    assert!(matches!(constant(&program, "A").value, Value::Double(3.0)));
    assert!(matches!(constant(&program, "B").value, Value::Bool(true)));
    assert!(matches!(constant(&program, "C").value, Value::Bool(false)));
    assert!(matches!(constant(&program, "D").value, Value::Int(1)));
    assert!(matches!(&constant(&program, "E").value, Value::Binary(bytes) if bytes == b"x\n"));
    assert!(matches!(constant(&program, "F").value, Value::Double(-1.0)));
    assert!(matches!(constant(&program, "G").value, Value::Int(16)));
    assert!(matches!(constant(&program, "H").value, Value::Double(1500.0)));
    let Value::Uuid(uuid) = constant(&program, "I").value else { panic!() };
    assert_eq!(uuid[..5], [0, 0x11, 0x22, 0x33, 0x44]);
    assert_eq!(uuid[15], 0xFF);
    assert!(matches!(&constant(&program, "J").value, Value::Set(values) if values.is_empty()));
    assert!(matches!(&constant(&program, "K").value, Value::Map(pairs) if pairs.is_empty()));
}

#[test]
fn enum_values_are_found_by_every_spelling() {
    let program = load(
        "enum E { X = 1, Y = 2, Z = 2 } typedef E F const E A = E.Y const E B = Y const E C = 2 const F D = F.Y
         const E G = A const i32 H = E.Y const double I = LIMIT const i32 LIMIT = 7 const E J = ONE const i8 ONE = 1",
    );
    let (id, _) = find(&program, "E");
    for name in ["A", "B", "C", "D", "G"] {
        assert!(
            matches!(constant(&program, name).value, Value::Enum(found, 1) if found == id),
            "{name}"
        );
    }
    assert!(matches!(constant(&program, "H").value, Value::Int(2)));
    assert!(matches!(constant(&program, "I").value, Value::Double(7.0)));
    assert!(matches!(constant(&program, "J").value, Value::Enum(_, 0)));
}

#[test]
fn values_of_another_enum_count_as_those_of_the_expected_one() {
    let mut files = Memory::default();
    files.insert("a.thrift", "enum E { Y = 2, X = 1 } const E EX = E.X");
    files.insert(
        "main.thrift",
        "include \"a.thrift\" enum E { X = 1, Y = 7 } enum F { Z }
         const a.E A = a.X const E B = a.E.X const E C = a.EX const E D = F.Y const E G = Nowhere.Y",
    );
    let outcome = load_from(&files, Path::new("main.thrift"), &Options::default());
    assert!(!outcome.has_errors(), "{}", outcome.render());
    let value = |name| match constant(&outcome.program, name).value {
        Value::Enum(id, index) => (id.file.0, index),
        ref other => panic!("{other:?}"),
    };
    let values = ["A", "B", "C", "D", "G"].map(value);
    assert_eq!(values, [(1, 1), (0, 0), (0, 0), (0, 1), (0, 1)]);
    let codes: Vec<_> = outcome.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["other-enum"; 4]);
}

#[test]
fn empty_containers_are_taken_in_either_kind_of_brackets() {
    let outcome = load_str(
        "m.thrift",
        "const list<i32> L = {} const set<i32> S = {} const map<i32, i32> M = []",
        &Options::default(),
    );
    assert!(!outcome.has_errors(), "{}", outcome.render());
    let value = |name| &constant(&outcome.program, name).value;
    assert!(matches!(value("L"), Value::List(values) if values.is_empty()));
    assert!(matches!(value("S"), Value::Set(values) if values.is_empty()));
    assert!(matches!(value("M"), Value::Map(entries) if entries.is_empty()));
}

#[test]
fn references_copy_scalars_and_keep_the_names_of_the_rest() {
    let program = load(
        "const string K = \"k\" const list<i32> L = [1, N] const i32 N = 2 const map<string, list<i32>> M = {K: L}
         struct T { 1: i32 a, 2: T t } const T S = {\"t\": {\"a\": N}} const list<T> R = [S] const binary B = K",
    );
    let Value::Map(pairs) = &constant(&program, "M").value else { panic!() };
    let (list, _) = find(&program, "L");
    assert!(
        matches!(&pairs[0], (Value::String(key), Value::Const(id)) if key == "k" && *id == list)
    );
    let Value::List(values) = &constant(&program, "L").value else { panic!() };
    assert!(matches!(values[..], [Value::Int(1), Value::Int(2)]));
    let Value::Struct(id, fields) = &constant(&program, "S").value else { panic!() };
    assert_eq!(*id, find(&program, "T").0);
    let [(1, Value::Struct(_, inner))] = &fields[..] else { panic!("{fields:?}") };
    assert!(matches!(inner[..], [(0, Value::Int(2))]));
    assert!(
        matches!(&constant(&program, "R").value, Value::List(values) if matches!(values[..], [Value::Const(_)]))
    );
    assert!(matches!(&constant(&program, "B").value, Value::Binary(bytes) if bytes == b"k"));
}

#[test]
fn defaults_of_fields_and_arguments_are_evaluated() {
    let program = load(
        "enum E { X } struct S { 1: E e = X, 2: list<i8> l = [1], 3: i32 none }
         service V { void f(1: S s = {\"l\": []}, 2: double d = 1) }",
    );
    let defaults: Vec<_> =
        structure(&program, "S").fields.iter().map(|field| field.default.is_some()).collect();
    assert_eq!(defaults, [true, true, false]);
    let arguments = &service(&program, "V").functions[0].arguments;
    assert!(matches!(arguments[0].default, Some(Value::Struct(_, _))));
    assert!(matches!(arguments[1].default, Some(Value::Double(1.0))));
}

#[test]
fn requiredness_is_kept_where_it_means_something() {
    let program = load(
        "struct S { 1: required i32 a, 2: optional i32 b, 3: i32 c } union U { 1: required i32 a }
         exception X {} service V { void f(1: required i32 a, 2: optional i32 b) throws (1: required X x) }",
    );
    let words =
        |fields: &[Field]| fields.iter().map(|field| field.requiredness).collect::<Vec<_>>();
    use Requiredness::{Default, Optional, Required};
    assert_eq!(words(&structure(&program, "S").fields), [Required, Optional, Default]);
    assert_eq!(words(&structure(&program, "U").fields), [Optional]);
    let function = &service(&program, "V").functions[0];
    assert_eq!(words(&function.arguments), [Required, Optional]);
    assert_eq!(words(&function.throws), [Default]);
}

#[test]
fn kinds_types_and_annotations_are_kept() {
    let program = load(
        "struct S { 1: list<map<string, byte>> (a = \"b\") f (c, d = \"e\") } (g = \"h\") union U {} exception X {}
         typedef S T typedef T W enum E { A (i) } (j) service V { W f() (k = \"l\") } (m) const i32 N = 1 (o)",
    );
    assert_eq!(structure(&program, "S").kind, StructKind::Struct);
    assert_eq!(structure(&program, "U").kind, StructKind::Union);
    assert_eq!(structure(&program, "X").kind, StructKind::Exception);
    let field = &structure(&program, "S").fields[0];
    let TypeKind::List(element) = &field.ty.kind else { panic!() };
    assert!(matches!(&element.kind, TypeKind::Map(key, value)
        if matches!((&key.kind, &value.kind), (TypeKind::String, TypeKind::I8))));
    assert_eq!(field.ty.annotations[0].key.text, "a");
    let pairs: Vec<_> =
        field.annotations.iter().map(|a| (a.key.text.as_str(), a.value.as_str())).collect();
    assert_eq!(pairs, [("c", "1"), ("d", "e")]);
    let returns = service(&program, "V").functions[0].returns.as_ref().expect("a type");
    assert!(
        matches!(program.resolve(returns).kind, TypeKind::Named(id) if id == find(&program, "S").0)
    );
    assert!(
        matches!(typedef(&program, "W").target.kind, TypeKind::Named(id) if id == find(&program, "T").0)
    );
    assert_eq!(enumeration(&program, "E").values[0].annotations[0].key.text, "i");
    assert_eq!(service(&program, "V").functions[0].annotations[0].value, "l");
    assert_eq!(constant(&program, "N").annotations[0].key.text, "o");
}

#[test]
fn names_reach_into_included_files() {
    let mut files = Memory::default();
    files.insert(
        "a/main.thrift",
        "include \"../b.c.thrift\" service V extends b.c.Base { b.c.T f() } namespace",
    );
    files.insert(
        "b.c.thrift",
        "include \"d.thrift\" namespace rs x.y namespace * z struct T { 1: d.D d } service Base {}",
    );
    files.insert("d.thrift", "struct D {}");
    files.insert(
        "a/main.thrift",
        "include \"../b.c.thrift\" service V extends b.c.Base { b.c.T f() }",
    );
    let outcome = load_from(&files, Path::new("a/main.thrift"), &Options::default());
    assert!(!outcome.has_errors(), "{}", outcome.render());
    let program = outcome.program;
    let prefixes: Vec<_> = program.files.iter().map(|file| file.prefix.as_str()).collect();
    assert_eq!(prefixes, ["main", "b.c", "d"]);
    assert_eq!(program.files[0].includes[0].file, FileId(1));
    assert_eq!(program.files[0].includes[0].path, "../b.c.thrift");
    let scopes: Vec<_> =
        program.files[1].namespaces.iter().map(|n| (n.scope.as_str(), n.name.as_str())).collect();
    assert_eq!(scopes, [("rs", "x.y"), ("*", "z")]);
    let node = service(&program, "V");
    assert_eq!(node.extends, Some(find(&program, "Base").0));
    assert!(matches!(
        node.functions[0].returns.as_ref().map(|ty| &ty.kind),
        Some(TypeKind::Named(DefId { file: FileId(1), index: 0 }))
    ));
}

#[test]
fn after_errors_every_named_definition_is_still_there() {
    let text = "struct A { 1: Nope n = 5, 2: : }\nenum E { X, 7, Y }\nconst i32 C = = 1\nstruct B x { 1: i32 a }
service V { void f(, Nope g() }\ntypedef Nope T\nconst list<i32> L = [1, Nope]\nexception X { 1: i32 a";
    let outcome = load_str("m.thrift", text, &Options::default());
    assert!(outcome.has_errors());
    let names: Vec<_> = outcome.program.definitions().map(|(_, d)| d.name().text.clone()).collect();
    assert_eq!(names, ["A", "E", "C", "B", "V", "T", "L", "X"]);
    assert!(matches!(structure(&outcome.program, "A").fields[0].ty.kind, TypeKind::Unresolved));
    assert!(matches!(structure(&outcome.program, "A").fields[0].default, Some(Value::Invalid)));
    assert!(matches!(constant(&outcome.program, "C").value, Value::Invalid));
    assert_eq!(enumeration(&outcome.program, "E").values.len(), 2);
    assert_eq!(structure(&outcome.program, "B").fields.len(), 1);
    assert!(matches!(typedef(&outcome.program, "T").target.kind, TypeKind::Unresolved));
}

#[test]
fn only_the_values_of_a_cycle_have_no_value() {
    let text = "
        struct Outside { 1: optional Inside first = {}, 2: optional i32 n = 7 }
        struct Inside { 1: optional list<Inside> around = AROUND }
        const list<Inside> AROUND = [{}]
        const Outside LATER = {}
        struct Alone { 1: optional Alone alone = {} }
    ";
    let outcome = load_str("m.thrift", text, &Options::default());
    assert_eq!(outcome.diagnostics.len(), 2, "{}", outcome.render());
    let program = &outcome.program;
    assert!(matches!(structure(program, "Outside").fields[0].default, Some(Value::Struct(..))));
    assert!(matches!(structure(program, "Outside").fields[1].default, Some(Value::Int(7))));
    assert!(matches!(structure(program, "Inside").fields[0].default, Some(Value::Invalid)));
    assert!(matches!(constant(program, "AROUND").value, Value::Invalid));
    assert!(matches!(constant(program, "LATER").value, Value::Struct(..)));
    assert!(matches!(structure(program, "Alone").fields[0].default, Some(Value::Invalid)));
}

/// A short outline of the definitions and their members.
fn outline(program: &Program) -> String {
    let name = |id: DefId| program.definition(id).name().text.clone();
    let fields = |fields: &[Field]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|field| format!("{}:{} {}", field.id, field.ty.text(&name), field.name.text))
            .collect();
        fields.join(", ")
    };
    let definitions = program.files[0].definitions.iter().map(|definition| match definition {
        Definition::Struct(node) => format!("{}{{{}}}", node.name.text, fields(&node.fields)),
        Definition::Enum(node) => {
            let values = node.values.iter().map(|value| value.name.text.as_str());
            format!("{}{{{}}}", node.name.text, values.collect::<Vec<_>>().join(", "))
        }
        Definition::Service(node) => {
            let functions = node.functions.iter().map(|function| {
                let returns = function.returns.as_ref().map_or("void".into(), |ty| ty.text(&name));
                let oneway = if function.oneway { "oneway " } else { "" };
                let throws = match function.throws.as_slice() {
                    [] => String::new(),
                    throws => format!(" throws {}", fields(throws)),
                };
                let arguments = fields(&function.arguments);
                format!("{oneway}{returns} {}({arguments}){throws}", function.name.text)
            });
            format!("{}{{{}}}", node.name.text, functions.collect::<Vec<_>>().join(", "))
        }
        Definition::Typedef(node) => format!("{}={}", node.name.text, node.target.text(&name)),
        Definition::Const(node) => format!("{}:{}", node.name.text, node.ty.text(&name)),
    });
    definitions.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_syntax_error_gives_one_message_and_keeps_every_member_that_can_be_read() {
    let cases = [
        // Fields.
        ("struct S { 1: string a, 2 i64 b, 3: bool c }", "S{1:string a, 2:i64 b, 3:bool c}"),
        ("struct S { 1: string a 2 i64 b 3: bool c }", "S{1:string a, 2:i64 b, 3:bool c}"),
        ("struct S {\n 1: string a\n 2: i64\n 3: bool c\n}", "S{1:string a, 3:bool c}"),
        ("struct S { 1: string a, 2: , 3: bool c }", "S{1:string a, 3:bool c}"),
        (
            "struct S { 1: list<string a, 2: map<i32 i64> b }",
            "S{1:list<string> a, 2:map<i32, i64> b}",
        ),
        ("struct S { 1: list<string a\n 2: i64 b\n}", "S{1:list<string> a, 2:i64 b}"),
        ("struct S { 1: optinal string a, 2: requird i64 b }", "S{1:string a, 2:i64 b}"),
        ("struct S { 1: i32 a = , 2: i32 b = 5 5, 3: i32 c }", "S{1:i32 a, 2:i32 b, 3:i32 c}"),
        ("struct S { 1: i32 a,, 2: i32 b }", "S{1:i32 a, 2:i32 b}"),
        ("struct S { 1: i32 a (x=), 2: i32 b }", "S{1:i32 a, 2:i32 b}"),
        ("struct S { 1: string $a, 2: i64 b }", "S{1:string a, 2:i64 b}"),
        ("struct S { 1: i32 a\n 2: i64 b", "S{1:i32 a, 2:i64 b}"),
        ("struct S 1: i32 a, 2: i64 b }", "S{1:i32 a, 2:i64 b}"),
        ("union U { 1: i32 a; 2: string b 3 bool c }", "U{1:i32 a, 2:string b, 3:bool c}"),
        ("exception E { 1: string message = \"x }", "E{1:string message}"),
        // Values of enums.
        ("enum E { A, B = , C = 3 }", "E{A, B, C}"),
        ("enum E { A = 1, B 2, C = 3 }", "E{A, B, C}"),
        ("enum E {\n A = 1\n B = x\n C\n}", "E{A, B, C}"),
        ("enum E { A = 1, B = A, C }", "E{A, B, C}"),
        ("enum E { A; ; B }", "E{A, B}"),
        // Functions.
        ("service V { void f(1: i32 a, 2 i64 b) i32 g() }", "V{void f(1:i32 a, 2:i64 b), i32 g()}"),
        ("service V {\n void f(1: i32 a\n i32 g()\n}", "V{void f(1:i32 a), i32 g()}"),
        (
            "service V {\n void f(1: i32 a, 2: \n list<i32> g(1: i32 b)\n}",
            "V{void f(1:i32 a, 2:? unnamed_32), list<i32> g(1:i32 b)}",
        ),
        ("service V {\n f(1: i32 a)\n i32 g()\n}", "V{void f(1:i32 a), i32 g()}"),
        ("service V {\n void f;\n i32 g()\n}", "V{void f(), i32 g()}"),
        ("service V {\n void f)\n i32 g()\n}", "V{void f(), i32 g()}"),
        ("service V {\n onway void f()\n i32 g()\n}", "V{oneway void f(), i32 g()}"),
        ("service V {\n list<i32 f()\n i32 g()\n}", "V{list<i32> f(), i32 g()}"),
        (
            "exception X {} service V { void f() throw (1: X x), i32 g() }",
            "X{} V{void f() throws 1:X x, i32 g()}",
        ),
        (
            "exception X {} service V { void f() throws 1: X x, i32 g() }",
            "X{} V{void f() throws 1:X x, i32 g()}",
        ),
        (
            "exception X {} service V { void f() throws (1 X x), i32 g() }",
            "X{} V{void f() throws 1:X x, i32 g()}",
        ),
        ("service V { void f(1: i32 a) i32 g()", "V{void f(1:i32 a), i32 g()}"),
        ("service V void f(1: i32 a) i32 g() }", "V{void f(1:i32 a), i32 g()}"),
        ("service W {} service V extnds W { void f() }", "W{} V{void f()}"),
        // The rest.
        ("typedef list<i32 T\nstruct S { 1: T a }", "T=list<i32> S{1:T a}"),
        ("typedef map<i32 i64> T", "T=map<i32, i64>"),
        ("const list<i32> C = [1, 2\nstruct S { 1: i32 a }", "C:list<i32> S{1:i32 a}"),
    ];
    let mut wrong = Vec::new();
    for (idl, expected) in cases {
        let outcome = load_str("m.thrift", idl, &Options::default());
        let found = outline(&outcome.program);
        // Some have two mistakes.
        let mistakes =
            if idl.contains("requird") || idl.contains("5 5") || idl.contains("map<i32 i64> b") {
                2
            } else {
                1
            };
        if found != expected || outcome.diagnostics.len() != mistakes {
            wrong.push(format!(
                "{idl}\n  expected {expected}\n  found    {found}\n{}",
                outcome.render()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn doc_text_belongs_to_the_next_thing() {
    let program = load(
        "/** lost: another follows */ /** S */ // comment between\n\nstruct S {
           /** a
            *  more */
           1: i32 a /** b, although on the line of a */
           2: i32 b,
           3: i32 c
           /** nobody: the body ends */
         }
         struct T {}
         /** E */ enum E { /** A */ A /** B */, B }
         /** V */ service V { /** f */ void f(/** x */ 1: i32 x) /** g */, /* plain */ void g() throws (/** e */ 1: X e) }
         /** X */ exception X {} /** C */ const i32 C = 1 /** D */ typedef i32 D",
    );
    let doc = |doc: &Option<String>| doc.clone().unwrap_or_default().trim_end().to_owned();
    let node = structure(&program, "S");
    assert_eq!(doc(&node.doc), "S");
    let fields: Vec<_> = node.fields.iter().map(|field| doc(&field.doc)).collect();
    assert_eq!(fields, ["a\nmore", "b, although on the line of a", ""]);
    assert_eq!(doc(&structure(&program, "T").doc), "");
    let node = enumeration(&program, "E");
    assert_eq!(
        (doc(&node.doc), doc(&node.values[0].doc), doc(&node.values[1].doc)),
        ("E".into(), "A".into(), "B".into())
    );
    let node = service(&program, "V");
    assert_eq!(doc(&node.doc), "V");
    assert_eq!(doc(&node.functions[0].doc), "f");
    assert_eq!(doc(&node.functions[0].arguments[0].doc), "x");
    assert_eq!(doc(&node.functions[1].doc), "g");
    assert_eq!(doc(&node.functions[1].throws[0].doc), "e");
    assert_eq!(doc(&structure(&program, "X").doc), "X");
    assert_eq!(doc(&constant(&program, "C").doc), "C");
    assert_eq!(doc(&typedef(&program, "D").doc), "D");
}

#[test]
fn the_doc_text_of_the_file_stands_before_its_first_header() {
    let program =
        load("/** file */ namespace rs a /** dropped by a header */ namespace py b struct S {}");
    assert_eq!(program.files[0].doc.as_deref(), Some("file\n"));
    assert_eq!(structure(&program, "S").doc, None);
    let program = load("/** S */ struct S {}");
    assert_eq!(program.files[0].doc, None);
    assert_eq!(structure(&program, "S").doc.as_deref(), Some("S\n"));
}
