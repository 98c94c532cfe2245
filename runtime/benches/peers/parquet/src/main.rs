//! How fast thriftly decodes the footers and page headers of Parquet files beside
//! [arrow-rs](https://docs.rs/parquet), whose decoder was written by hand for this one IDL, and beside the
//! Apache crate with the code that its compiler generates, on the same bytes, in the same run.
//!
//! ```console
//! $ cargo run --release --manifest-path runtime/benches/peers/parquet/Cargo.toml [FILE]
//! $ cargo run --release --manifest-path runtime/benches/peers/parquet/Cargo.toml chart FILE
//! $ cargo run --release --manifest-path runtime/benches/peers/parquet/Cargo.toml repeat FILE SIDE TIMES
//! $ cargo test --release --manifest-path runtime/benches/peers/parquet/Cargo.toml
//! ```
//!
//! FILE is a part of the name of a file in `files.py`, which makes all of them the first time, by pyarrow in an
//! environment below the target folder. `2000x20` has 2,000 columns and 20 row groups.
//!
//! **Without a word** it measures in three processes, one after the other, because addresses and the state of the
//! heap differ from process to process. Each interleaves rounds of all sides by the thread's own clock and takes medians
//! (`measure/`). A row reads `row=footer/FILE/OURS peer=PEER ratio=…>=TARGET ok|MISS spread=…`: 2 means twice as fast as the peer,
//! and the spread is that of the three. `memory` is how many times as many bytes the value holds. The time of page headers
//! is that of one. `rows.rs` has the comparisons and their targets, `sides.rs` who takes part.
//!
//! **`chart`** draws the times of footers as SVG, too (`drawn.rs`).
//!
//! **`repeat`** does the work of one side so many times, for a profiler.

mod drawn;
mod files;
mod rows;
mod sides;
mod types;

use std::process::ExitCode;

use thriftly_peers_measure::chart::Group;
use thriftly_peers_measure::memory::Counting;
use thriftly_peers_measure::{clock, machine, processes};

use crate::files::File;
use crate::rows::{Comparison, Figure, Row};
use crate::sides::{Side, Who};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["once", file] => {
            once(file);
            Ok(())
        }
        ["repeat", file, side, times] => repeat(file, side, times),
        ["chart", file] => compare("").and_then(|groups| drawn::write(groups, file.as_ref())),
        [] => compare("").map(drop),
        [file] => compare(file).map(drop),
        _ => Err("usage: [FILE] | chart FILE | repeat FILE SIDE TIMES".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Footers and page headers of files with these letters in their names.
fn inputs(part: &str) -> Vec<Input> {
    let footers = files::FOOTERS.iter().map(|file| Input { kind: Kind::Footer, file });
    let pages = files::PAGES.iter().map(|file| Input { kind: Kind::Pages, file });
    footers.chain(pages).filter(|input| input.file.contains(part)).collect()
}

/// What is decoded.
struct Input {
    kind: Kind,
    file: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    Footer,
    Pages,
}

impl Input {
    fn name(&self) -> String {
        match self.kind {
            Kind::Footer => format!("footer/{}", self.file),
            Kind::Pages => format!("pages/{}", self.file),
        }
    }

    fn comparisons(&self) -> &'static [Comparison] {
        match self.kind {
            Kind::Footer => &rows::FOOTERS,
            Kind::Pages => &rows::PAGES,
        }
    }

    /// The sides that can decode it, and of how many values their times are.
    fn sides(&self) -> (Vec<Side>, usize) {
        let file = File::open(&files::folder(), self.file);
        let all = Who::ALL.into_iter();
        match self.kind {
            Kind::Footer => (all.map(|who| sides::footer(who, file.footer)).collect(), 1),
            Kind::Pages => {
                let pages = file.pages().leak();
                (all.filter_map(|who| sides::pages(who, pages)).collect(), pages.len())
            }
        }
    }
}

