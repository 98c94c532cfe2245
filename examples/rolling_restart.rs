//! Restarts of servers under load: three servers, as processes of this program, are restarted one after the
//! other while a client calls them; gracefully first, then by killing them.
//!
//! No call of the idempotent method fails: it is sent again to another server, or on a connection that was opened
//! since. A call of the other method fails if its connection is lost before the answer: the caller learns that
//! it may have been handled. The exit code tells whether that was so.
//!
//! ```console
//! $ cargo run --example rolling_restart
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use thriftly::{Channel, ClientBuilder, ErrorKind, Server};

thriftly::thrift!("rolling_restart.thrift");

/// Servers behind the client.
const SERVERS: usize = 3;
/// Tasks that call each method.
const TASKS: usize = 8;
/// How long a server may take to answer what is in flight when it shuts down.
const DRAIN: Duration = Duration::from_secs(1);
/// How long all servers run between two restarts.
const PAUSE: Duration = Duration::from_secs(1);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<ExitCode, AnyError> {
    if let Some(address) = std::env::args().nth(1) {
        serve(&address).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut good = true;
    for stop in [Stop::Gracefully, Stop::Kill] {
        good &= run(stop).await?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

// The server.

/// The state of a server: how many calls of `add` it has handled.
#[derive(Default)]
struct Ledger {
    added: AtomicU64,
}

impl Accounts for Ledger {
    async fn balance(&self, _: String) -> thriftly::Result<i64> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Ok(0)
    }

    async fn add(&self, _: String, amount: i64) -> thriftly::Result<i64> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.added.fetch_add(1, Ordering::Relaxed);
        Ok(amount)
    }
}

/// Serves until standard input is closed, and writes how many calls of `add` it has handled.
async fn serve(address: &str) -> Result<(), AnyError> {
    let ledger = Arc::new(Ledger::default());
    let server = Server::new(AccountsServer::new(Arc::clone(&ledger)))
        .drain_timeout(DRAIN)
        .bind(address)
        .await?;
    println!("{}", server.local_addr());
    let closed = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    server.serve_until(closed).await?;
    println!("{}", ledger.added.load(Ordering::Relaxed));
    Ok(())
}

/// A server in a process of its own.
struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

/// How servers are stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Gracefully,
    Kill,
}

impl Process {
    /// Starts a server, and waits until it listens.
    fn start(address: &str) -> Result<Process, AnyError> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(address)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("the standard output is piped")?;
        let mut output = BufReader::new(output);
        let mut address = String::new();
        output.read_line(&mut address)?;
        let address = address.trim().to_owned();
        Ok(Process { child, output, address })
    }

    /// Ends it. Returns how many calls of `add` it has handled, if it could say.
    fn stop(mut self, stop: Stop) -> Result<u64, AnyError> {
        match stop {
            Stop::Gracefully => drop(self.child.stdin.take()),
            Stop::Kill => self.child.kill()?,
        }
        let mut added = String::new();
        self.output.read_line(&mut added)?;
        self.child.wait()?;
        Ok(added.trim().parse().unwrap_or(0))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already unless something went wrong.
        let _ = self.child.kill();
    }
}

// The client.

/// What became of the calls of one method.
#[derive(Default)]
struct Calls {
    answered: AtomicU64,
    /// Failed with [`ErrorKind::Closed`]: they may have been handled.
    closed: AtomicU64,
    /// Failed otherwise.
    failed: AtomicU64,
}

impl Calls {
    fn note(&self, method: &str, result: Result<i64, thriftly::Error>) {
        let count = match result {
            Ok(_) => &self.answered,
            Err(error) if error.kind() == ErrorKind::Closed => &self.closed,
            Err(error) => {
                eprintln!("{method}: {error}");
                &self.failed
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Answered, perhaps handled, and otherwise failed calls.
    fn counts(&self) -> [u64; 3] {
        [&self.answered, &self.closed, &self.failed].map(|count| count.load(Ordering::Relaxed))
    }
}

/// Restarts each server once under load. Whether all was well.
async fn run(stop: Stop) -> Result<bool, AnyError> {
    let mut servers = Vec::new();
    for _ in 0..SERVERS {
        servers.push(Process::start("127.0.0.1:0")?);
    }
    let addresses: Vec<_> = servers.iter().map(|server| server.address.clone()).collect();
    // One channel for all of them: when one cannot be reached, the next is used.
    let builder = ClientBuilder::<Channel>::new().timeout(Duration::from_secs(5));
    let channel = builder.connect(addresses.join(",")).await?;
    let client = AccountsClient::new(channel.clone());

    let calls = Arc::new([Calls::default(), Calls::default()]);
    let over = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for task in 0..2 * TASKS {
        let (client, calls, over) = (client.clone(), Arc::clone(&calls), Arc::clone(&over));
        tasks.push(tokio::spawn(async move {
            let [balance, add] = &*calls;
            while !over.load(Ordering::Relaxed) {
                match task < TASKS {
                    true => balance.note("balance", client.balance("ada").await),
                    false => add.note("add", client.add("ada", 1).await),
                }
            }
        }));
    }

    let mut handled = 0;
    for address in &addresses {
        tokio::time::sleep(PAUSE).await;
        let old = servers.remove(0);
        handled += tokio::task::spawn_blocking(move || old.stop(stop)).await??;
        servers.push(Process::start(address)?);
    }
    tokio::time::sleep(PAUSE).await;
    over.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await?;
    }
    let stats = channel.stats();
    for server in servers {
        handled += server.stop(Stop::Gracefully)?;
    }

    let [balance, add] = [&calls[0], &calls[1]].map(Calls::counts);
    let mut out = std::io::stdout();
    writeln!(out, "{stop:?}: {SERVERS} servers restarted one after the other")?;
    for (name, [answered, closed, failed]) in [("balance", balance), ("add", add)] {
        let failed = closed + failed;
        writeln!(out, "  {name:8} {:6} calls, {failed:3} failed", answered + failed)?;
    }
    writeln!(
        out,
        "  {} calls were sent again; {} connections were opened, {} lost",
        stats.resent, stats.opened, stats.lost
    )?;
    let idempotent = balance[0] > 0 && balance[1..] == [0, 0];
    // Killed servers could not say what they had handled.
    let [answered, closed, failed] = add;
    let once = stop == Stop::Kill || (answered..=answered + closed).contains(&handled);
    let told = answered > 0 && failed == 0;
    if !(idempotent && once && told) {
        writeln!(out, "  calls were lost: {handled} calls of add were handled, {add:?}")?;
    }
    Ok(idempotent && once && told)
}
