//! `thriftly decode` and `thriftly encode`.

use std::fmt::Write as _;

use thriftly::dynamic::{Idl, Value};
use thriftly::{Framing, Headers, Protocol, Request, messages::Message};

use crate::transcript::{files, piped, told};

const IDL: &str = "store.thrift";

fn run(arguments: &[&str], input: &[u8]) -> (Vec<u8>, String, Option<i32>) {
    let output = piped(arguments, input);
    let complaint = String::from_utf8(output.stderr).expect("it is text");
    (output.stdout, complaint, output.status.code())
}

#[test]
fn what_is_decoded_is_encoded_to_the_same_bytes() {
    let (values, messages) = ("entries.json", "messages.json");
    for protocol in ["binary", "compact", "json", "thriftpy-json"] {
        let of_type = ["--idl", IDL, "--type", "Entry", "--protocol", protocol];
        let arguments = [&["encode"], &of_type[..], &[values]].concat();
        let (bytes, complaint, status) = run(&arguments, b"");
        assert_eq!((&*complaint, status), ("", Some(0)), "{protocol}");
        let (json, ..) = run(&[&["decode"], &of_type[..]].concat(), &bytes);
        let again = run(&[&["encode"], &of_type[..]].concat(), &json);
        assert_eq!(again, (bytes.clone(), String::new(), Some(0)), "{protocol}");
        if protocol == "thriftpy-json" {
            continue;
        }
        let raw = ["--raw", "--struct", "--protocol", protocol];
        let (json, ..) = run(&[&["decode"], &raw[..]].concat(), &bytes);
        let again = run(&[&["encode"], &raw[..]].concat(), &json);
        assert_eq!((again.1, again.2), (String::new(), Some(0)), "{protocol}");
        if protocol != "json" {
            assert_eq!(again.0, bytes, "{protocol}");
        }
    }
    for framing in ["unframed", "framed", "header", "ttheader"] {
        for protocol in ["binary", "binary-old", "compact"] {
            let stack = ["--framing", framing, "--protocol", protocol];
            let arguments = [&["encode", "--idl", IDL], &stack[..], &[messages]].concat();
            let (bytes, ..) = run(&arguments, b"");
            for how in [&["--idl", IDL][..], &["--raw"]] {
                let (lines, complaint, status) = run(&[&["decode"], how].concat(), &bytes);
                assert_eq!((&*complaint, status), ("", Some(0)), "{stack:?} {how:?}");
                let again = run(&[&["encode"], how].concat(), &lines);
                assert_eq!(again, (bytes.clone(), String::new(), Some(0)), "{stack:?} {how:?}");
            }
        }
    }
}

#[test]
fn text_forms_of_bytes_are_read_in_any_layout() {
    let bytes = b"\x0b\0\x01\0\0\0\x01a\x0c\0\x02\0\0";
    let mut hex = String::new();
    for byte in bytes {
        let _ = writeln!(hex, "{byte:02X} ");
    }
    let expected = "{\"1\":{\"string\":\"a\"},\"2\":{\"struct\":{}}}\n";
    for (form, text) in [
        ("--hex", hex.as_str()),
        ("--hex", "0b0001\n00000001610c0002 00 00"),
        ("--base64", "CwABAAAAAWEMAAIAAA=="),
        ("--base64", "CwABAAA\nAAWEMAAIAAA"),
    ] {
        let found = told(piped(&["decode", "--raw", "--struct", form], text.as_bytes()));
        assert_eq!(found, (expected.to_owned(), String::new(), Some(0)), "{text}");
    }
}

#[test]
fn every_end_within_a_value_is_told_with_what_could_be_read() -> thriftly::Result<()> {
    let idl = Idl::load(files().join(IDL))?;
    let json = r#"{"key": "a", "content": "aGk=", "sizes": {"DEEP": 7}}"#;
    let value: Value = serde_json::from_str(json).unwrap();
    for protocol in [Protocol::Binary, Protocol::Compact] {
        let bytes = idl.ty("Entry")?.encode(&value, protocol)?;
        let arguments = ["decode", "--idl", IDL, "--type", "Entry", "--protocol", protocol.name()];
        for end in 1..bytes.len() {
            let (out, complaint, status) = told(piped(&arguments, &bytes[..end]));
            assert_eq!(status, Some(1), "{end}");
            let start = "error: standard input: byte ";
            assert!(complaint.starts_with(start) && complaint.contains(": Entry"), "{complaint}");
            let partial: serde_json::Value = serde_json::from_str(&out).unwrap();
            for (name, part) in partial.as_object().unwrap() {
                let whole = &serde_json::from_str::<serde_json::Value>(json).unwrap()[name];
                assert!(part == whole || part.as_object().is_some_and(|map| map.is_empty()));
            }
        }
    }
    Ok(())
}

#[test]
fn a_message_that_cannot_be_decoded_does_not_hide_the_others() -> thriftly::Result<()> {
    let idl = Idl::load(files().join(IDL))?;
    let get = idl.method("get")?;
    let mut bytes = Vec::new();
    for seqid in 0..3 {
        let body = match seqid {
            // A string that ends within its frame.
            1 => b"\x0b\0\x01\0\0\0\x7fa\0".to_vec().into(),
            _ => get.encode_arguments(Protocol::Binary, ("a",))?,
        };
        let call = Message::call(Request::new("get", Protocol::Binary, body), seqid);
        bytes.extend_from_slice(&call.into_framed(Framing::Framed, &Headers::default())?);
    }
    let (out, complaint, status) = told(piped(&["decode", "--idl", IDL], &bytes));
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["incomplete"], "get.key: 127 bytes expected, but only 2 are left");
    assert_eq!(lines[2]["arguments"]["key"], "a");
    assert_eq!(
        (&*complaint, status),
        (
            "error: standard input: byte 61: get.key: 127 bytes expected, but only 2 are left\n",
            Some(1)
        )
    );
    Ok(())
}

#[test]
fn large_streams_are_decoded_piece_by_piece() -> thriftly::Result<()> {
    let idl = Idl::load(files().join(IDL))?;
    let entry = idl.ty("Entry")?;
    let mut bytes = Vec::new();
    for index in 0..2000 {
        let value = Value::from([("key", format!("{index}").repeat(index % 50 + 1))]);
        bytes.extend_from_slice(&entry.encode(&value, Protocol::Compact)?);
    }
    let arguments = ["decode", "--idl", IDL, "--type", "Entry", "--protocol", "compact"];
    let (out, complaint, status) = told(piped(&arguments, &bytes));
    assert_eq!((&*complaint, status), ("", Some(0)));
    assert_eq!(out.lines().count(), 2000);
    assert!(out.lines().last().unwrap().starts_with(r#"{"key":"19991999"#));
    Ok(())
}
