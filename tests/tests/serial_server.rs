//! A server that takes the calls of a connection one by one, ThriftPy's threaded one: a slow call does not
//! hold up the quick calls of the same client.
//!
//! The figures are printed: `cargo test -p thriftly-tests --test serial_server -- --nocapture`.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thriftly_tests::peers::{Program, THRIFTPY2, free_port, python};

thriftly::thrift!("../idl/serial.thrift");

const QUICK: usize = 1000;
const SLOW: i32 = 2000;
/// The quick calls of a client that waits for the slow one take as long as that. This is far less, and more
/// than a busy machine is late.
const BOUND: Duration = Duration::from_millis(500);

fn server() -> (Program, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = python(Path::new(env!("CARGO_TARGET_TMPDIR")), &[THRIFTPY2]);
    let port = free_port();
    let files = [folder.join("python/serial_server.py"), folder.join("idl/serial.thrift")];
    let arguments = files.map(|path| path.display().to_string()).into_iter();
    let server = Program::start(&python, arguments.chain([port.to_string()]));
    (server.listening_on(port), format!("127.0.0.1:{port}"))
}

/// Prints the quantiles; the 99th percentile is checked.
fn check(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let (median, most, worst) = (at(0.5), at(0.99), at(1.0));
    println!("{what}: {} quick calls, p50 {median:?}, p99 {most:?}, worst {worst:?}", times.len());
    assert_eq!(times.len(), QUICK);
    assert!(most < BOUND, "{what}: p99 {most:?}");
}

async fn measure(what: &str, client: SerialClient, tasks: usize, warm: usize) {
    for _ in 0..warm {
        client.work(0).await.expect("answered");
    }
    let slow = tokio::spawn(client.work(SLOW));
    tokio::task::yield_now().await;
    let left = Arc::new(AtomicUsize::new(QUICK));
    let times = Arc::new(Mutex::new(Vec::new()));
    let workers: Vec<_> = (0..tasks)
        .map(|_| {
            let (client, left, times) = (client.clone(), Arc::clone(&left), Arc::clone(&times));
            tokio::spawn(async move {
                let more = |left: usize| left.checked_sub(1);
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok() {
                    let start = Instant::now();
                    client.work(0).await.expect("answered");
                    times.lock().expect("no panic").push(start.elapsed());
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("no panic");
    }
    assert_eq!(slow.await.expect("no panic").expect("answered"), SLOW);
    check(what, std::mem::take(&mut *times.lock().expect("no panic")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_call_does_not_hold_up_quick_ones() {
    let (_server, address) = server();
    for (what, tasks, warm) in [
        ("a new client, one task", 1, 0),
        ("a new client, eight tasks", 8, 0),
        ("a used client, one task", 1, 200),
        ("a used client, eight tasks", 8, 200),
    ] {
        let client = SerialClient::connect(&*address).await.expect("the server listens");
        measure(what, client, tasks, warm).await;
    }
}

#[test]
fn a_slow_call_of_a_blocking_client_does_not_hold_up_quick_ones() {
    let (_server, address) = server();
    let client = BlockingSerialClient::connect(&*address).expect("the server listens");
    let times = std::thread::scope(|scope| {
        let slow = scope.spawn(|| client.work(SLOW));
        let quick = (0..QUICK).map(|_| {
            let start = Instant::now();
            client.work(0).expect("answered");
            start.elapsed()
        });
        let times = quick.collect();
        assert_eq!(slow.join().expect("no panic").expect("answered"), SLOW);
        times
    });
    check("a blocking client", times);
}
