//! What the matrix found: a line for each peer and stack, the known bugs, and what is not explained.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::checks;
use super::known::{ANY, KNOWN, Known, Role};
use super::peer::Peer;
use super::run::Outcome;
use super::stack::Stack;

/// The outcomes of all runs.
#[derive(Debug, Default)]
pub struct Report {
    /// By peer and stack: what each of our sides found, as server and as client.
    rows: BTreeMap<(&'static str, String), BTreeMap<&'static str, String>>,
    /// Bugs that occurred, by their number, with the runs.
    known: BTreeMap<usize, usize>,
    /// What is not explained.
    failures: Vec<String>,
    runs: usize,
}

impl Report {
    /// What is not explained: failures that are no known bugs, known bugs that did not occur, and checks that
    /// were skipped or not run.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(super) fn add(&mut self, peer: &Peer, stack: &Stack, role: Role, shells: Vec<Outcome>) {
        for outcome in shells {
            let cell = self.judge(peer, stack, role, &outcome);
            let column = match (role, outcome.shell) {
                (Role::Server, "async") => "async client",
                (Role::Server, _) => "blocking client",
                (Role::Client, "async") => "async server",
                (Role::Client, _) => "blocking server",
            };
            let row = self.rows.entry((peer.name, stack.to_string())).or_default();
            row.insert(column, cell);
        }
    }

    /// Judges one run, and returns its cell.
    fn judge(&mut self, peer: &Peer, stack: &Stack, role: Role, outcome: &Outcome) -> String {
        self.runs += 1;
        let any = |known: &Known| known.checks == ANY && known.applies(peer.name, role, stack);
        let number = KNOWN.iter().position(any);
        if let Some(number) = number {
            *self.known.entry(number).or_default() += 1;
            let failed = outcome.lines.iter().any(|line| line.starts_with("FAIL "));
            // It is ended early.
            if !failed && outcome.status.is_some() {
                let reason = KNOWN[number].reason;
                let shell = outcome.shell;
                let failure = format!(
                    "{}, {stack} ({shell}): no failure, against a known bug: {reason}",
                    peer.name
                );
                self.failures.push(failure);
            }
            return "known".into();
        }
        let bugs: Vec<_> = KNOWN
            .iter()
            .enumerate()
            .filter(|(_, known)| known.applies(peer.name, role, stack))
            .flat_map(|(number, known)| known.checks.iter().map(move |check| (*check, number)))
            .collect();
        let mut failures = Vec::new();
        let (mut passed, mut known) = (0, BTreeSet::new());
        let mut left = checks::names();
        for line in &outcome.lines {
            let Some((verdict, rest)) = line.split_once(' ') else { continue };
            if !["PASS", "FAIL", "SKIP"].contains(&verdict) {
                continue;
            }
            let (check, why) = rest.split_once(": ").unwrap_or((rest, ""));
            if check == "server" {
                failures.push(why.to_owned());
                left.clear();
                continue;
            }
            if left.first() != Some(&check) {
                failures.push(format!("{check} comes out of turn"));
            }
            left.retain(|name| *name != check);
            let bug = bugs.iter().find(|(name, _)| *name == check);
            match (verdict, bug) {
                ("PASS", None) => passed += 1,
                ("FAIL", Some((_, number))) => {
                    known.insert(check.to_owned());
                    *self.known.entry(*number).or_default() += 1;
                }
                ("PASS", Some((_, number))) => {
                    let reason = KNOWN[*number].reason;
                    failures.push(format!("{check} passes, against a known bug: {reason}"));
                }
                ("SKIP", None) if check == "second" && !stack.multiplex => {}
                ("SKIP", None) if check == "uuid" && !peer.has_uuid => {}
                _ => failures.push(format!("{verdict} {check}: {why}")),
            }
        }
        if !left.is_empty() {
            let status = outcome.status.map_or("no status".into(), |status| status.to_string());
            failures.push(format!("ends with {status} before {}", left.join(", ")));
        }
        let cell = match (failures.len(), known.len()) {
            (0, 0) => format!("{passed} pass"),
            (0, known) => format!("{passed} pass, {known} known"),
            (failures, _) => format!("{failures} FAILED"),
        };
        let direction = match role {
            Role::Server => "their server, our client",
            Role::Client => "their client, our server",
        };
        self.failures.extend(failures.iter().map(|failure| {
            let log = outcome.log.display();
            format!("{}, {stack}, {direction} ({}): {failure} ({log})", peer.name, outcome.shell)
        }));
        cell
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const COLUMNS: [&str; 4] =
            ["async client", "blocking client", "async server", "blocking server"];
        write!(f, "{:<20} {:<32}", "peer", "stack")?;
        COLUMNS.iter().try_for_each(|column| write!(f, " {column:<17}"))?;
        for ((peer, stack), cells) in &self.rows {
            write!(f, "\n{peer:<20} {stack:<32}")?;
            for column in COLUMNS {
                write!(f, " {:<17}", cells.get(column).map_or("-", |cell| cell))?;
            }
        }
        writeln!(f, "\n\nknown bugs of peers:")?;
        for (number, times) in &self.known {
            let known = &KNOWN[*number];
            let roles: Vec<_> = known.roles.iter().map(Role::to_string).collect();
            let roles = roles.join(" and ");
            let checks =
                if known.checks == ANY { "some checks".into() } else { known.checks.join(", ") };
            writeln!(f, "- {} as {roles}: {} ({checks}; {times} times)", known.peer, known.reason)?;
        }
        writeln!(f, "\n{} runs, {} failures", self.runs, self.failures.len())?;
        self.failures.iter().try_for_each(|failure| writeln!(f, "- {failure}"))
    }
}
