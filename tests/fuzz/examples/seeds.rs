//! Writes what the fuzzer begins with into `corpus/`: the golden bytes of the runtime's tests, which
//! other implementations have written, and values of the schema.
//!
//! `cargo run --manifest-path tests/fuzz/Cargo.toml --example seeds`

use std::error::Error;
use std::fs;
use std::path::Path;

use arbitrary::{Arbitrary, Unstructured};
use thriftly::{MessageKind, ThriftStruct};
use thriftly_fuzz::protocol::{Binary, Compact, Json, Protocol, ThriftPyJson};
use thriftly_fuzz::rich::RICH;
use thriftly_fuzz::schema::All;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Lengths of the pieces that messages come in.
const PIECES: [u8; 3] = [1, 7, 255];

fn main() -> Result<()> {
    let mut seeds = 0;
    let mut save = |target: &str, name: &str, bytes: &[u8]| -> Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
        seeds += 1;
        Ok(())
    };

    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime/tests/golden");
    for file in fs::read_dir(golden)? {
        let cases: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(file?.path())?)?;
        for case in &cases {
            let text = |key: &str| case[key].as_str().ok_or(format!("{key} is missing: {case}"));
            let name = text("name")?.replace('/', "_");
            let (binary, compact) = (unhex(text("binary")?)?, unhex(text("compact")?)?);
            let json = text("json")?.as_bytes();
            save("binary", &name, &binary)?;
            save("compact", &name, &compact)?;
            save("json", &name, json)?;
            if case["call"][0][0] == "message" {
                for (protocol, message) in
                    [("binary", &*binary), ("compact", &*compact), ("json", json)]
                {
                    let name = format!("{name}_{protocol}");
                    streams(&name, message, &mut save)?;
                    compressed(&name, message, &mut save)?;
                    http(&name, message, &mut save)?;
                }
            }
        }
    }

    let rich: All = Binary::decode(&RICH)?;
    save("binary", "rich", &RICH)?;
    save("compact", "rich", &Compact::encode(&rich)?)?;
    save("json", "rich", &Json::encode(&rich)?)?;
    save("thriftpy_json", "rich", &ThriftPyJson::encode(&rich)?)?;

    for seed in 0..32_u32 {
        // As random as values have to be for a begin.
        let noise: Vec<u8> = (0..3000_u32)
            .map(|at| ((at + 3000 * seed).wrapping_mul(0x9e37_79b9) >> 21) as u8)
            .collect();
        let value = All::arbitrary(&mut Unstructured::new(&noise))?;
        let name = format!("value_{seed}");
        save("values", &name, &noise)?;
        save("binary", &name, &Binary::encode(&value)?)?;
        save("compact", &name, &Compact::encode(&value)?)?;
        save("json", &name, &Json::encode(&value)?)?;
        save("thriftpy_json", &name, &ThriftPyJson::encode(&value)?)?;
        let arguments = Arguments { it: value };
        for (protocol, message) in [
            ("binary", call::<Binary>(&arguments)?),
            ("compact", call::<Compact>(&arguments)?),
            ("json", call::<Json>(&arguments)?),
            ("thriftpy_json", call::<ThriftPyJson>(&arguments)?),
        ] {
            streams(&format!("{name}_{protocol}"), &message, &mut save)?;
            match protocol {
                "binary" => frames(&format!("{name}_binary"), 0, &message, &mut save)?,
                "compact" => frames(&format!("{name}_compact"), 2, &message, &mut save)?,
                _ => {}
            }
        }
    }
    logins(&mut save)?;
    println!("{seeds} seeds");
    Ok(())
}

/// The handshake of tracking, and the header of a tracked call.
const HANDSHAKE: &[u8] = b"\x80\x01\0\x01\0\0\0\x22__thriftpy_tracing_method_name__v2\0\0\0\0\
                           \x0b\0\x01\0\0\0\x03app\x08\0\x02\0\0\0\x02\0";
const HEADER: &[u8] = b"\x0b\0\x01\0\0\0\x03rid\x0b\0\x02\0\0\0\x011\
                        \x0d\0\x03\x0b\x0b\0\0\0\x01\0\0\0\x01k\0\0\0\x01v\0";

/// A stream of the message, twice: framed or not, in pieces of several lengths, and tracked.
fn streams(
    name: &str,
    message: &[u8],
    save: &mut impl FnMut(&str, &str, &[u8]) -> Result<()>,
) -> Result<()> {
    let framed = |message: &[u8]| -> Result<Vec<u8>> {
        Ok([&u32::try_from(message.len())?.to_be_bytes(), message].concat())
    };
    let tracked = [HEADER, message].concat();
    for (form, begin, message) in [
        ("framed", Vec::new(), framed(message)?),
        ("unframed", Vec::new(), message.to_vec()),
        ("framed_tracked", framed(HANDSHAKE)?, framed(&tracked)?),
        ("unframed_tracked", HANDSHAKE.to_vec(), tracked),
    ] {
        for piece in PIECES {
            let stream = [&[piece][..], &begin, &message, &message].concat();
            save("streams", &format!("{name}_{form}_{piece}"), &stream)?;
        }
    }
    Ok(())
}

