//! Waking a thread that waits for sockets.

use std::io;
use std::net::UdpSocket;

use rustix::event::{PollFd, PollFlags};

/// A socket that is connected to itself.
#[derive(Debug)]
pub(super) struct Waker(UdpSocket);

impl Waker {
    pub(super) fn new() -> io::Result<Waker> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(socket.local_addr()?)?;
        socket.set_nonblocking(true)?;
        Ok(Waker(socket))
    }

    /// Wakes the thread that waits for [`poll_fd`](Waker::poll_fd), now or when it waits next.
    pub(super) fn wake(&self) {
        // If its buffer is full, the thread is woken already.
        let _ = self.0.send(&[0]);
    }

    /// To be called by the thread that was woken.
    pub(super) fn clear(&self) {
        while self.0.recv(&mut [0]).is_ok() {}
    }

    /// The socket in a call of `poll`.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(&self.0, PollFlags::IN)
    }
}
