//! Captures of network traffic in `thriftly decode`.

use etherparse::PacketBuilder;
use thriftly::dynamic::Idl;
use thriftly::messages::Message;
use thriftly::{Framing, Headers, Protocol, Request};

use crate::transcript::{files, piped, told};

/// A pcap file of Ethernet frames.
struct Pcap(Vec<u8>);

/// A TCP segment from the client to the server, or back.
struct Segment<'a> {
    back: bool,
    sequence: u32,
    syn: bool,
    payload: &'a [u8],
}

impl Pcap {
    fn new() -> Pcap {
        let mut bytes = Vec::new();
        for number in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Pcap(bytes)
    }

    fn push(&mut self, segment: &Segment<'_>) {
        let (client, server) = (([10, 0, 0, 1], 40_000), ([10, 0, 0, 2], 9090));
        let (from, to) = if segment.back { (server, client) } else { (client, server) };
        let ethernet = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4(from.0, to.0, 64);
        let tcp = ethernet.tcp(from.1, to.1, segment.sequence, 1024);
        let tcp = if segment.syn { tcp.syn() } else { tcp.ack(1) };
        let mut frame = Vec::new();
        tcp.write(&mut frame, segment.payload).expect("it is written to memory");
        let length = frame.len() as u32;
        for number in [1_700_000_000, 250_000, length, length] {
            self.0.extend_from_slice(&u32::to_le_bytes(number));
        }
        self.0.extend_from_slice(&frame);
    }
}

fn messages() -> thriftly::Result<(Vec<u8>, Vec<u8>)> {
    let get = Idl::load(files().join("store.thrift"))?.method("get")?;
    let protocol = Protocol::Binary;
    let (mut calls, mut replies) = (Vec::new(), Vec::new());
    for (seqid, key) in ["one", "two", "three"].into_iter().enumerate() {
        let body = get.encode_arguments(protocol, (key,))?;
        let call = Message::call(Request::new("get", protocol, body), seqid as i32);
        let answer = get.encode_answer(protocol, Ok([("key", key)].into()))?;
        let reply = call.reply(Ok(answer)).expect("it is not oneway");
        let none = Headers::default();
        calls.extend_from_slice(&call.into_framed(Framing::Framed, &none)?);
        replies.extend_from_slice(&reply.into_framed(Framing::Framed, &none)?);
    }
    Ok((calls, replies))
}

fn decode(pcap: &Pcap) -> (Vec<serde_json::Value>, String, Option<i32>) {
    let (out, complaint, status) = told(piped(&["decode", "--idl", "store.thrift"], &pcap.0));
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, complaint, status)
}

#[test]
fn segments_in_any_order_and_sent_twice_make_one_stream() -> thriftly::Result<()> {
    let (calls, replies) = messages()?;
    let mut pcap = Pcap::new();
    // The sequence numbers run over.
    let start = u32::MAX - 20;
    pcap.push(&Segment { back: false, sequence: start, syn: true, payload: b"" });
    let mut pieces: Vec<(usize, &[u8])> =
        calls.chunks(10).enumerate().map(|(index, piece)| (index * 10, piece)).collect();
    pieces.swap(1, 4);
    pieces.swap(2, 3);
    pieces.insert(3, (0, &calls[..25]));
    pieces.push((5, &calls[5..30]));
    for (at, payload) in pieces {
        let sequence = start.wrapping_add(1 + at as u32);
        pcap.push(&Segment { back: false, sequence, syn: false, payload });
    }
    // The start of the other direction was not captured.
    pcap.push(&Segment { back: true, sequence: 77, syn: false, payload: &replies });
    let (lines, complaint, status) = decode(&pcap);
    assert_eq!((&*complaint, status), ("", Some(0)));
    let keys: Vec<_> = lines.iter().filter_map(|line| line["arguments"]["key"].as_str()).collect();
    assert_eq!(keys, ["one", "two", "three"]);
    let keys: Vec<_> = lines.iter().filter_map(|line| line["result"]["key"].as_str()).collect();
    assert_eq!(keys, ["one", "two", "three"]);
    assert_eq!(lines[0]["from"], "10.0.0.1:40000");
    assert_eq!(lines[0]["to"], "10.0.0.2:9090");
    assert_eq!(lines[0]["time"], 1_700_000_000.25);
    let port = ["decode", "--idl", "store.thrift", "--port", "80"];
    assert_eq!(told(piped(&port, &pcap.0)), (String::new(), String::new(), Some(0)));
    Ok(())
}

#[test]
fn missing_segments_and_other_protocols_are_told_by_their_connections() -> thriftly::Result<()> {
    let (calls, _) = messages()?;
    let mut pcap = Pcap::new();
    pcap.push(&Segment { back: false, sequence: 0, syn: true, payload: b"" });
    pcap.push(&Segment { back: false, sequence: 1, syn: false, payload: &calls[..40] });
    pcap.push(&Segment { back: false, sequence: 51, syn: false, payload: &calls[50..] });
    pcap.push(&Segment { back: true, sequence: 1, syn: false, payload: b"HTTP/1.1 200 OK\r\n" });
    let (lines, complaint, status) = decode(&pcap);
    assert_eq!((lines.len(), status), (1, Some(1)), "{complaint}");
    let mut told: Vec<_> = complaint.lines().collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "error: standard input: 10.0.0.1:40000 to 10.0.0.2:9090: byte 40: 10 bytes are missing in the capture",
            "error: standard input: 10.0.0.2:9090 to 10.0.0.1:40000: byte 0: looks like HTTP: messages of Thrift \
             expected, but found [48, 54, 54, 50, 2f, 31, 2e, 31]",
        ]
    );
    Ok(())
}

#[test]
fn a_capture_that_is_cut_off_shows_what_is_there() -> thriftly::Result<()> {
    let (calls, _) = messages()?;
    let mut pcap = Pcap::new();
    pcap.push(&Segment { back: false, sequence: 1, syn: false, payload: &calls });
    let whole = pcap.0.len();
    pcap.push(&Segment {
        back: false,
        sequence: 1 + calls.len() as u32,
        syn: false,
        payload: b"x",
    });
    for end in [whole + 1, whole + 20, pcap.0.len() - 1] {
        let (lines, complaint, status) = decode(&Pcap(pcap.0[..end].to_vec()));
        assert_eq!((lines.len(), status), (3, Some(1)), "{complaint}");
        assert_eq!(complaint, "error: standard input: the capture ends within a packet\n");
    }
    Ok(())
}
