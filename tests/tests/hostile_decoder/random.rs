//! D1: random bytes, and valid ones with a few changes.

use bytes::Bytes;
use thriftly::{MessageKind, binary, compact, json};
use thriftly_tests::random::Random;

use crate::memory::bounded;
use crate::types::{KINDS, Kind, idl};
use thriftly_tests::form::{FORMS, Form};

/// How many inputs of each sort.
fn inputs() -> usize {
    std::env::var("HOSTILE_INPUTS").ok().and_then(|number| number.parse().ok()).unwrap_or(25_000)
}

/// Reads the bytes as the type in one of all ways, and passes over them as what is not known.
fn read(form: Form, kind: &Kind, bytes: &[u8], random: &mut Random) {
    let way = kind.ways[random.below(kind.ways.len())];
    let _ = bounded(bytes, |bytes| way(form, bytes));
    if random.below(4) == 0 {
        let _ = bounded(bytes, |bytes| form.pass(bytes));
    }
}

/// Valid values of all types to begin with.
fn seeds(form: Form) -> Vec<(&'static Kind, Vec<u8>)> {
    let text = || "héllo \"quoted\"\n".to_owned();
    let scalars = |number: i64| idl::Scalars {
        flag: true,
        tiny: -1,
        small: 300,
        large: number,
        real: 0.5,
        text: text(),
        blob: vec![0xff; 5].into(),
        color: idl::Color::Blue,
        ..idl::Scalars::default()
    };
    let lists = idl::Lists {
        bools: vec![true, false],
        i8s: vec![1; 20],
        doubles: vec![0.1, f64::INFINITY],
        i16s: (0..30).collect(),
        i32s: (0..20).map(|n| n * 1000).collect(),
        i64s: vec![i64::MIN; 3],
        strings: vec![text(); 3],
        structs: vec![scalars(1), scalars(i64::MAX)],
        maps: vec![[(1, text())].into(), [].into()],
        sets: vec![[1, 2].into(); 2],
        lists: vec![vec![], vec![text()]],
        uuids: vec![thriftly::Uuid([7; 16]); 2],
        blobs: vec![vec![0, 0xff].into(); 2],
        colors: vec![idl::Color::Red, 7.into()],
    };
    let sets = idl::Sets {
        i32s: (0..20).collect(),
        strings: [text(), String::new()].into(),
        structs: (0..3).map(|key| idl::Pair { key, value: text() }).collect(),
        lists: [vec![text()]].into(),
        ..idl::Sets::default()
    };
    let maps = idl::Maps {
        i64s: (0..20).map(|n| (n, n << 40)).collect(),
        strings: [(text(), text())].into(),
        structs: [(1, scalars(2)), (2, scalars(3))].into(),
        lists: [(5, vec![text()]), (6, vec![])].into(),
        ..idl::Maps::default()
    };
    let mut node = idl::Node::default();
    for value in 0..10 {
        node = idl::Node {
            value,
            next: Some(Box::new(node.clone())).filter(|_| value % 3 == 0),
            text: Some(text()),
            map: [(value, idl::Node::default())].into(),
            list: vec![node],
            ..idl::Node::default()
        };
    }
    let fault = idl::Fault {
        why: text(),
        node: Some(Box::new(idl::Node {
            tree: Some(Box::new(idl::Tree::Branches(vec![idl::Tree::Leaf(1)]))),
            ..idl::Node::default()
        })),
        cause: Some(Box::default()),
    };
    let needs = idl::Needs {
        id: 1,
        name: text(),
        more: Some(2),
        last: Some(true),
        first: None,
        zero: None,
    };
    let tree =
        idl::Tree::Branches(vec![idl::Tree::Text(text()), idl::Tree::Node(node.clone().into())]);
    let seeds = [
        ("Scalars", form.write(&scalars(5))),
        ("Lists", form.write(&lists)),
        ("Sets", form.write(&sets)),
        ("Maps", form.write(&maps)),
        ("Node", form.write(&node)),
        ("Tree", form.write(&tree)),
        ("Fault", form.write(&fault)),
        ("Needs", form.write(&needs)),
        ("Nothing", form.write(&lists)),
    ];
    let seeds = KINDS.iter().zip(seeds).map(|(kind, (name, bytes))| {
        assert_eq!(kind.name, name);
        for way in kind.ways {
            way(form, &bytes).expect("it is valid");
        }
        (kind, bytes)
    });
    seeds.collect()
}

