//! Captures of network traffic: the bytes of TCP connections, in order.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::net::{IpAddr, SocketAddr};

use etherparse::{LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice};
use pcap_parser::data::{PacketData, get_packetdata};
use pcap_parser::pcapng::Block;
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{Linktype, PcapBlockOwned, PcapError, create_reader};
use thriftly_core::messages::MessageStream;

use super::Failure;
use super::messages::{Messages, Origin};
use super::source::Source;

/// Size of the buffer for packets, which is that of the largest one, in bytes.
const BUFFER: usize = 1 << 20;
/// Segments that wait for others before them, in bytes, of all connections together.
const WAITING: usize = 64 << 20;
/// Directions of connections at a time.
const FLOWS: usize = 1 << 16;
/// Position of the first byte that is seen: retransmitted ones may come before it.
const START: u64 = 1 << 32;

/// Whether a file begins as captures do, in either of their formats. No message does.
pub(super) fn is_capture(first: &[u8]) -> bool {
    const SIGNATURES: [[u8; 4]; 5] = [
        *b"\xa1\xb2\xc3\xd4",
        *b"\xd4\xc3\xb2\xa1",
        *b"\xa1\xb2\x3c\x4d",
        *b"\x4d\x3c\xb2\xa1",
        *b"\x0a\x0d\x0d\x0a",
    ];
    first.first_chunk().is_some_and(|first| SIGNATURES.contains(first))
}

/// The connections of a capture, each with a stream of messages for each direction.
pub(super) struct Capture<'a, 'o> {
    messages: Messages<'a, 'o>,
    flows: BTreeMap<(SocketAddr, SocketAddr), Flow>,
    /// Size of all segments that wait, in bytes.
    waiting: usize,
}

/// One direction of a connection.
struct Flow {
    /// The next position.
    position: u64,
    /// Its sequence number.
    sequence: u32,
    /// Segments behind a gap, by their positions.
    waiting: BTreeMap<u64, Vec<u8>>,
    /// `None` after an error.
    stream: Option<MessageStream>,
}

impl<'a, 'o> Capture<'a, 'o> {
    pub(super) fn new(messages: Messages<'a, 'o>) -> Capture<'a, 'o> {
        Capture { messages, flows: BTreeMap::new(), waiting: 0 }
    }

    /// Reads a file whose first bytes have been read.
    pub(super) fn read(mut self, first: Vec<u8>, source: Source) -> Result<(), Failure> {
        let reader = Cursor::new(first).chain(source);
        let mut reader = create_reader(BUFFER, reader).map_err(|error| unreadable(&error))?;
        let mut links = Vec::new();
        loop {
            match reader.next() {
                Ok((length, block)) => {
                    self.block(block, &mut links)?;
                    reader.consume(length);
                }
                Err(PcapError::Eof) => break,
                Err(PcapError::Incomplete(_)) => {
                    reader.refill().map_err(|error| unreadable(&error))?;
                }
                Err(PcapError::UnexpectedEof) => {
                    self.messages.output.complain("", None, "the capture ends within a packet")?;
                    break;
                }
                Err(error) => return Err(unreadable(&error)),
            }
        }
        let flows = std::mem::take(&mut self.flows);
        for ((from, to), flow) in flows {
            self.end(flow, &origin(from, to, None))?;
        }
        Ok(())
    }

