//! Command line options: the cases to measure.

use std::path::PathBuf;

use crate::Result;
use crate::targets;

pub struct Options {
    /// Rounds of which the median counts.
    pub rounds: usize,
    /// Another build of this program, whose sides of thriftly take part.
    before: Option<PathBuf>,
    /// Who takes part; all, if nobody is named.
    sides: Vec<String>,
    /// Parts of the names of rows.
    rows: Vec<String>,
}

/// Somebody who takes part.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How it is called in the report.
    pub label: String,
    /// How the program calls it.
    pub side: &'static str,
    pub program: PathBuf,
}

impl Options {
    /// # Errors
    /// An option is unknown, or lacks its value.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Options> {
        let mut options = Options { rounds: 9, before: None, sides: Vec::new(), rows: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            match &*argument {
                "--rounds" => options.rounds = value()?.parse::<usize>()?.max(1),
                "--before" => options.before = Some(value()?.into()),
                "--sides" => options.sides.extend(value()?.split(',').map(str::to_owned)),
                option if option.starts_with('-') => {
                    return Err(format!("there is no option {option}").into());
                }
                _ => options.rows.push(argument),
            }
        }
        Ok(options)
    }

    /// Whether the row is measured: all parts are in its name.
    pub fn wants(&self, row: &str) -> bool {
        let row = format!("/{row}/");
        self.rows.iter().all(|part| row.contains(&format!("/{}/", part.trim_matches('/'))))
    }

    /// Those of the sides who take part; behind ours those of the build before.
    ///
    /// # Errors
    /// The path of this program is not known.
    pub fn entries(&self, sides: impl Iterator<Item = &'static str>) -> Result<Vec<Entry>> {
        let here = std::env::current_exe()?;
        let mut entries = Vec::new();
        for side in sides {
            entries.push(Entry { label: side.to_owned(), side, program: here.clone() });
            if let (Some(label), Some(program)) = (targets::before(side), &self.before) {
                entries.push(Entry { label, side, program: program.clone() });
            }
        }
        entries.retain(|entry| self.sides.is_empty() || self.sides.contains(&entry.label));
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn options(arguments: &[&str]) -> Options {
        Options::parse(arguments.iter().map(|&argument| argument.to_owned()))
            .expect("they are understood")
    }

    #[test]
    fn rows_are_picked_by_whole_parts_of_their_names() {
        let row = "server/ping/16x16/unpinned";
        for wanted in [&[][..], &["server"], &["ping/16x16"], &["unpinned", "ping"]] {
            assert!(options(wanted).wants(row), "{wanted:?}");
        }
        for other in [&["16x1"][..], &["pinned"], &["server", "echo"], &["server/16x16"]] {
            assert!(!options(other).wants(row), "{other:?}");
        }
    }

    #[test]
    fn sides_of_another_build_stand_behind_ours() {
        let labels = |arguments: &[&str]| {
            let sides = ["thriftly", "thriftly-blocking", "volo"];
            let entries = options(arguments).entries(sides.into_iter()).expect("we have a path");
            entries.into_iter().map(|entry| entry.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(&[]), ["thriftly", "thriftly-blocking", "volo"]);
        assert_eq!(
            labels(&["--before", "/old"]),
            ["thriftly", "before", "thriftly-blocking", "before-blocking", "volo"]
        );
        assert_eq!(labels(&["--sides", "before,volo", "--before", "/old"]), ["before", "volo"]);
        assert!(Options::parse(["--before".to_owned()]).is_err());
        assert!(Options::parse(["--fast".to_owned()]).is_err());
    }
}