/// Frames with a header: no headers, and some of each kind.
fn frames(
    name: &str,
    protocol: u8,
    message: &[u8],
    save: &mut impl FnMut(&str, &str, &[u8]) -> Result<()>,
) -> Result<()> {
    let theader = [&b"\0\0\0"[..], b"\0\x01\x01\x04name\x05value\0\0\0"];
    let ttheader =
        [&b"\0\0\0"[..], b"\0\x01\0\x01\0\x01a\0\x01b\x10\0\x01\0\x0c\0\x0299\x11\0\x01t"];
    for (target, blocks) in [("theader", theader), ("ttheader", ttheader)] {
        for (at, block) in blocks.into_iter().enumerate() {
            let words = u16::try_from((block.len() + 1).div_ceil(4))?.to_be_bytes();
            let fixed = [&b"\0\0\0\0\0\x07"[..], &words, &[protocol], block].concat();
            let padding = vec![0; (8 + usize::from(u16::from_be_bytes(words)) * 4) - fixed.len()];
            let bytes = [&[0xff, 0xff][..], &fixed, &padding, message].concat();
            save(target, &format!("{name}_{at}"), &bytes)?;
        }
    }
    Ok(())
}

/// A framed message and an unframed one, to be compressed as a stream, each frame alone, and in
/// pieces of several lengths.
fn compressed(
    name: &str,
    message: &[u8],
    save: &mut impl FnMut(&str, &str, &[u8]) -> Result<()>,
) -> Result<()> {
    let frame = [&u32::try_from(message.len())?.to_be_bytes(), message].concat();
    for form in [5, 6, 7, 249, 250, 251] {
        let stream = [&[7, form][..], &frame, message].concat();
        save("zlib", &format!("{name}_{form}"), &stream)?;
    }
    // What follows the header of zlib: one block that is stored.
    let length = u16::try_from(frame.len())?;
    let stored = [&[1, 0, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &frame].concat();
    save("zlib", &format!("{name}_stored"), &stored)
}

/// Requests and responses of both versions of HTTP with the message as body: with the right lengths
/// made by the target, and whole.
fn http(
    name: &str,
    message: &[u8],
    save: &mut impl FnMut(&str, &str, &[u8]) -> Result<()>,
) -> Result<()> {
    let headers =
        b"Content-Type: application/x-thrift\r\nSet-Cookie: a=b; Path=/\r\nclient_timeout: 50\r\n";
    let chunk = [format!("{:x}\r\n", message.len()).as_bytes(), message, b"\r\n0\r\n\r\n"].concat();
    for (side, start) in [(0, "POST / HTTP/1.1\r\nHost: a\r\n"), (1, "HTTP/1.1 200 OK\r\n")] {
        let head = [4 + side, 9, u8::try_from(headers.len())?];
        save("http", &format!("{name}_one_{side}"), &[&head, &headers[..], message].concat())?;
        let chunked = format!("{start}Transfer-Encoding: chunked\r\n\r\n");
        let chunked = [&[side, 9], chunked.as_bytes(), &chunk].concat();
        save("http", &format!("{name}_chunked_{side}"), &chunked)?;
    }
    let Ok(length) = u8::try_from(message.len()) else { return Ok(()) };
    // `POST http://a/` and `200` in HPACK; frames of headers, data, a reset, and no more calls.
    for (side, fields) in [(0, &b"\x83\x86\x84\x41\x01a"[..]), (1, b"\x88")] {
        let head = [6 + side, 200, 1, 4, 1, u8::try_from(fields.len())?];
        let data = [&[0, 1, 1, length], message].concat();
        let rest = b"\x03\0\x01\x04\0\0\0\x08\x07\0\0\x08\0\0\0\x01\0\0\0\0";
        save("http", &format!("{name}_two_{side}"), &[&head, fields, &data, rest].concat())?;
    }
    Ok(())
}

/// Negotiations that succeed, and frames after them, of both mechanisms of the target.
fn logins(save: &mut impl FnMut(&str, &str, &[u8]) -> Result<()>) -> Result<()> {
    let signed: Vec<u8> = b"abc".iter().map(|byte| byte ^ 0x55).chain([0xee]).collect();
    for (name, bytes) in [
        ("frames", &b"\0\0\0\x03abc\0\0\0\0\0\0\0\x02de"[..]),
        ("signed", &[&[0, 0, 0, 4], &signed[..]].concat()),
        ("messages", b"\x51PLAIN\x62\0me\0me"),
        ("plain", b"\x01\0\0\0\x05PLAIN\x02\0\0\0\x06\0me\0me\0\0\0\x03abc"),
        ("rounds", b"\x02\0\0\0\x05hello\x05\0\0\0\x04ONCE\0\0\0\x01\xee"),
        ("challenges", b"\x02\0\0\0\x04once\x05\0\0\0\x03end\0\0\0\x01\xee"),
    ] {
        for piece in PIECES {
            for before in 0..8 {
                let seed = [&[piece, before], bytes].concat();
                save("sasl", &format!("{name}_{before}_{piece}"), &seed)?;
            }
        }
    }
    Ok(())
}

/// A call with these arguments.
fn call<P: Protocol>(arguments: &Arguments) -> Result<Vec<u8>> {
    Ok(P::message("reflect", MessageKind::Call, 1, &P::encode(arguments)?).to_vec())
}

/// Those of the method `reflect`.
#[derive(ThriftStruct)]
struct Arguments {
    #[thrift(id = 1, required)]
    it: All,
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| Ok(u8::from_str_radix(&text[at..at + 2], 16)?)).collect()
}
