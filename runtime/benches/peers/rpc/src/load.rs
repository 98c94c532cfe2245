//! The load generator: one thread that keeps a number of calls in flight on each connection, as
//! bytes that were encoded before.
//!
//! It is a closed loop: a call is sent when the one before it in its place is answered. So its
//! latencies are those of a server that is always busy, not of one that has time.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::Result;
use crate::calls::Call;
use crate::figures::Latencies;
use crate::tls::Stream;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that are read at once.
const READ: usize = 64 * 1024;

/// Connections to a server, with nothing in flight between rounds.
pub struct Load {
    call: Call,
    epoll: Epoll,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

/// What one round counted.
pub struct Round {
    pub requests: usize,
    pub elapsed: Duration,
    pub latencies: Latencies,
}

impl Load {
    /// Connects, with TLS if the server has it. One connection after the other is answered once, and
    /// its answer is looked at.
    ///
    /// # Errors
    /// The server cannot be reached, or does not answer as it should.
    pub fn open(
        address: SocketAddr,
        tls: bool,
        call: &Call,
        connections: usize,
        in_flight: usize,
    ) -> Result<Load> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let mut opened = Vec::with_capacity(connections);
        for index in 0..connections {
            let connection = Connection::open(address, tls, call, in_flight)?;
            let interest = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
            epoll.add(connection.stream.socket(), interest)?;
            opened.push(connection);
        }
        Ok(Load { call: call.clone(), epoll, connections: opened, buffer: vec![0; READ] })
    }

    /// Calls for so long, and waits for the last answers.
    ///
    /// # Errors
    /// The server closes a connection, answers what was not asked, or nothing for 10 seconds.
    pub fn round(&mut self, time: Duration) -> Result<Round> {
        let start = Instant::now();
        let end = start + time;
        let mut latencies = Vec::new();
        for (index, connection) in self.connections.iter_mut().enumerate() {
            connection.start(&self.call);
            connection.flush(&self.epoll, index)?;
        }
        let mut waiting = self.connections.len();
        let mut events = [EpollEvent::empty(); 256];
        while waiting > 0 {
            let ready = match self.epoll.wait(&mut events, EpollTimeout::try_from(PATIENCE)?) {
                Ok(0) => return Err("the server answers no more".into()),
                Ok(ready) => ready,
                Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            };
            for event in &events[..ready] {
                let index = event.data() as usize;
                let connection = &mut self.connections[index];
                if event.events() != EpollFlags::EPOLLOUT {
                    connection.read(&self.call, &mut self.buffer, end, &mut latencies)?;
                }
                connection.flush(&self.epoll, index)?;
                waiting -= usize::from(connection.in_flight == 0);
            }
        }
        let elapsed = start.elapsed();
        Ok(Round { requests: latencies.len(), elapsed, latencies: Latencies::new(latencies) })
    }
}

struct Connection {
    stream: Stream,
    /// When the call of each place was sent; the place is its sequence id.
    sent: Vec<Option<Instant>>,
    in_flight: usize,
    /// The beginning of a reply whose end has not come yet.
    partial: Vec<u8>,
    /// What could not be written yet.
    output: Vec<u8>,
    /// Whether epoll was told that there is something to write.
    is_blocked: bool,
}

impl Connection {
    fn open(address: SocketAddr, tls: bool, call: &Call, in_flight: usize) -> Result<Connection> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut stream = Stream::new(socket, tls)?;
        call.answered(&mut stream)?;
        stream.socket().set_nonblocking(true)?;
        Ok(Connection {
            stream,
            sent: vec![None; in_flight],
            in_flight: 0,
            partial: Vec::new(),
            output: Vec::new(),
            is_blocked: false,
        })
    }

    /// Fills all places.
    fn start(&mut self, call: &Call) {
        let now = Instant::now();
        for seqid in 0..self.sent.len() {
            self.send(call, seqid, now);
        }
    }

    fn send(&mut self, call: &Call, seqid: usize, now: Instant) {
        call.append(seqid as u32, &mut self.output);
        self.sent[seqid] = Some(now);
        self.in_flight += 1;
    }

    /// Reads once, and makes new calls in place of those that were answered before `end`.
    fn read(
        &mut self,
        call: &Call,
        buffer: &mut [u8],
        end: Instant,
        latencies: &mut Vec<u32>,
    ) -> Result<()> {
        let kept = self.partial.len();
        buffer[..kept].copy_from_slice(&self.partial);
        let read = match self.stream.read(&mut buffer[kept..]) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let now = Instant::now();
        let mut rest = &buffer[..kept + read];
        while let Some(reply) = call.reply(rest)? {
            let seqid = reply.seqid as usize;
            let sent = self.sent.get_mut(seqid).and_then(Option::take);
            let latency = now - sent.ok_or("the server answers what was not asked")?;
            latencies.push(u32::try_from(latency.as_nanos()).unwrap_or(u32::MAX));
            self.in_flight -= 1;
            if now < end {
                self.send(call, seqid, now);
            }
            rest = &rest[reply.len..];
        }
        self.partial.clear();
        self.partial.extend_from_slice(rest);
        Ok(())
    }

    /// Writes as much as the socket takes.
    fn flush(&mut self, epoll: &Epoll, index: usize) -> Result<()> {
        let mut written = 0;
        while written < self.output.len() {
            match self.stream.write(&self.output[written..]) {
                Ok(0) => return Err("the server closed a connection".into()),
                Ok(more) => written += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.output.drain(..written);
        let is_blocked = !self.stream.flushed()? || !self.output.is_empty();
        if is_blocked != self.is_blocked {
            let mut interest = EpollFlags::EPOLLIN;
            interest.set(EpollFlags::EPOLLOUT, is_blocked);
            epoll.modify(self.stream.socket(), &mut EpollEvent::new(interest, index as u64))?;
            self.is_blocked = is_blocked;
        }
        Ok(())
    }
}
