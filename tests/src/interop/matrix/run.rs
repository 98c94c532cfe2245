//! One peer in one role and stack, with our async and our blocking side.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Programs;
use super::known::{self, Role};
use super::peer::{IDL, Peer, script};
use super::stack::{Files, Socket, Stack};
use crate::authority::Authority;
use crate::peers::{Program, free_port};

/// How long all checks of a client may take.
const PATIENCE: Duration = Duration::from_secs(100);

/// Writes the files that the runs share: those of TLS.
pub(super) fn prepare(folder: &Path) {
    let authority = Authority::new("interop");
    let server = authority.issue(&["127.0.0.1", "localhost"]);
    for (name, pem) in
        [("authority", &authority.pem), ("certificate", &server.certificate), ("key", &server.key)]
    {
        let path = folder.join(format!("interop-{name}.pem"));
        std::fs::write(path, pem).expect("the folder is writable");
    }
}

/// What the checks of one client printed.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Which of our sides took part.
    pub(super) shell: &'static str,
    /// The lines of the client.
    pub(super) lines: Vec<String>,
    /// Its exit status.
    pub(super) status: Option<i32>,
    /// The errors that client and server printed.
    pub(super) log: PathBuf,
}

/// Runs the checks with our async side, and with our blocking one.
pub(super) fn run(
    programs: Programs<'_>,
    peer: &Peer,
    stack: &Stack,
    role: Role,
    folder: &Path,
) -> Vec<Outcome> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let log = folder.join(format!("interop-{number}.log"));
    let files = Files {
        socket: folder.join(format!("interop-{}-{number}.sock", std::process::id())),
        authority: folder.join("interop-authority.pem"),
        certificate: folder.join("interop-certificate.pem"),
        key: folder.join("interop-key.pem"),
    };
    let log_file = File::create(&log).expect("the folder is there");
    let start = |mut command: Command| {
        command.stderr(log_file.try_clone().expect("it is open"));
        Program::spawn(command)
    };
    let port = free_port();
    let theirs = |role_name: &str, server| {
        let mut command = Command::new(&peer.program);
        command.args(&peer.arguments).arg(role_name).arg(script(IDL));
        command.args(stack.arguments(port, &files, server));
        command.envs(peer.environment.iter().map(|(name, value)| (name, value)));
        command
    };
    let wire = stack.on_the_wire();
    let ours = |program: &Path, blocking: bool, server| {
        let mut command = Command::new(program);
        command.args(wire.arguments(port, &files, server));
        command.args(blocking.then_some("--blocking"));
        command
    };
    let listening = |program: Program| match stack.socket {
        Socket::Unix => program.try_listening_at(&files.socket),
        Socket::Tcp | Socket::Tls => program.try_listening_on(port),
    };
    // Nothing but failures comes of it.
    let patience = match known::fails_somewhere(peer.name, role, stack) {
        true => Duration::from_secs(8),
        false => PATIENCE,
    };
    let finish = |shell, client: Program| {
        let (lines, status) = client.outcome(patience);
        Outcome { shell, lines, status, log: log.clone() }
    };
    let not_started = |shell, error: &str| Outcome {
        shell,
        lines: vec![format!("FAIL server: {error}")],
        status: None,
        log: log.clone(),
    };
    let shells = [("async", false), ("blocking", true)].into_iter();
    // The blocking server has no HTTP.
    let shells = shells
        .filter(|(_, blocking)| !(*blocking && role == Role::Client && wire.transport == "http"));
    match role {
        Role::Server => match listening(start(theirs("server", true))) {
            Ok(_server) => {
                let client = |blocking| start(ours(programs.client, blocking, false));
                shells.map(|(shell, blocking)| finish(shell, client(blocking))).collect()
            }
            Err(error) => shells.map(|(shell, _)| not_started(shell, &error)).collect(),
        },
        Role::Client => shells
            .map(|(shell, blocking)| {
                match listening(start(ours(programs.server, blocking, true))) {
                    Ok(_server) => finish(shell, start(theirs("client", false))),
                    Err(error) => not_started(shell, &error),
                }
            })
            .collect(),
    }
}
