//! Programs that the tests start: our examples, and peers in Python.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;

use crate::cargo::cargo;

/// How long a program may take for what it does at once. Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The version of Apache Thrift that is tested against.
pub const APACHE: &str = "thrift==0.25.0";

/// The version of ThriftPy's successor that is tested against.
pub const THRIFTPY2: &str = "thriftpy2==0.7.1";

/// The interpreter of an environment in which the packages are installed. It is made below the
/// folder if it is not there, from the package registry that `pip` is set up for.
///
/// # Panics
/// It cannot be made.
pub fn python(folder: &Path, packages: &[&str]) -> PathBuf {
    let name: String =
        packages.concat().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let ready = folder.join(format!("venv-{name}"));
    let interpreter = |environment: &Path| environment.join("bin/python");
    if !interpreter(&ready).is_file() {
        let made = folder.join(unique("venv"));
        run(Command::new("python3").args(["-m", "venv"]).arg(&made));
        install(
            Command::new(interpreter(&made))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(packages),
        );
        use_first(&made, &ready);
    }
    interpreter(&ready)
}

/// Tests run at the same time: each installs into a folder of its own name, and the first one done is used.
fn unique(name: &str) -> String {
    let unique = format!("{name}-{}-{:?}", std::process::id(), std::thread::current().id());
    unique.replace(['(', ')'], "")
}

fn use_first(made: &Path, ready: &Path) {
    if std::fs::rename(made, ready).is_err() {
        let _ = std::fs::remove_dir_all(made);
    }
}

fn install(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        status.success(),
        "{command:?}: {status}. The test needs peers from a package registry: without network it fails"
    );
}

/// The folder with the modules that a `package.json` names. They are installed below the folder if they are not
/// there, from the package registry that `npm` is set up for.
///
/// # Panics
/// They cannot be installed.
pub fn node_modules(folder: &Path, package: &Path) -> PathBuf {
    let text = std::fs::read_to_string(package).expect("the package is there");
    let version: String = text.chars().filter(char::is_ascii_digit).collect();
    let ready = folder.join(format!("node-{version}"));
    if !ready.is_dir() {
        let made = folder.join(unique("node"));
        std::fs::create_dir_all(&made).expect("the folder can be made");
        std::fs::write(made.join("package.json"), text).expect("the folder is writable");
        let quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
        install(Command::new("npm").arg("install").args(quiet).current_dir(&made));
        use_first(&made, &ready);
    }
    ready.join("node_modules")
}

/// The built example of the name.
///
/// # Panics
/// It cannot be built.
pub fn example(name: &str) -> PathBuf {
    // With the features of the whole workspace: what the tests were built with is not built again with others.
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    run(cargo().args(["build", "--quiet", "--offline", "--example", name]).current_dir(workspace));
    // Tests are in `target/PROFILE/deps`; what cargo builds without a profile is in `debug`.
    let test = std::env::current_exe().expect("a test has a path");
    let target = test.ancestors().nth(3).expect("a test is in target/PROFILE/deps");
    target.join("debug/examples").join(name)
}

/// Runs a command that has to succeed.
///
/// # Panics
/// It fails.
pub(crate) fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// A port that nobody listens on. It is below those that systems choose for clients: one of those another connection
/// may take before the server does, even the one that asks whether the server listens, which TCP connects to itself.
///
/// # Panics
/// There is none.
pub fn free_port() -> u16 {
    const PORTS: Range<u16> = 10_000..30_000;
    static ASKED: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id().wrapping_mul(61) as u16;
    let any = || start.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u16;
    let mut ports = std::iter::repeat_with(any).take(PORTS.len()).map(|at| PORTS.start + at);
    ports.find(|&port| is_free(port).is_ok()).expect("there is a free port")
}

/// Binds the port, without listening: a process that another test starts has the socket, too, until it runs its program, and
/// would accept whoever looks whether the peer listens already.
fn is_free(port: u16) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())
}

/// A running program, ended when it is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    /// Starts a program.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Program {
        let mut command = Command::new(program);
        command.args(arguments);
        Program::spawn(command)
    }

    /// Starts a command, with its standard output as lines.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn spawn(mut command: Command) -> Program {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Program { child, lines }
    }

    /// Waits until somebody listens on the port.
    ///
    /// # Panics
    /// The program ends, or does not listen.
    #[must_use]
    pub fn listening_on(self, port: u16) -> Program {
        self.try_listening_on(port).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until somebody listens on the port.
    ///
    /// # Errors
    /// The program ends, or does not listen.
    pub fn try_listening_on(self, port: u16) -> Result<Program, String> {
        self.try_listening_within(PATIENCE, port)
    }

    /// Waits until somebody listens on the port.
    ///
    /// # Errors
    /// The program ends, or does not listen within the time.
    pub fn try_listening_within(self, patience: Duration, port: u16) -> Result<Program, String> {
        let place = format!("on port {port}");
        self.listening(patience, &place, || TcpStream::connect(("127.0.0.1", port)).is_ok())
    }

    /// Waits until somebody listens at the path of a Unix socket.
    ///
    /// # Errors
    /// The program ends, or does not listen.
    #[cfg(unix)]
    pub fn try_listening_at(self, path: &Path) -> Result<Program, String> {
        let place = format!("at {}", path.display());
        self.listening(PATIENCE, &place, || std::os::unix::net::UnixStream::connect(path).is_ok())
    }

    fn listening(
        mut self,
        patience: Duration,
        place: &str,
        accepts: impl Fn() -> bool,
    ) -> Result<Program, String> {
        let start = Instant::now();
        while !accepts() {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return Err(format!("the server ended: {status}"));
            }
            if start.elapsed() > patience {
                return Err(format!("the server does not listen {place}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(self)
    }

    /// Waits for the end of the program. Returns its remaining lines and its exit status, which is `None` if it
    /// was ended because the time was over.
    pub fn outcome(mut self, patience: Duration) -> (Vec<String>, Option<i32>) {
        let start = Instant::now();
        let mut found = Vec::new();
        // The lines end with the program.
        while let Ok(line) = self.lines.recv_timeout(patience.saturating_sub(start.elapsed())) {
            found.push(line);
        }
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return (found, status.code());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        (found, None)
    }

    /// The next line that the program prints.
    ///
    /// # Panics
    /// There is none.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the program prints a line")
    }

    /// Waits for the end of the program.
    ///
    /// # Panics
    /// It fails, or does not end.
    pub fn finish(mut self) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                assert!(status.success(), "the program failed: {status}");
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running program that answers requests: each comes with its length in four bytes before it, and so
/// does each answer. It ends when it is dropped.
#[derive(Debug)]
pub struct Answerer {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<Vec<u8>>,
}

impl Answerer {
    /// Starts a program.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Answerer {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let requests = child.stdin.take().expect("its input is a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let mut size = [0; 4];
            while output.read_exact(&mut size).is_ok() {
                let mut answer = vec![0; u32::from_be_bytes(size) as usize];
                if output.read_exact(&mut answer).is_err() || send.send(answer).is_err() {
                    break;
                }
            }
        });
        Answerer { child, requests, answers }
    }

    /// What the program answers.
    ///
    /// # Panics
    /// It does not answer.
    pub fn ask(&mut self, request: &[u8]) -> Vec<u8> {
        let size = (request.len() as u32).to_be_bytes();
        self.requests.write_all(&[&size[..], request].concat()).expect("the program listens");
        self.answers.recv_timeout(PATIENCE).expect("the program answers")
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
