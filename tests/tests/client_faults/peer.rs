//! Servers made by hand, which do what no proper server does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use thriftly::{MessageKind, binary};

use super::HANG;

/// A listener whose connections each have a thread. It goes on until the process ends.
pub struct Peer {
    pub address: SocketAddr,
    opened: Arc<AtomicUsize>,
}

impl Peer {
    /// Hands each connection to the function, with its number from 0.
    pub fn start(serve: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port 0 is free");
        let address = listener.local_addr().expect("it has one");
        let (opened, serve) = (Arc::new(AtomicUsize::new(0)), Arc::new(serve));
        let counter = Arc::clone(&opened);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                stream.set_nodelay(true).expect("it can be set");
                let number = counter.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream, number));
            }
        });
        Peer { address, opened }
    }

    /// Answers the calls of a connection one by one, as a server with a thread for each connection
    /// does: `get` after so many milliseconds as its argument says.
    pub fn serial() -> Peer {
        Peer::start(|mut stream, _| {
            while let Some(call) = Call::read(&mut stream) {
                call.work();
                if stream.write_all(&call.reply()).is_err() {
                    break;
                }
            }
        })
    }

    /// Keeps connections open, and reads nothing of them.
    pub fn silent() -> Peer {
        Peer::start(|stream, _| {
            thread::sleep(HANG);
            drop(stream);
        })
    }

    /// How many connections there have been.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

/// A call in a frame, in the strict binary protocol.
#[derive(Debug)]
pub struct Call {
    pub method: String,
    pub oneway: bool,
    pub seqid: i32,
    pub body: Vec<u8>,
}

impl Call {
    /// Reads a call. `None` at the end of the stream.
    pub fn read(stream: &mut TcpStream) -> Option<Call> {
        let mut size = [0; 4];
        stream.read_exact(&mut size).ok()?;
        let mut frame = vec![0; u32::from_be_bytes(size) as usize];
        stream.read_exact(&mut frame).ok()?;
        let length = u32::from_be_bytes(frame[4..8].try_into().expect("four bytes")) as usize;
        let rest = &frame[8 + length..];
        Some(Call {
            method: String::from_utf8(frame[8..8 + length].to_vec()).expect("a name"),
            oneway: frame[3] == 4,
            seqid: i32::from_be_bytes(rest[..4].try_into().expect("four bytes")),
            body: rest[4..].to_vec(),
        })
    }

    /// The first argument, a number.
    pub fn number(&self) -> i32 {
        i32::from_be_bytes(self.body[3..7].try_into().expect("an i32"))
    }

    /// Sleeps for as many milliseconds as the argument says.
    pub fn work(&self) {
        if matches!(self.method.as_str(), "get" | "fetch") {
            thread::sleep(Duration::from_millis(self.number() as u64));
        }
    }

    /// The right answer.
    pub fn reply(&self) -> Vec<u8> {
        match self.method.as_str() {
            "get" | "fetch" => self.answer(&self.method, self.seqid, &number(self.number())),
            _ => self.answer(&self.method, self.seqid, &[0]),
        }
    }

    /// An answer with a number.
    pub fn reply_with(&self, seqid: i32, value: i32) -> Vec<u8> {
        self.answer(&self.method, seqid, &number(value))
    }

    /// An answer in the name of any method. A oneway call gets none.
    pub fn answer(&self, method: &str, seqid: i32, body: &[u8]) -> Vec<u8> {
        if self.oneway {
            return Vec::new();
        }
        let mut frame = vec![0; 4];
        binary::write_envelope(method, MessageKind::Reply, seqid, &mut frame);
        frame.extend_from_slice(body);
        let size = (frame.len() - 4) as u32;
        frame[..4].copy_from_slice(&size.to_be_bytes());
        frame
    }
}

/// A result: an i32 in field 0.
pub fn number(value: i32) -> Vec<u8> {
    [&[8, 0, 0][..], &value.to_be_bytes(), &[0]].concat()
}

/// A result: so many bytes in field 0.
pub fn blob(length: usize) -> Vec<u8> {
    let mut body = vec![11, 0, 0];
    body.extend_from_slice(&(length as i32).to_be_bytes());
    body.resize(body.len() + length, 7);
    body.push(0);
    body
}
