//! Graceful shutdown in the examples: `graceful` answers what it has taken and ends at a signal, `rolling_restart`
//! restarts servers under load.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use thriftly::{Channel, ClientBuilder, ErrorKind};
use thriftly_tests::peers::example;

thriftly::thrift!("../../examples/graceful.thrift");

/// How long a process may take for what it does at once.
const AT_ONCE: Duration = Duration::from_secs(8);

struct Running {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Running {
    fn start() -> Running {
        Running::start_at("127.0.0.1:0")
    }

    fn start_at(address: &str) -> Running {
        let mut child = Command::new(example("graceful"))
            .arg(address)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is built");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints text");
        let address = line.trim().strip_prefix("serving at ").expect("its address").to_owned();
        Running { child, output, address }
    }

    fn client(&self) -> BlockingWorksClient {
        BlockingWorksClient::connect(&*self.address).expect("it listens")
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().expect("there is kill");
        assert!(status.success());
    }

    fn is_refusing(&self) -> bool {
        std::net::TcpStream::connect(&self.address).is_err()
    }

    fn end(&mut self) -> (ExitStatus, Duration) {
        let begin = Instant::now();
        let status = self.child.wait().expect("it ends");
        (status, begin.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_signal_lets_calls_end_and_refuses_others() {
    for signal in ["TERM", "INT"] {
        let mut server = Running::start();
        // More than one is under way, on connections of their own.
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let client = server.client();
                std::thread::spawn(move || client.work(1500))
            })
            .collect();
        let idle = server.client();
        idle.work(0).expect("answered");
        std::thread::sleep(Duration::from_millis(500));
        server.signal(signal);
        let begin = Instant::now();
        while !server.is_refusing() {
            assert!(begin.elapsed() < AT_ONCE, "{signal} is ignored");
            std::thread::sleep(Duration::from_millis(10));
        }
        for call in calls {
            assert_eq!(call.join().expect("no panic").expect("answered"), "done after 1500 ms");
        }
        let (status, taken) = server.end();
        assert!(status.success() && taken < AT_ONCE, "{status} after {taken:?}");
        let mut rest = String::new();
        server.output.read_to_string(&mut rest).expect("it prints text");
        assert_eq!(rest.trim(), "all calls are answered");
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let mut server = Running::start();
    let client = server.client();
    let stuck = std::thread::spawn(move || client.work(60_000));
    std::thread::sleep(Duration::from_millis(500));
    server.signal("TERM");
    while !server.is_refusing() {
        std::thread::sleep(Duration::from_millis(10));
    }
    server.signal("TERM");
    let (status, taken) = server.end();
    assert_eq!(status.code(), Some(143));
    assert!(taken < AT_ONCE, "{taken:?}");
    assert!(stuck.join().expect("no panic").is_err(), "its call is lost");
}

#[tokio::test]
async fn a_killed_server_fails_its_calls_at_once_and_is_called_again_when_it_is_back() {
    let mut server = Running::start();
    let mut channels = Vec::new();
    for _ in 0..100 {
        let channel: Channel =
            ClientBuilder::new().connect(&*server.address).await.expect("it listens");
        channels.push(channel);
    }
    let clients: Vec<_> = channels.iter().cloned().map(WorksClient::new).collect();
    let calls: Vec<_> = clients.iter().map(|client| tokio::spawn(client.work(60_000))).collect();
    let begin = Instant::now();
    while channels.iter().any(|channel| channel.stats().in_flight == 0) {
        assert!(begin.elapsed() < AT_ONCE, "calls are not sent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.signal("KILL");
    let killed = Instant::now();
    for call in calls {
        let error = call.await.expect("no panic").expect_err("it cannot be answered");
        assert_eq!(error.kind(), ErrorKind::Closed, "{error}");
    }
    println!("100 calls failed {:?} after the server was killed", killed.elapsed());
    assert!(killed.elapsed() < AT_ONCE);
    server.end();
    let _again = Running::start_at(&server.address);
    let begin = Instant::now();
    for client in clients {
        while let Err(error) = client.work(0).await {
            assert!(begin.elapsed() < AT_ONCE, "{error}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    println!("all are answered again after {:?}", begin.elapsed());
}

#[test]
fn servers_are_restarted_under_load_without_a_failed_idempotent_call() {
    let begin = Instant::now();
    let output = Command::new(example("rolling_restart")).output().expect("it is built");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", output.status);
    // It checks itself; this is that it does something.
    for how in ["Gracefully", "Kill"] {
        assert!(text.contains(&format!("{how}: 3 servers restarted one after the other")));
    }
    assert!(begin.elapsed() < Duration::from_secs(120));
}
