//! Figures of several processes, because addresses and the state of the heap differ from one to the next.

use std::collections::BTreeMap;
use std::process::Command;

/// In how many processes each side is measured.
pub const PROCESSES: usize = 3;

/// What glibc is told: to keep memory rather than to return it to the system.
///
/// By default it returns what is at the end of the heap, which depends on what was freed last. So one side would get its
/// pages anew from the system in each round, which takes as long as decoding does, and another would not, by chance. In a
/// server under load the heap stays as large as it is.
const KEPT: [(&str, &str); 2] =
    [("MALLOC_TRIM_THRESHOLD_", "17179869184"), ("MALLOC_MMAP_THRESHOLD_", "17179869184")];

/// Stands before each figure.
const MARK: &str = "figure";

/// Figures by name, one of each process.
pub struct Figures(BTreeMap<String, Vec<f64>>);

impl Figures {
    /// Those of the name.
    ///
    /// # Panics
    /// There are none.
    pub fn get(&self, name: &str) -> &[f64] {
        self.0.get(name).unwrap_or_else(|| panic!("{name} was not measured"))
    }
}

/// Hands a figure to the process that called [`run`].
pub fn print(name: &str, value: f64) {
    println!("{MARK} {value} {name}");
}

/// Runs this program with the arguments [`PROCESSES`] times, and collects the figures that it prints.
///
/// # Errors
/// The program cannot be run, or fails.
pub fn run(arguments: &[&str]) -> Result<Figures, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut figures = BTreeMap::<_, Vec<f64>>::new();
    for _ in 0..PROCESSES {
        let output = Command::new(&program).args(arguments).envs(KEPT).output();
        let output = output.map_err(|error| format!("{program:?} cannot be run: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{program:?} {arguments:?}: {}\n{said}", output.status));
        }
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let mut words = line.splitn(3, ' ');
            if let (Some(MARK), Some(value), Some(name)) =
                (words.next(), words.next(), words.next())
            {
                let value = value.parse().map_err(|error| format!("{line}: {error}"))?;
                figures.entry(name.to_owned()).or_default().push(value);
            }
        }
    }
    Ok(Figures(figures))
}
