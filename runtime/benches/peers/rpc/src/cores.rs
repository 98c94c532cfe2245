//! Which cores a process runs on.

use std::fmt;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::Result;

/// Where both ends of the connections run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// The measured side on the first core, its peer on the last.
    Pinned,
    /// Wherever the operating system has them.
    Unpinned,
}

impl Placement {
    pub const ALL: [Placement; 2] = [Placement::Pinned, Placement::Unpinned];

    /// The cores for what is measured, and those for the other end, out of those that there are.
    pub fn split(self, cores: &[usize]) -> (Vec<usize>, Vec<usize>) {
        match (self, cores) {
            (Placement::Pinned, [first, .., last]) => (vec![*first], vec![*last]),
            _ => (cores.to_vec(), cores.to_vec()),
        }
    }

    /// Whether that can be had with these cores.
    pub fn is_possible(self, cores: &[usize]) -> bool {
        self == Placement::Unpinned || cores.len() > 1
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Placement::Pinned => "pinned",
            Placement::Unpinned => "unpinned",
        })
    }
}

/// The cores that the calling thread may run on.
///
/// # Errors
/// The operating system does not tell.
pub fn allowed() -> Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    let mut cores = Vec::new();
    for core in 0..CpuSet::count() {
        if set.is_set(core)? {
            cores.push(core);
        }
    }
    Ok(cores)
}

/// Lets the calling thread, and those that it starts from now on, run on these cores only.
///
/// # Errors
/// None of them is one on which the process may run.
pub fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for &core in cores {
        set.set(core)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// Cores as an argument of a process.
pub fn to_argument(cores: &[usize]) -> String {
    cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
}

/// The cores of such an argument.
///
/// # Errors
/// They are no numbers.
pub fn from_argument(cores: &str) -> Result<Vec<usize>> {
    Ok(cores.split(',').map(str::parse).collect::<std::result::Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::{Placement, allowed, from_argument, pin, to_argument};

    #[test]
    fn both_ends_have_a_core_of_their_own() {
        assert_eq!(Placement::Pinned.split(&[2, 3, 5]), (vec![2], vec![5]));
        assert_eq!(Placement::Unpinned.split(&[2, 3]), (vec![2, 3], vec![2, 3]));
        assert!(!Placement::Pinned.is_possible(&[2]));
        assert_eq!(from_argument(&to_argument(&[2, 5])).expect("they are numbers"), [2, 5]);
    }

    #[test]
    fn a_thread_stays_where_it_is_put() {
        let cores = allowed().expect("it is known");
        pin(&cores[..1]).expect("it may run there");
        assert_eq!(allowed().expect("it is known"), cores[..1]);
    }
}
