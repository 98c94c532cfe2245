//! What encloses messages on a connection: frames, headers, HTTP.

use std::ops::Range;

use crate::Result;

/// How a server is spoken to. The protocol is always binary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wire {
    Framed,
    Unframed,
    /// Framed messages that the server returns unread.
    Raw,
    /// THeader without key-value pairs, as Apache's clients send it.
    Header,
    /// TTHeader with the names of the client, the server and the method, as clients of CloudWeGo
    /// send it, around a frame, which is volo's default.
    TtHeader,
    /// HTTP/1.1, with the headers of Apache's clients.
    Http,
    /// The same to a server that returns the body unread.
    RawHttp,
}

/// Length, magic number, flags, sequence id, and the size of the rest of the header in words.
const HEADER: usize = 14;
/// Where the sequence id stands in it.
const HEADER_SEQID: usize = 8;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

impl Wire {
    /// Whether the server returns messages unread.
    pub fn is_raw(self) -> bool {
        matches!(self, Wire::Raw | Wire::RawHttp)
    }

    /// The bytes of a request with this message, and where the sequence id stands in them, which
    /// stands in the message at `seqid`.
    pub fn request(self, message: &[u8], method: &str, seqid: usize) -> (Vec<u8>, Vec<usize>) {
        let framed = || [&length(message.len()), message].concat();
        let (bytes, mut seqids) = match self {
            Wire::Unframed => (message.to_vec(), Vec::new()),
            Wire::Framed | Wire::Raw => (framed(), Vec::new()),
            Wire::Header => {
                // Binary, no transforms, padding.
                (with_header(*b"\x0f\xff", &[0; 4], message), vec![HEADER_SEQID])
            }
            Wire::TtHeader => {
                // Binary, no transforms, three numbered pairs.
                let mut block = b"\0\0\x10\0\x03".to_vec();
                for (key, value) in [(3, "load"), (6, "echo"), (9, method)] {
                    block.extend_from_slice(&[0, key, 0, value.len() as u8]);
                    block.extend_from_slice(value.as_bytes());
                }
                block.resize(block.len().next_multiple_of(4), 0);
                (with_header(*b"\x10\x00", &block, &framed()), vec![HEADER_SEQID])
            }
            Wire::Http | Wire::RawHttp => {
                let head = format!(
                    "POST / HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-thrift\r\n\
                     Content-Type: application/x-thrift\r\nContent-Length: {}\r\n\
                     User-Agent: Load\r\n\r\n",
                    message.len()
                );
                ([head.as_bytes(), message].concat(), Vec::new())
            }
        };
        seqids.push(bytes.len() - message.len() + seqid);
        (bytes, seqids)
    }

    /// Where the message stands in the reply at the start of the bytes, which ends with it; `None`
    /// if the reply is not complete. An unframed message is `length` bytes long.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn message(self, bytes: &[u8], length: usize) -> Result<Option<Range<usize>>> {
        let Some(range) = (match self {
            Wire::Unframed => Some(0..length),
            Wire::Framed | Wire::Raw => self.frame(bytes, 4),
            Wire::Header | Wire::TtHeader => {
                let Some(words) = bytes.get(HEADER - 2..HEADER) else { return Ok(None) };
                let words = usize::from(words[0]) << 8 | usize::from(words[1]);
                let frame = if self == Wire::TtHeader { 4 } else { 0 };
                self.frame(bytes, HEADER + words * 4 + frame)
            }
            Wire::Http | Wire::RawHttp => http_body(bytes)?,
        }) else {
            return Ok(None);
        };
        if range.start > range.end {
            return Err("the server answers with a frame that is too short".into());
        }
        Ok((range.end <= bytes.len()).then_some(range))
    }

    /// The part of a frame from `start` on.
    fn frame(self, bytes: &[u8], start: usize) -> Option<Range<usize>> {
        let length = bytes.first_chunk().map(|length| u32::from_be_bytes(*length))?;
        Some(start..4 + length as usize)
    }
}

fn length(length: usize) -> [u8; 4] {
    (length as u32).to_be_bytes()
}

