//! Servers and clients in processes of their own: this program once more, or another build of it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::Result;

/// A process that ends when this value is dropped.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    clock: ClockId,
}

impl Process {
    /// Starts the program with these arguments.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Process> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let input = child.stdin.take().ok_or("it has no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("it has no output")?);
        let clock = clock_getcpuclockid(Pid::from_raw(child.id().try_into()?))?;
        Ok(Process { child, input, output, clock })
    }

    /// Sends a line to it.
    ///
    /// # Errors
    /// It has ended.
    pub fn tell(&mut self, line: &str) -> Result<()> {
        Ok(writeln!(self.input, "{line}")?)
    }

    /// Waits for its next line, and reads the values in it.
    ///
    /// # Errors
    /// It has ended, or printed something else.
    pub fn hear<T: FromStr, const N: usize>(&mut self) -> Result<[T; N]> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err("it has ended".into());
        }
        let words: Vec<T> = line
            .split_whitespace()
            .map(|word| word.parse().map_err(|_| format!("it printed {line:?}")))
            .collect::<std::result::Result<_, _>>()?;
        <[T; N]>::try_from(words).map_err(|_| format!("it printed {line:?}").into())
    }

    /// The CPU time that it has used, in user and in kernel mode.
    ///
    /// # Errors
    /// It has ended.
    pub fn cpu(&self) -> Result<Duration> {
        Ok(self.clock.now()?.into())
    }

    /// Its resident memory in bytes.
    ///
    /// # Errors
    /// It has ended.
    pub fn resident(&self) -> Result<u64> {
        // Counted page by page, where `status` and `statm` are off by some pages for each core.
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let kilobytes = text
            .lines()
            .find_map(|line| line.strip_prefix("Rss:")?.trim().strip_suffix(" kB"))
            .ok_or("smaps_rollup has no line Rss")?;
        Ok(kilobytes.parse::<u64>()? * 1024)
    }

    /// How many files and sockets it has open.
    ///
    /// # Errors
    /// It has ended.
    pub fn descriptors(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }
}

/// The address on which a server says that it listens.
///
/// # Errors
/// It has ended.
pub fn address(server: &mut Process) -> Result<SocketAddr> {
    let [address] = server.hear()?;
    Ok(address)
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The CPU time that this process has used.
///
/// # Errors
/// The operating system does not tell.
pub fn own_cpu() -> Result<Duration> {
    Ok(ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?.into())
}

/// Ends this process when the one that started it has ended, or closes its input.
pub fn end_with_input() {
    std::thread::spawn(|| {
        // Nothing is sent to it.
        _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
}
