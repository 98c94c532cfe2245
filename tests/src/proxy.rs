//! A TCP proxy that misbehaves by a seed: what it does to its n-th connection depends on the seed and on n alone.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::random::Random;

/// Connections with a fault end before this.
const LONGEST: Duration = Duration::from_secs(3);

/// For how long a silent connection stays open.
const SILENCE: Duration = Duration::from_secs(2);

/// How long after a proxy [has become well](FaultyProxy::set_faulty) its last connection with a fault has ended.
pub const RECOVERY: Duration = LONGEST.saturating_add(SILENCE);

/// What the proxy does to a connection. All but `Refuse` work until a random moment of the first three seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Accepted, and closed at once.
    Refuse,
    /// Connected to the server behind connections that come later.
    Reorder,
    /// Each piece is up to 40 ms late.
    Delay,
    /// Bytes come one by one, a millisecond apart.
    Drip,
    /// Closed in the middle of a piece.
    Cut,
    /// Reset, so that the last bytes are lost.
    Reset,
    /// Silent in both directions for two seconds, and then closed.
    BlackHole,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Fault; 7] = [
        Fault::Refuse,
        Fault::Reorder,
        Fault::Delay,
        Fault::Drip,
        Fault::Cut,
        Fault::Reset,
        Fault::BlackHole,
    ];

    fn name(self) -> &'static str {
        match self {
            Fault::Refuse => "refuse",
            Fault::Reorder => "reorder",
            Fault::Delay => "delay",
            Fault::Drip => "drip",
            Fault::Cut => "cut",
            Fault::Reset => "reset",
            Fault::BlackHole => "black-hole",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Fault, String> {
        let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        found.ok_or_else(|| {
            format!("`{name}` is no fault: {}", Fault::ALL.map(Fault::name).join(", "))
        })
    }
}

/// The proxy. Its connections are tasks of the runtime that it was started on.
#[derive(Debug)]
pub struct FaultyProxy {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    faults: Vec<Fault>,
    seed: u64,
    faulty: AtomicBool,
    /// How many connections there were with each fault.
    counts: [AtomicUsize; Fault::ALL.len()],
    /// Wakes those that wait for a later connection.
    accepted: Notify,
}

impl FaultyProxy {
    /// Listens at one address, and forwards to another.
    ///
    /// # Errors
    /// The first address cannot be listened at.
    pub async fn start(
        listen: SocketAddr,
        server: SocketAddr,
        faults: &[Fault],
        seed: u64,
    ) -> io::Result<FaultyProxy> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            faults: faults.to_vec(),
            seed,
            faulty: AtomicBool::new(true),
            counts: Default::default(),
            accepted: Notify::new(),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(FaultyProxy { address, shared })
    }

    /// Whether later connections have faults.
    pub fn set_faulty(&self, faulty: bool) {
        self.shared.faulty.store(faulty, Ordering::Relaxed);
    }

    /// How many connections had each fault.
    pub fn counts(&self) -> Vec<(Fault, usize)> {
        let count = |fault: Fault| self.shared.counts[fault as usize].load(Ordering::Relaxed);
        self.shared.faults.iter().map(|fault| (*fault, count(*fault))).collect()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = 0;
    loop {
        // Out of files, for now.
        let Ok((client, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        connections += 1;
        shared.accepted.notify_waiters();
        let mut random = Random::new(shared.seed.wrapping_add(connections));
        // One more has no fault but to end.
        let fault = shared.faults.get(random.below(shared.faults.len() + 1)).copied();
        let fault = fault.filter(|_| shared.faulty.load(Ordering::Relaxed));
        if let Some(fault) = fault {
            shared.counts[fault as usize].fetch_add(1, Ordering::Relaxed);
        }
        let ends = shared.faulty.load(Ordering::Relaxed);
        let connection = Connection { fault, ends, random };
        tokio::spawn(connection.forward(client, Arc::clone(&shared)));
    }
}

/// A connection, and what happens to it.
struct Connection {
    fault: Option<Fault>,
    ends: bool,
    random: Random,
}

impl Connection {
    async fn forward(mut self, client: TcpStream, shared: Arc<Shared>) {
        match self.fault {
            Some(Fault::Refuse) => return,
            Some(Fault::Reorder) => {
                let _ = timeout(Duration::from_millis(50), shared.accepted.notified()).await;
                sleep(Duration::from_millis(5)).await;
            }
            _ => {}
        }
        let Ok(server) = TcpStream::connect(shared.server).await else { return };
        let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
        let (mut client, mut server) = (client, server);
        let well = Duration::from_millis(self.random.below(LONGEST.as_millis() as usize) as u64);
        let pace = Pace { fault: self.fault, random: Random::new(self.random.bits()) };
        match self.ends {
            false => drop(pace.both(&mut client, &mut server).await),
            true => {
                let ended = timeout(well, pace.both(&mut client, &mut server)).await.is_ok();
                if !ended {
                    self.end(client, server).await;
                }
            }
        }
    }

    async fn end(mut self, mut client: TcpStream, mut server: TcpStream) {
        match self.fault {
            Some(Fault::Cut) => {
                let mut piece = vec![0; 4096];
                let up = self.random.below(2) == 0;
                let (from, to) =
                    if up { (&mut client, &mut server) } else { (&mut server, &mut client) };
                if let Ok(Ok(count)) = timeout(SILENCE, from.read(&mut piece)).await {
                    let cut = self.random.below(count.max(1));
                    let _ = to.write_all(&piece[..cut]).await;
                }
            }
            Some(Fault::Reset) => {
                #[allow(deprecated, reason = "it is a reset that is wanted")]
                let (_, _) = (
                    client.set_linger(Some(Duration::ZERO)),
                    server.set_linger(Some(Duration::ZERO)),
                );
            }
            Some(Fault::BlackHole) => sleep(SILENCE).await,
            _ => {}
        }
    }
}

/// How bytes are forwarded.
struct Pace {
    fault: Option<Fault>,
    random: Random,
}

impl Pace {
    /// Forwards in both directions until both ends have closed, or one fails.
    fn both(
        mut self,
        client: &mut TcpStream,
        server: &mut TcpStream,
    ) -> impl Future<Output = io::Result<()>> {
        let back = Pace { fault: self.fault, random: Random::new(self.random.bits()) };
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        async move {
            tokio::try_join!(self.one(from_client, to_server), back.one(from_server, to_client))?;
            Ok(())
        }
    }

    async fn one(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let mut piece = vec![0; 4096];
        loop {
            let count = from.read(&mut piece).await?;
            if count == 0 {
                return to.shutdown().await;
            }
            match self.fault {
                Some(Fault::Delay) => {
                    sleep(Duration::from_millis(self.random.below(40) as u64)).await;
                    to.write_all(&piece[..count]).await?;
                }
                Some(Fault::Drip) => {
                    for byte in piece[..count].chunks(1) {
                        to.write_all(byte).await?;
                        sleep(Duration::from_millis(1)).await;
                    }
                }
                _ => to.write_all(&piece[..count]).await?,
            }
        }
    }
}