/// A frame with a header.
fn with_header(magic: [u8; 2], block: &[u8], payload: &[u8]) -> Vec<u8> {
    let frame_len = length(HEADER - 4 + block.len() + payload.len());
    let words = (block.len() as u16 / 4).to_be_bytes();
    [&frame_len[..], &magic, &[0; 6], &words, block, payload].concat()
}

/// Where the body of a response stands, whether or not it is complete.
fn http_body(bytes: &[u8]) -> Result<Option<Range<usize>>> {
    const LENGTH: &[u8] = b"content-length:";
    let Some(end) = bytes.windows(END_OF_HEAD.len()).position(|four| four == END_OF_HEAD) else {
        return Ok(None);
    };
    let head = &bytes[..end];
    let line = |line: &[u8]| {
        let value = line.get(LENGTH.len()..)?;
        let value = line[..LENGTH.len()].eq_ignore_ascii_case(LENGTH).then_some(value)?;
        str::from_utf8(value).ok()?.trim().parse::<usize>().ok()
    };
    let length = head.split(|&byte| byte == b'\n').find_map(line);
    match length.filter(|_| head.starts_with(b"HTTP/1.1 200 ")) {
        Some(length) => Ok(Some(end + END_OF_HEAD.len()..end + END_OF_HEAD.len() + length)),
        None => Err(format!("the server answers {:?}", String::from_utf8_lossy(head)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::Wire;

    const MESSAGE: &[u8] = b"\x80\x01\0\x02\0\0\0\x04ping\0\0\0\0\0";

    #[test]
    fn requests_have_the_layout_of_their_specification() {
        let request = |wire: Wire| wire.request(MESSAGE, "ping", 12);
        assert_eq!(request(Wire::Unframed), (MESSAGE.to_vec(), vec![12]));
        assert_eq!(request(Wire::Framed), ([b"\0\0\0\x11", MESSAGE].concat(), vec![16]));

        let header = b"\0\0\0\x1f\x0f\xff\0\0\0\0\0\0\0\x01\0\0\0\0";
        assert_eq!(request(Wire::Header), ([header, MESSAGE].concat(), vec![8, 30]));

        let header = b"\0\0\0\x3f\x10\0\0\0\0\0\0\0\0\x08\
                       \0\0\x10\0\x03\0\x03\0\x04load\0\x06\0\x04echo\0\x09\0\x04ping\0\0\0\
                       \0\0\0\x11";
        assert_eq!(request(Wire::TtHeader), ([header, MESSAGE].concat(), vec![8, 62]));

        let (bytes, seqids) = request(Wire::Http);
        assert!(bytes.starts_with(b"POST / HTTP/1.1\r\n"));
        assert!(bytes.ends_with(&[b"\r\n\r\n", MESSAGE].concat()));
        assert_eq!(seqids, [bytes.len() - 5]);
    }

    #[test]
    fn messages_are_found_in_replies_when_they_are_complete() {
        let wires =
            [Wire::Framed, Wire::Unframed, Wire::Raw, Wire::Header, Wire::TtHeader, Wire::Http];
        for wire in wires {
            let reply = match wire {
                Wire::Http => {
                    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-thrift\r\n\
                                 Content-Length: 17\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";
                    [&head[..], MESSAGE].concat()
                }
                _ => wire.request(MESSAGE, "ping", 12).0,
            };
            for end in 0..reply.len() {
                let found = wire.message(&reply[..end], MESSAGE.len());
                assert_eq!(found.expect("it is a reply"), None, "{wire:?} {end}");
            }
            let two = [&reply[..], &reply].concat();
            let found = wire.message(&two, MESSAGE.len()).expect("it is a reply");
            assert_eq!(found, Some(reply.len() - MESSAGE.len()..reply.len()), "{wire:?}");
        }
    }

    #[test]
    fn other_replies_are_errors() {
        for head in ["HTTP/1.1 500 Error\r\ncontent-length: 17\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"]
        {
            assert!(Wire::Http.message(head.as_bytes(), 17).is_err(), "{head}");
        }
        assert!(Wire::Header.message(b"\0\0\0\x01\x0f\xff\0\0\0\0\0\0\0\x01", 17).is_err());
    }
}
