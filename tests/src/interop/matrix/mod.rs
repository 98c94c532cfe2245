//! The matrix: every check, between our programs and those of other implementations, in both directions.

mod compiled;
mod known;
mod peer;
mod report;
mod run;
mod stack;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;

pub use compiled::{cpp, go, java};
pub use known::Role;
pub use peer::{Peer, apache_python, node, perl, php, ruby, thriftpy, thriftpy2};
pub use report::Report;
pub use stack::{Socket, Stack};

/// Our two programs.
#[derive(Debug, Clone, Copy)]
pub struct Programs<'a> {
    /// `interop_server`
    pub server: &'a Path,
    /// `interop_client`
    pub client: &'a Path,
}

/// Runs all checks of the peers in all their stacks, several at a time, with files below the folder.
pub fn run(programs: Programs<'_>, peers: &[Peer], folder: &Path) -> Report {
    run::prepare(folder);
    let jobs = peers.iter().flat_map(|peer| {
        let jobs = |role| move |stack| (peer, stack, role);
        let called = peer.stacks.iter().chain(&peer.client_stacks);
        peer.stacks.iter().map(jobs(Role::Server)).chain(called.map(jobs(Role::Client)))
    });
    let jobs: Mutex<VecDeque<_>> = Mutex::new(jobs.collect());
    let report = Mutex::new(Report::default());
    let next = || jobs.lock().expect("it is not poisoned").pop_front();
    let work = || {
        while let Some((peer, stack, role)) = next() {
            let shells = run::run(programs, peer, stack, role, folder);
            report.lock().expect("it is not poisoned").add(peer, stack, role, shells);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        // Many checks wait for a time limit or for a program to start.
        for _ in 0..3 * threads {
            scope.spawn(work);
        }
    });
    report.into_inner().expect("it is not poisoned")
}
