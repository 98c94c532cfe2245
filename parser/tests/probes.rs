//! Probes of single constructs, with the verdicts of the Apache compilers 0.17 and 0.25, ThriftPy and thriftly.
//!
//! `idl_probes.tsv` has the columns probe, a17, a25, tpy2, three messages, source and ours. `OKw` is “accepted with a
//! warning”. Sources are written as Python strings.

use std::path::Path;

use thriftly_parser::{Memory, Options, Severity, load_from};

#[test]
fn every_probe_is_judged_as_decided() {
    let table = include_str!("idl_probes.tsv");
    let header = table.lines().next().expect("a header");
    let column =
        |name| header.split('\t').position(|column| column == name).expect("the column is there");
    let (probe, source, ours) = (column("probe"), column("source"), column("ours"));
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (judged, said) = judge(cells[probe], &unquoted(cells[source]));
        if judged != cells[ours] {
            wrong.push(format!(
                "{}: decided {}, judged {judged}\n{said}",
                cells[probe], cells[ours]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// `accept`, `warning` or `error`, and the messages.
fn judge(probe: &str, source: &str) -> (&'static str, String) {
    let mut files = Memory::default();
    for (path, text) in included(probe) {
        files.insert(path, *text);
    }
    // Where the probe is about bytes that are not UTF-8, they were one byte for each character.
    match probe {
        "lex.nbsp" | "lex.latin1_string" => {
            files.insert("m.thrift", source.chars().map(|c| c as u8).collect::<Vec<u8>>());
        }
        _ => files.insert("m.thrift", source),
    }
    let outcome = load_from(&files, Path::new("m.thrift"), &Options::default());
    let judged = match outcome.diagnostics.iter().map(|diagnostic| diagnostic.severity).max() {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        _ => "accept",
    };
    (judged, outcome.render())
}

/// The files that a probe includes.
fn included(probe: &str) -> &'static [(&'static str, &'static str)] {
    const A: &str = "struct T {}\nenum E { X }\nconst i32 A = 1\n";
    match probe {
        "hdr.include_missing" => &[],
        "hdr.include_transitive_nested" => &[
            ("a.thrift", "include \"b.thrift\"\nstruct T { 1: b.U u }\n"),
            ("b.thrift", "struct U {}\n"),
        ],
        "hdr.include_dotted_basename" => &[("a.b.thrift", A)],
        "hdr.include_rel_to_includer" => &[
            ("d/a.thrift", "include \"b.thrift\"\nstruct T { 1: b.U u }\n"),
            ("d/b.thrift", "struct U {}\n"),
        ],
        "hdr.include_no_ext" => &[("a", A)],
        "hdr.include_broken" => &[("a.thrift", "struct T {\n")],
        _ => &[("a.thrift", A)],
    }
}

/// The value of a Python string literal.
fn unquoted(literal: &str) -> String {
    let mut text = String::new();
    let mut characters = literal[1..literal.len() - 1].chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).collect();
                let code = u32::from_str_radix(&digits, 16).expect("two hexadecimal digits");
                text.extend(char::from_u32(code));
            }
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}
