//! A process of its own for what measures memory, descriptors or CPU time.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a server prints before its address.
const ADDRESS: &str = "address: ";

/// The unit of CPU times in `/proc`.
const TICK: Duration = Duration::from_millis(10);

/// A server that an ignored test of this binary runs, in a process of its own that ends with this.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl ServerProcess {
    /// Starts the ignored test `server` of this test binary, which has to [announce] its address.
    /// It finds `case` in the environment, as `CASE`.
    pub fn start(case: &str) -> ServerProcess {
        ServerProcess::start_with_files(case, 1024)
    }

    /// As [`start`](ServerProcess::start), with a limit on the files that it may have open.
    pub fn start_with_files(case: &str, files: usize) -> ServerProcess {
        let this = std::env::current_exe().expect("it is running");
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -n {files} && exec \"$0\" \"$@\""))
            .arg(this)
            .args(["--exact", "server", "--ignored", "--nocapture"])
            .env("CASE", case)
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut lines = output.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, address) = line.split_once(ADDRESS)?;
            address.trim().parse().ok()
        });
        // The test harness there says every minute that it takes long, and ends if it cannot.
        std::thread::spawn(move || lines.for_each(drop));
        ServerProcess { child, address: address.expect("the server announces its address") }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has taken so far, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The memory that it takes, in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux has it");
        let kib: u64 = line.trim_end_matches("kB").trim().parse().expect("a number");
        kib << 10
    }

    /// How many files it has open.
    pub fn files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id())).expect("it runs").count()
    }

    /// The CPU time that it has taken, with that of threads that have ended.
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("it runs");
        // The name of the program, in parentheses, may contain spaces. `utime` and `stime` are the fields 14 and 15.
        let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
        let ticks =
            fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u32>().unwrap());
        TICK * ticks.sum::<u32>()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells the test that has started this process where it listens.
pub fn announce(address: SocketAddr) {
    println!("{ADDRESS}{address}");
}

/// The case that this process was started for; `None` if a person runs the ignored tests.
pub fn case() -> Option<String> {
    std::env::var("CASE").ok()
}

/// Waits until something is so. Returns how long that took; panics after `longest`.
pub fn wait(longest: Duration, what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < longest, "{what} is not so after {longest:?}");
        sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}

/// Runs an ignored test of this binary in a process of its own. Returns what it prints.
///
/// # Panics
/// It fails.
pub fn alone(test: &str) -> String {
    let this = std::env::current_exe().expect("it is running");
    let arguments = ["--exact", test, "--ignored", "--nocapture"];
    let output = Command::new(this).args(arguments).output().expect("it can be started");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{test} fails: {printed}{errors}");
    printed
}

/// The most memory that this process has taken so far, in bytes.
pub fn peak_memory() -> u64 {
    own_status("VmHWM:")
}

/// The memory that this process takes, in bytes.
pub fn memory() -> u64 {
    own_status("VmRSS:")
}

fn own_status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.map(|line| line.trim_end_matches("kB").trim().parse::<u64>());
    kib.expect("Linux has it").expect("a number") << 10
}