    /// Takes a block: a packet, or what says how packets are to be read.
    fn block(
        &mut self,
        block: PcapBlockOwned<'_>,
        links: &mut Vec<(Linktype, i64, u64)>,
    ) -> Result<(), Failure> {
        let (link, data, time) = match &block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units =
                    if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                *links = vec![(header.network, 0, units)];
                return Ok(());
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                links.clear();
                return Ok(());
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(one)) => {
                links.push((
                    one.linktype,
                    one.if_tsoffset,
                    one.ts_resolution().unwrap_or(1_000_000),
                ));
                return Ok(());
            }
            PcapBlockOwned::Legacy(packet) => {
                let Some(&(link, _, units)) = links.first() else { return Ok(()) };
                let time = f64::from(packet.ts_sec) + f64::from(packet.ts_usec) / units as f64;
                (link, packet.data, Some(time))
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let link = links.get(packet.if_id as usize);
                let Some(&(link, offset, units)) = link else { return Ok(()) };
                (link, packet.packet_data(), Some(packet.decode_ts_f64(offset as u64, units)))
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let Some(&(link, ..)) = links.first() else { return Ok(()) };
                (link, packet.packet_data(), None)
            }
            PcapBlockOwned::NG(_) => return Ok(()),
        };
        let packet = match get_packetdata(data, link, data.len()) {
            Some(PacketData::L2(frame)) => LaxSlicedPacket::from_ethernet(frame).ok(),
            Some(PacketData::L3(_, packet)) => LaxSlicedPacket::from_ip(packet).ok(),
            _ => None,
        };
        let Some(LaxSlicedPacket { net: Some(net), transport: Some(transport), .. }) = packet
        else {
            return Ok(());
        };
        let TransportSlice::Tcp(segment) = transport else { return Ok(()) };
        let (from, to): (IpAddr, IpAddr) = match &net {
            LaxNetSlice::Ipv4(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Ipv6(ip) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            LaxNetSlice::Arp(_) => return Ok(()),
        };
        let from = SocketAddr::new(from, segment.source_port());
        let to = SocketAddr::new(to, segment.destination_port());
        let port = self.messages.port();
        if port.is_some_and(|port| port != from.port() && port != to.port()) {
            return Ok(());
        }
        self.segment(from, to, &segment, time)
    }

    fn segment(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        segment: &TcpSlice<'_>,
        time: Option<f64>,
    ) -> Result<(), Failure> {
        let (key, origin) = ((from, to), origin(from, to, time));
        let (syn, payload) = (segment.syn(), segment.payload());
        let sequence = segment.sequence_number().wrapping_add(u32::from(syn));
        // A new connection with the same ports.
        if syn && let Some(old) = self.flows.remove(&key) {
            self.end(old, &origin)?;
        }
        let mut flow = match self.flows.remove(&key) {
            Some(flow) => flow,
            None if payload.is_empty() && !syn => return Ok(()),
            None if self.flows.len() >= FLOWS => {
                let text = format!("more than {FLOWS} connections at a time");
                self.messages.output.complain(&origin.to_string(), None, &text)?;
                return Ok(());
            }
            None => {
                let stream = Some(self.messages.stream());
                Flow { position: START, sequence, waiting: BTreeMap::new(), stream }
            }
        };
        let distance = i64::from(sequence.wrapping_sub(flow.sequence) as i32);
        let position = flow.position.saturating_add_signed(distance);
        if flow.stream.is_some() && !payload.is_empty() {
            self.take(&mut flow, position, payload, &origin)?;
        }
        match segment.rst() || segment.fin() && flow.waiting.is_empty() {
            true => self.end(flow, &origin)?,
            false => {
                self.flows.insert(key, flow);
            }
        }
        Ok(())
    }

    /// Takes the bytes at a position, and those behind them that have come before.
    fn take(
        &mut self,
        flow: &mut Flow,
        position: u64,
        payload: &[u8],
        origin: &Origin,
    ) -> Result<(), Failure> {
        if position > flow.position {
            let waiting = flow.waiting.entry(position).or_default();
            if waiting.len() < payload.len() {
                self.waiting += payload.len() - waiting.len();
                *waiting = payload.to_vec();
            }
            if self.waiting > WAITING {
                return self.missing(flow, origin);
            }
            return Ok(());
        }
        self.deliver(flow, position, payload, origin)?;
        while let Some(entry) = flow.waiting.first_entry() {
            if *entry.key() > flow.position {
                break;
            }
            let (position, bytes) = entry.remove_entry();
            self.waiting -= bytes.len();
            self.deliver(flow, position, &bytes, origin)?;
        }
        Ok(())
    }

    /// Passes on the bytes that have not been seen before.
    fn deliver(
        &mut self,
        flow: &mut Flow,
        position: u64,
        bytes: &[u8],
        origin: &Origin,
    ) -> Result<(), Failure> {
        let seen = usize::try_from(flow.position - position).unwrap_or(usize::MAX);
        let Some(new) = bytes.get(seen..) else { return Ok(()) };
        flow.position += new.len() as u64;
        flow.sequence = flow.sequence.wrapping_add(new.len() as u32);
        if let Some(stream) = &mut flow.stream
            && !self.messages.piece(stream, new, origin)?
        {
            flow.stream = None;
        }
        Ok(())
    }

    /// Gives a stream up in which bytes are missing.
    fn missing(&mut self, flow: &mut Flow, origin: &Origin) -> Result<(), Failure> {
        let first = flow.waiting.keys().next().copied().unwrap_or(flow.position);
        for (_, bytes) in std::mem::take(&mut flow.waiting) {
            self.waiting -= bytes.len();
        }
        if flow.stream.take().is_some() {
            let (missing, at) = (first - flow.position, flow.position - START);
            let text = format!("{missing} bytes are missing in the capture");
            self.messages.output.complain(&origin.to_string(), Some(at), &text)?;
        }
        Ok(())
    }

    fn end(&mut self, mut flow: Flow, origin: &Origin) -> Result<(), Failure> {
        if !flow.waiting.is_empty() {
            self.missing(&mut flow, origin)?;
        }
        match flow.stream {
            Some(stream) => Ok(self.messages.end(&stream, origin)?),
            None => Ok(()),
        }
    }
}

fn origin(from: SocketAddr, to: SocketAddr, time: Option<f64>) -> Origin {
    Origin { from: Some(from.to_string()), to: Some(to.to_string()), time }
}

fn unreadable<I>(error: &PcapError<I>) -> Failure {
    let text = match error {
        PcapError::ReadError => "reading failed".to_owned(),
        PcapError::BufferTooSmall => format!("a packet of more than {BUFFER} bytes"),
        _ => "it is no capture of packets that can be read".to_owned(),
    };
    Failure::Input(std::io::Error::new(std::io::ErrorKind::InvalidData, text))
}