/// Measures all sides of the inputs, and prints what `compare` reads.
fn once(part: &str) {
    for input in inputs(part) {
        let (mut sides, values) = input.sides();
        let mut works: Vec<_> = sides.iter_mut().map(|side| &mut side.work).collect();
        let medians = clock::medians(&mut works);
        for (side, nanos) in sides.iter().zip(medians) {
            let name = format!("{}/{}", input.name(), side.who);
            processes::print(&format!("{name} time"), nanos / values as f64);
            processes::print(&format!("{name} memory"), side.held.bytes as f64);
            processes::print(&format!("{name} allocations"), side.held.allocations as f64);
        }
    }
}

/// Prints a row for each comparison of the inputs, and how many miss their targets. Returns the times of footers for a
/// chart.
fn compare(part: &str) -> Result<Vec<Group>, String> {
    println!("{}", machine::described());
    let folder = files::folder();
    let (mut rows, mut misses, mut groups) = (0, 0, Vec::new());
    for input in inputs(part) {
        let figures = processes::run(&["once", input.file])?;
        let file = File::open(&folder, input.file);
        let name = input.name();
        let allocations = |who| figures.get(&format!("{name}/{who} allocations"))[0];
        match input.kind {
            Kind::Footer => {
                println!(
                    "{name}: {} bytes, allocations: {}",
                    file.footer.len(),
                    Who::ALL.map(|who| format!("{who} {}", allocations(who))).join(", ")
                );
                let size = bytes(file.footer.len());
                let times = |who| figures.get(&format!("{name}/{who} time")).to_vec();
                groups.push(drawn::group(format!("{}, {size}", input.file), times));
            }
            Kind::Pages => println!("{name}: {} pages", file.pages().len()),
        }
        for &comparison in input.comparisons() {
            let (kind, most) = match (comparison.figure, input.kind) {
                (Figure::Speed, Kind::Pages) => ("time", rows::PAGE),
                (Figure::Speed, Kind::Footer) => ("time", f64::INFINITY),
                (Figure::Memory, _) => ("memory", f64::INFINITY),
            };
            let of = |who: Who| figures.get(&format!("{name}/{who} {kind}")).to_vec();
            let (ours, theirs) = (of(comparison.ours), of(comparison.peer));
            let row = Row { name: name.clone(), comparison, ours, theirs, most };
            println!("{row}");
            rows += 1;
            misses += u32::from(!row.is_met());
        }
    }
    if rows == 0 {
        return Err(format!("there is no file with {part} in its name in files.py"));
    }
    println!("MISS: {misses} of {rows} rows");
    Ok(groups)
}

/// A size as people read it.
fn bytes(count: usize) -> String {
    match count as f64 / 1024.0 {
        kilobytes @ 1000.0.. => format!("{:.1} MB", kilobytes / 1024.0),
        kilobytes @ 10.0.. => format!("{kilobytes:.0} KB"),
        kilobytes => format!("{kilobytes:.1} KB"),
    }
}

/// Does the work of one side.
fn repeat(file: &str, side: &str, times: &str) -> Result<(), String> {
    let input = inputs(file).pop().ok_or_else(|| format!("there is no file {file}"))?;
    let who = Who::ALL.into_iter().find(|who| who.to_string() == side);
    let who = who.ok_or_else(|| format!("there is no side {side}, only: {:?}", Who::ALL))?;
    let times = times.parse().map_err(|error| format!("{times}: {error}"))?;
    let open = File::open(&files::folder(), input.file);
    let side = match input.kind {
        Kind::Footer => Some(sides::footer(who, open.footer)),
        Kind::Pages => sides::pages(who, open.pages().leak()),
    };
    let mut side = side.ok_or_else(|| format!("{who} does not decode pages alone"))?;
    (side.work)(times);
    Ok(())
}

#[cfg(test)]
mod tests {
    use thriftly::{Decode, Encode, compact};

