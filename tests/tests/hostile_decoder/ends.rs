//! D13, D14: what ends too early, and what goes on behind its end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use thriftly::{ErrorKind, MessageKind, Result, binary, compact, json};
use thriftly_tests::random::Random;

use crate::types::{KINDS, Read, idl, ways};
use thriftly_tests::form::{FORMS, Form, kind};

fn scalars(random: &mut Random) -> idl::Scalars {
    idl::Scalars {
        flag: random.chance(),
        tiny: random.bits() as i8,
        small: random.number() as i16,
        medium: random.number() as i32,
        large: random.number(),
        real: random.number() as f64,
        text: random.text(),
        blob: random.some_bytes().into(),
        color: (random.number() as i32).into(),
        id: thriftly::Uuid([random.bits() as u8; 16]),
    }
}

/// Values that hold everything.
fn lists(random: &mut Random) -> idl::Lists {
    let number = random.number();
    idl::Lists {
        bools: vec![random.chance(); random.below(20)],
        doubles: vec![0.5; random.below(3)],
        i16s: vec![number as i16; random.below(20)],
        i32s: vec![number as i32; random.below(20)],
        i64s: vec![number; random.below(20)],
        strings: vec![random.text(); random.below(3)],
        structs: (0..random.below(3)).map(|_| scalars(random)).collect(),
        maps: vec![[(number as i32, random.text())].into()],
        sets: vec![[1, number as i16].into()],
        lists: vec![vec![random.text()], vec![]],
        blobs: vec![random.some_bytes().into()],
        ..idl::Lists::default()
    }
}

#[test]
fn d13_values_cut_short_at_any_byte_are_an_unexpected_end() {
    let mut random = Random::new(13);
    for _ in 0..30 {
        let (scalars, lists) = (scalars(&mut random), lists(&mut random));
        for form in FORMS {
            for (name, bytes) in [("Scalars", form.write(&scalars)), ("Lists", form.write(&lists))]
            {
                for end in 0..bytes.len() {
                    // One way for each place: all are tried soon.
                    let known = ways(name)[end % ways(name).len()];
                    let unknown = ways("Nothing")[end % ways("Nothing").len()];
                    for read in [known, unknown, Form::pass as Read] {
                        let error = kind(read(form, &bytes[..end]));
                        let place = || bytes[..end].escape_ascii().to_string();
                        assert_eq!(error, Err(ErrorKind::UnexpectedEof), "{form:?} {}", place());
                    }
                }
            }
        }
    }
}

#[test]
fn d14_bytes_behind_a_value_are_an_error() {
    for form in FORMS {
        for kind in KINDS.iter().filter(|kind| kind.name != "Needs") {
            let whole = if form == Form::Json { &b"{}"[..] } else { b"\0" };
            for more in [&b"\0"[..], b"x", b"{}", b"\x08\0\x01\0\0\0\x01\0"] {
                let bytes = [whole, more].concat();
                for read in kind.ways {
                    read(form, whole).expect("it is whole");
                    let error = read(form, &bytes).expect_err("something is left");
                    assert_eq!(error.kind(), ErrorKind::InvalidData, "{form:?} {}", kind.name);
                }
            }
        }
    }
    // White space is no more of JSON.
    for read in ways("Nothing") {
        read(Form::Json, b" {\n} \r\n\t").expect("it is whole");
    }
}

mod service {
    thriftly::thrift!(inline: "service Adder { i32 add(1: i32 a) }");

    pub(super) struct Handler;

    impl BlockingAdder for Handler {
        fn add(&self, a: i32) -> thriftly::Result<i32> {
            Ok(a + 1)
        }
    }
}

/// A call in a frame, with something behind the arguments.
fn frame(form: Form, seqid: i32, a: i32, more: &[u8]) -> Vec<u8> {
    let (mut message, call) = (Vec::new(), MessageKind::Call);
    let arguments =
        thriftly_tests::value::Value::Struct(vec![(1, thriftly_tests::value::Value::I32(a))]);
    match form {
        Form::Binary => binary::write_envelope("add", call, seqid, &mut message),
        Form::Compact => compact::write_envelope("add", call, seqid, &mut message),
        Form::Json => json::write_envelope("add", call, seqid, &mut message),
    }
    message.extend_from_slice(&form.encode(&arguments));
    message.extend_from_slice(more);
    if form == Form::Json {
        message.push(b']');
    }
    [&(message.len() as u32).to_be_bytes()[..], &message].concat()
}

/// Trailing bytes in a frame fail their own call and do not affect the next one.
#[test]
fn d14_bytes_behind_the_arguments_do_not_get_into_the_next_frame() -> Result<()> {
    let server =
        thriftly::blocking::Server::new(service::BlockingAdderServer::new(service::Handler));
    let server = server.bind("127.0.0.1:0")?;
    let address = server.local_addr().socket_addr().expect("TCP");
    std::thread::spawn(move || server.serve());
    for form in FORMS {
        let mut stream = TcpStream::connect(address)?;
        // The trailing bytes look like a call.
        let more = frame(form, 99, 1, b"");
        let frames = [frame(form, 1, 1, b""), frame(form, 2, 5, &more), frame(form, 3, 40, b"")];
        stream.write_all(&frames.concat())?;
        let mut answers = Vec::new();
        for _ in 0..frames.len() {
            let mut size = [0; 4];
            stream.read_exact(&mut size)?;
            let mut answer = vec![0; u32::from_be_bytes(size) as usize];
            stream.read_exact(&mut answer)?;
            let mut answer = answer.into();
            let envelope = form.read_envelope(&mut answer)?;
            answers.push((envelope.seqid, envelope.kind));
        }
        let expected =
            [(1, MessageKind::Reply), (2, MessageKind::Exception), (3, MessageKind::Reply)];
        assert_eq!(answers, expected, "{form:?}");
    }
    Ok(())
}