/// Random bytes; for JSON, mostly made of its words.
fn any_bytes(form: Form, random: &mut Random) -> Vec<u8> {
    const WORDS: [&[u8]; 24] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\"",
        b"\\u00",
        b"\"1\":{\"",
        b"\"2\":{\"lst\":[\"",
        b"i32\":",
        b"str\":\"",
        b"rec\":{",
        b"map\":[\"str\",\"i32\",1,{",
        b"2147483647",
        b"-1",
        b"0",
        b"1e999",
        b"true",
        b"nan",
        b" ",
        b"\xff",
        b"\\ud83e",
        b"dbl\",3,",
    ];
    let longest = if random.below(50) == 0 { 4096 } else { 200 };
    let len = random.below(longest);
    match form {
        Form::Json if random.below(8) > 0 => {
            let mut text = b"{\"".to_vec();
            while text.len() < len {
                text.extend_from_slice(WORDS[random.below(WORDS.len())]);
            }
            text
        }
        _ => random.bytes(len),
    }
}

fn values_do_no_harm(form: Form, seed: u64) {
    let mut random = Random::new(seed);
    for _ in 0..inputs() {
        let bytes = any_bytes(form, &mut random);
        let kind = &KINDS[random.below(KINDS.len())];
        read(form, kind, &bytes, &mut random);
    }
    let seeds = seeds(form);
    let mut understood = 0;
    for _ in 0..inputs() {
        let (kind, bytes) = &seeds[random.below(seeds.len())];
        let mutated = random.mutate(bytes);
        understood += usize::from((kind.ways[0])(form, &mutated).is_ok());
        read(form, kind, &mutated, &mut random);
    }
    assert!(understood > inputs() / 100, "only {understood} mutated inputs are valid");
}

#[test]
fn d1_random_and_mutated_values_do_no_harm_in_binary() {
    values_do_no_harm(Form::Binary, 7);
}

#[test]
fn d1_random_and_mutated_values_do_no_harm_in_compact() {
    values_do_no_harm(Form::Compact, 8);
}

#[test]
fn d1_random_and_mutated_values_do_no_harm_in_json() {
    values_do_no_harm(Form::Json, 9);
}

/// With the headers of messages, binary in both forms.
#[test]
fn d1_random_and_mutated_messages_do_no_harm() {
    let mut random = Random::new(10);
    let mut messages = Vec::new();
    for form in FORMS {
        for (kind, value) in seeds(form) {
            let mut message = Vec::new();
            match form {
                Form::Binary => {
                    binary::write_envelope("méthod", MessageKind::Call, 7, &mut message)
                }
                Form::Compact => {
                    compact::write_envelope("méthod", MessageKind::Call, -7, &mut message)
                }
                Form::Json => json::write_envelope("méthod", MessageKind::Call, 7, &mut message),
            }
            message.extend_from_slice(&value);
            if form == Form::Json {
                message.push(b']');
            }
            messages.push((form, kind, message));
            if form == Form::Binary {
                let mut message = Vec::new();
                binary::write_old_envelope("méthod", MessageKind::Oneway, 7, &mut message);
                message.extend_from_slice(&value);
                messages.push((form, kind, message));
            }
        }
    }
    let mut understood = 0;
    for _ in 0..inputs() {
        let (form, kind, message) = &messages[random.below(messages.len())];
        // Changes of the header alone, or of anything.
        let at = if random.chance() { 20.min(message.len()) } else { message.len() };
        let message = [&random.mutate(&message[..at])[..], &message[at..]].concat();
        let way = kind.ways[random.below(kind.ways.len())];
        let result = bounded(&message, |message| {
            let mut message = Bytes::copy_from_slice(message);
            form.read_envelope(&mut message).and_then(|_| way(*form, &message))
        });
        understood += usize::from(result.is_ok());
        let len = random.below(60);
        let _ = bounded(&random.bytes(len), |bytes| {
            form.read_envelope(&mut Bytes::copy_from_slice(bytes)).map(drop)
        });
    }
    assert!(understood > inputs() / 100, "only {understood} mutated messages are valid");
}
