//! Clients behind a proxy that misbehaves: it delays, goes silent, resets, closes, and accepts only to
//! close. No answer is wrong, no call is late, and files and memory stay flat.
//!
//! `SOAK_SECONDS=600 cargo test --release -p thriftly-tests --test client_soak -- --nocapture` runs longer
//! than the few seconds of a test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use thriftly::{Error, ErrorKind};
use thriftly_tests::process::memory;
use thriftly_tests::random::Random;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

thriftly::thrift!(inline: "service Soak { i32 get(1: i32 number) }");

const TIMEOUT: Duration = Duration::from_millis(300);
/// By how much calls may be late, beside what the machine is: tasks and threads that only sleep are
/// measured at the same time.
const LATE: Duration = Duration::from_millis(100);
const TASKS: usize = 32;
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

/// Forwards to the server, as long as it does.
async fn proxy(server: SocketAddr, faults: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = listener.local_addr().expect("it has one");
    tokio::spawn(async move {
        let mut seed = 1;
        while let Ok((stream, _)) = listener.accept().await {
            seed += 1;
            tokio::spawn(forward(stream, server, Arc::clone(&faults), Random::new(seed)));
        }
    });
    address
}

async fn forward(
    mut client: TcpStream,
    server: SocketAddr,
    faults: Arc<AtomicBool>,
    mut random: Random,
) {
    let faulty = faults.load(Ordering::Relaxed);
    if faulty && random.below(5) == 0 {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
    // Some go on well for a while.
    let ends = Instant::now() + Duration::from_millis(random.below(3000) as u64);
    let (mut up, mut down) = (vec![0; 4096], vec![0; 4096]);
    loop {
        if faulty && random.below(20) == 0 {
            sleep(Duration::from_millis(random.below(40) as u64)).await;
        }
        if faulty && Instant::now() > ends {
            match random.below(3) {
                // Silent for longer than any call waits, and then closed.
                0 => sleep(Duration::from_secs(2)).await,
                // The last bytes are lost, too.
                #[allow(deprecated, reason = "it is a reset that is wanted")]
                1 => drop(client.set_linger(Some(Duration::ZERO))),
                _ => {}
            }
            return;
        }
        let patience = sleep(Duration::from_millis(100));
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(count) if count > 0 && server.write_all(&up[..count]).await.is_ok() => {}
                _ => return,
            },
            read = server.read(&mut down) => match read {
                Ok(count) if count > 0 && client.write_all(&down[..count]).await.is_ok() => {}
                _ => return,
            },
            () = patience => {}
        }
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
        assert!(answered > 100, "hardly anything is answered");
        assert!(latest < LATE + stall);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_wrong_or_late_behind_a_proxy_that_misbehaves() {
    let seconds = std::env::var("SOAK_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(6));
    let server = thriftly::Server::new(SoakServer::new(Handler));
    let server = server.bind("127.0.0.1:0").await.expect("port 0 is free");
    let address = server.local_addr().socket_addr().expect("TCP");
    tokio::spawn(server.serve());
    let faults = Arc::new(AtomicBool::new(true));
    let address = proxy(address, Arc::clone(&faults)).await;

    let client: SoakClient =
        SoakClient::builder().timeout(TIMEOUT).connect_lazy(address).expect("an address");
    let blocking: BlockingSoakClient =
        BlockingSoakClient::builder().timeout(TIMEOUT).connect_lazy(address).expect("an address");
    let end = Instant::now() + length;
    let stalls = stalls(end);
    let (asynchronous, threaded) = (Arc::new(Counts::default()), Arc::new(Counts::default()));
    let tasks: Vec<_> = (0..TASKS as i32)
        .map(|task| {
            let (client, counts) = (client.clone(), Arc::clone(&asynchronous));
            tokio::spawn(async move {
                let mut number = task * 1_000_003;
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
            })
        })
        .collect();
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
    asynchronous.show("async", stalls.0.longest());
    threaded.show("blocking", stalls.1.longest());
    println!("files {} and {}, memory {} and {} KiB", early.0, late.0, early.1 >> 10, late.1 >> 10);
    // Each client has at most 8 connections, each connection four ends in this process.
    assert!(late.0 < 16 * 4 + 60, "{} files", late.0);
    assert!(late.1 < early.1 + (32 << 20), "memory grows");

    // When all is well again, so are the clients, once the connections with faults have ended.
    faults.store(false, Ordering::Relaxed);
    sleep(Duration::from_millis(5500)).await;
    let mut failed = 0;
    for number in 100..200 {
        if let Err(error) = client.get(number * 1000 + 500).await {
            println!("afterwards: {error}");
            failed += 1;
        }
    }
    let afterwards = tokio::task::spawn_blocking(move || {
        let errors = (100..200).filter_map(|number| blocking.get(number * 1000 + 500).err());
        errors.inspect(|error| println!("afterwards: {error}")).count()
    });
    let failed = (failed, afterwards.await.expect("no panic"));
    println!("{failed:?} of 100 calls failed afterwards");
    assert!(failed.0 <= 1 && failed.1 <= 1, "{failed:?}");
}
