//! Clients behind a proxy that misbehaves (`src/proxy.rs`). No answer is wrong, no call is late, and files and memory
//! stay flat.
//!
//! `SOAK_SECONDS=600 cargo test --release -p thriftly-tests --test client_soak -- --nocapture` runs longer
//! than the few seconds of a test; `SEED=2` has other faults.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use thriftly::{Address, Error, ErrorKind};
use thriftly_tests::process::memory;
use thriftly_tests::proxy::{Fault, FaultyProxy, RECOVERY};
use tokio::time::sleep;

thriftly::thrift!(inline: "service Soak { i32 get(1: i32 number) }");

const TIMEOUT: Duration = Duration::from_millis(300);
/// By how much calls may be late, beside what the machine is: tasks and threads that only sleep are
/// measured at the same time.
const LATE: Duration = Duration::from_millis(100);
/// The tasks of each asynchronous client.
const TASKS: usize = 12;
const THREADS: usize = 4;

struct Handler;

impl Soak for Handler {
    async fn get(&self, number: i32) -> thriftly::Result<i32> {
        match number % 1000 {
            0 => sleep(2 * TIMEOUT).await,
            1..100 => sleep(Duration::from_millis(number as u64 % 20)).await,
            _ => {}
        }
        Ok(number)
    }
}

#[derive(Default)]
struct Counts {
    answered: AtomicUsize,
    timed_out: AtomicUsize,
    lost: AtomicUsize,
    /// The most by which a call ended after its deadline, in microseconds.
    latest: AtomicUsize,
}

impl Counts {
    fn count(&self, number: i32, took: Duration, result: Result<i32, Error>) {
        let counter = match result {
            Ok(answer) => {
                assert_eq!(answer, number, "an answer to another call");
                &self.answered
            }
            Err(error) => match error.kind() {
                ErrorKind::Timeout => &self.timed_out,
                ErrorKind::Closed | ErrorKind::Connect => &self.lost,
                _ => panic!("{error:?}"),
            },
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let late = took.saturating_sub(TIMEOUT);
        self.latest.fetch_max(late.as_micros() as usize, Ordering::Relaxed);
    }

    fn show(&self, what: &str, stall: Duration) {
        let get = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let (answered, timed_out, lost) =
            (get(&self.answered), get(&self.timed_out), get(&self.lost));
        let latest = Duration::from_micros(get(&self.latest) as u64);
        println!(
            "{what}: {answered} answered, {timed_out} timed out, {lost} lost, at most {latest:?} late; \
             others {stall:?}"
        );
    }

    fn check(&self, stall: Duration) {
        let latest = Duration::from_micros(self.latest.load(Ordering::Relaxed) as u64);
        assert!(self.answered.load(Ordering::Relaxed) > 100, "hardly anything is answered");
        // The caller and the channel wait for the machine, one after the other.
        assert!(latest < LATE + 2 * stall, "{latest:?} late");
    }
}

/// The most by which something that only sleeps was late, in microseconds.
#[derive(Default)]
struct Stall(AtomicUsize);

impl Stall {
    const NAP: Duration = Duration::from_millis(5);

    fn note(&self, start: Instant) {
        let late = start.elapsed().saturating_sub(Stall::NAP);
        self.0.fetch_max(late.as_micros() as usize, Ordering::Relaxed);
    }

    fn longest(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed) as u64)
    }
}

/// Measures tasks and threads until the end.
fn stalls(end: Instant) -> (Arc<Stall>, Arc<Stall>) {
    let (tasks, threads) = (Arc::new(Stall::default()), Arc::new(Stall::default()));
    // As many as may be unlucky among the callers.
    for _ in 0..TASKS {
        let stall = Arc::clone(&tasks);
        tokio::spawn(async move {
            while Instant::now() < end {
                let start = Instant::now();
                sleep(Stall::NAP).await;
                stall.note(start);
            }
        });
    }
    for _ in 0..THREADS {
        let stall = Arc::clone(&threads);
        std::thread::spawn(move || {
            while Instant::now() < end {
                let start = Instant::now();
                std::thread::sleep(Stall::NAP);
                stall.note(start);
            }
        });
    }
    (tasks, threads)
}

fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("Linux has it").count()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Clients of every kind of connection that the server detects.
fn clients(proxy: &FaultyProxy) -> Vec<(&'static str, SoakClient)> {
    let client = || SoakClient::builder().timeout(TIMEOUT);
    let http = format!("http://{}/", proxy.address);
    let http: Address = http.parse().expect("an address");
    let connected = [
        ("unframed", client().connect_lazy(proxy.address)),
        ("framed", client().framed().connect_lazy(proxy.address)),
        ("THeader", client().framing(thriftly::Framing::Header).connect_lazy(proxy.address)),
        ("HTTP/1.1", client().connect_lazy(http)),
    ];
    connected.map(|(name, client)| (name, client.expect("an address"))).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_wrong_or_late_behind_a_proxy_that_misbehaves() {
    let length = Duration::from_secs(setting("SOAK_SECONDS").unwrap_or(6));
    let server = thriftly::Server::new(SoakServer::new(Handler));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let listen = "127.0.0.1:0".parse().expect("an address");
    let seed = setting("SEED").unwrap_or(1);
    let proxy = FaultyProxy::start(listen, address, &Fault::ALL, seed).await.expect("a free port");

    let clients = clients(&proxy);
    let blocking: BlockingSoakClient = BlockingSoakClient::builder()
        .timeout(TIMEOUT)
        .connect_lazy(proxy.address)
        .expect("an address");
    let end = Instant::now() + length;
    let stalls = stalls(end);
    let threaded = Arc::new(Counts::default());
    let counts: Vec<_> = clients.iter().map(|_| Arc::new(Counts::default())).collect();
    let mut tasks = Vec::new();
    for (at, (_, client)) in clients.iter().enumerate() {
        for task in 0..TASKS {
            let (client, counts) = (client.clone(), Arc::clone(&counts[at]));
            tasks.push(tokio::spawn(async move {
                let mut number = (at * TASKS + task) as i32 * 1_000_003;
                while Instant::now() < end {
                    number = number.wrapping_add(1) & i32::MAX;
                    let start = Instant::now();
                    if number % 50 == 0 {
                        // Some callers go.
                        let short = Duration::from_millis(number as u64 % 7);
                        let _ = tokio::time::timeout(short, client.get(number)).await;
                        continue;
                    }
                    let result = client.get(number).await;
                    counts.count(number, start.elapsed(), result);
                }
            }));
        }
    }
    let threads: Vec<_> = (0..THREADS as i32)
        .map(|thread| {
            let (client, counts) = (blocking.clone(), Arc::clone(&threaded));
            std::thread::spawn(move || {
                let mut number = thread * 1_000_003;
                while Instant::now() < end {
                    number = number.wrapping_add(1) & i32::MAX;
                    let start = Instant::now();
                    let result = client.get(number);
                    counts.count(number, start.elapsed(), result);
                }
            })
        })
        .collect();
    sleep(length / 3).await;
    let early = (files(), memory());
    for task in tasks {
        task.await.expect("no wrong answer");
    }
    let late = (files(), memory());
    tokio::task::spawn_blocking(move || {
        for thread in threads {
            thread.join().expect("no wrong answer");
        }
    })
    .await
    .expect("no panic");
    for ((name, _), counts) in clients.iter().zip(&counts) {
        counts.show(name, stalls.0.longest());
    }
    threaded.show("blocking", stalls.1.longest());
    let faults = proxy.counts();
    let shown = faults.iter().map(|(fault, count)| format!("{fault} {count}"));
    println!("connections: {}", shown.collect::<Vec<_>>().join(", "));
    println!("files {} and {}, memory {} and {} KiB", early.0, late.0, early.1 >> 10, late.1 >> 10);
    for counts in &counts {
        counts.check(stalls.0.longest());
    }
    threaded.check(stalls.1.longest());
    // Each client has at most 8 connections, each connection four ends in this process.
    assert!(late.0 < (clients.len() + 1) * 8 * 4 + 60, "{} files", late.0);
    assert!(late.1 < early.1 + (32 << 20), "memory grows");

    // When all is well again, so are the clients, once the connections with faults have ended.
    proxy.set_faulty(false);
    sleep(RECOVERY + Duration::from_millis(500)).await;
    for (name, client) in clients {
        let mut failed = 0;
        for number in 100..200 {
            if let Err(error) = client.get(number * 1000 + 500).await {
                println!("{name}, afterwards: {error}");
                failed += 1;
            }
        }
        assert!(failed <= 1, "{failed}");
    }
    let afterwards = tokio::task::spawn_blocking(move || {
        let errors = (100..200).filter_map(|number| blocking.get(number * 1000 + 500).err());
        errors.inspect(|error| println!("blocking, afterwards: {error}")).count()
    });
    let failed = afterwards.await.expect("no panic");
    assert!(failed <= 1, "{failed}");
}