    use crate::files::{self, FOOTERS, File, PAGES};
    use crate::types::{self, FileMetaData, PageHeader, lazy, lean, shared, views};

    fn files() -> impl Iterator<Item = (&'static str, File)> {
        let folder = files::folder();
        FOOTERS.iter().chain(&PAGES).map(move |&name| (name, File::open(&folder, name)))
    }

    fn again<T: Encode + Decode<'static>>(bytes: &'static [u8]) -> Vec<u8> {
        compact::to_vec(&compact::from_slice::<T>(bytes).expect("it is decoded")).expect("it fits")
    }

    #[test]
    fn footers_come_back_byte_for_byte() {
        for (name, File { footer, .. }) in files() {
            assert!(again::<FileMetaData>(footer) == *footer, "{name}");
            assert!(again::<lean::FileMetaData>(footer) == *footer, "{name}");
            assert!(again::<shared::FileMetaData>(footer) == *footer, "{name}");
            assert!(again::<views::FileMetaDataRef>(footer) == *footer, "{name}");
            assert!(again::<lean::FileMetaDataRef>(footer) == *footer, "{name}");
            assert!(again::<lazy::FileMetaData>(footer) == *footer, "{name}");
            let lazy: lazy::FileMetaData = compact::from_bytes(footer).expect("it is decoded");
            let owned: FileMetaData = compact::from_bytes(footer).expect("it is decoded");
            let groups = lazy.row_groups.get().expect("they are decoded").len();
            assert_eq!(groups, owned.row_groups.len(), "{name}");
        }
    }

    #[test]
    fn page_headers_come_back_byte_for_byte() {
        let mut pages = 0;
        for (name, file) in files() {
            for page in file.pages() {
                let (header, length): (PageHeader, _) =
                    compact::from_prefix(page).expect("it is decoded");
                assert_eq!(compact::to_vec(&header).expect("it fits"), page[..length], "{name}");
                pages += 1;
            }
        }
        assert!(pages > 10_000, "{pages}");
    }

    #[test]
    fn footers_that_are_cut_need_more() {
        for (name, File { footer, .. }) in files() {
            // All ends of small ones.
            let step = if footer.len() < 1 << 14 { 1 } else { footer.len() / 100 };
            for end in (0..footer.len()).step_by(step) {
                let cut = compact::from_prefix::<FileMetaData>(&footer[..end]);
                let needed = cut.expect_err("it is not whole").needed();
                let needed = needed.unwrap_or_else(|| panic!("{name} does not need more at {end}"));
                assert!(needed <= footer.len() - end, "{name}: {needed} at {end}");
            }
        }
    }

    #[test]
    fn page_headers_that_are_cut_need_more() {
        for (_, file) in files() {
            for page in file.pages().into_iter().step_by(101) {
                let (_, length) = compact::from_prefix::<PageHeader>(page).expect("it is decoded");
                for end in 0..length {
                    let cut = compact::from_prefix::<types::PageHeader>(&page[..end]);
                    assert!(cut.expect_err("it is not whole").needed().is_some(), "{end}");
                }
            }
        }
    }

    #[test]
    fn pyarrow_reads_files_with_our_footers() {
        let folder = files::folder();
        let copies = folder.with_extension(format!("copies-{}", std::process::id()));
        std::fs::create_dir_all(&copies).expect("a folder can be made");
        for (name, file) in files() {
            let mut footer: FileMetaData = compact::from_slice(file.footer).expect("it is decoded");
            footer.created_by = Some("thriftly".into());
            let footer = compact::to_vec(&footer).expect("it fits");
            let copy = copies.join(format!("{name}.parquet"));
            std::fs::write(copy, file.with_footer(&footer)).expect("it can be written");
        }
        files::python(&["compare".as_ref(), &folder, &copies]);
        std::fs::remove_dir_all(&copies).expect("it was made here");
    }
}
