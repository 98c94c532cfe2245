//! All comparisons at a glance, as a table for a README.

use std::fmt::Write;

use crate::rows::Row;
use crate::sides::{Direction, Protocol, Who};

/// How many bytes a side makes of a workload's value.
pub struct Size {
    pub workload: &'static str,
    pub protocol: Protocol,
    pub who: Who,
    pub bytes: usize,
}

/// The columns: a protocol, and a peer in it.
const COLUMNS: [(Protocol, Who, &str); 5] = [
    (Protocol::Binary, Who::Pilota, "binary vs pilota"),
    (Protocol::Binary, Who::PilotaUnsafe, "vs unsafe-codec"),
    (Protocol::Binary, Who::Prost, "vs prost"),
    (Protocol::Binary, Who::Apache, "vs Apache"),
    (Protocol::Compact, Who::Apache, "compact vs Apache"),
];

/// A line for each workload and variant, in the order of the rows. In each cell stand the ratios
/// of encoding and decoding, as far as they were measured.
pub fn markdown(rows: &[Row], sizes: &[Size]) -> String {
    let mut lines: Vec<(&str, &str)> = Vec::new();
    for row in rows {
        let line = (row.workload, row.variant.name);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut table = String::from("| encode / decode |");
    COLUMNS.iter().for_each(|(.., title)| push(&mut table, format_args!(" {title} |")));
    table.push_str(" bytes: binary, compact, prost |\n|");
    table.push_str(&"---|".repeat(COLUMNS.len() + 2));
    table.push('\n');
    for (workload, variant) in lines {
        push(&mut table, format_args!("| {workload}{variant} |"));
        for (protocol, peer, _) in COLUMNS {
            let ratio = |direction| {
                let row = rows.iter().find(|row| {
                    (row.workload, row.variant.name) == (workload, variant)
                        && (row.protocol, row.peer, row.direction) == (protocol, peer, direction)
                });
                row.map_or("–".to_owned(), |row| format!("{:.1}", row.ratio().median()))
            };
            let (encode, decode) = (ratio(Direction::Encode), ratio(Direction::Decode));
            push(&mut table, format_args!(" {encode} / {decode} |"));
        }
        let size = |protocol, who| {
            let mut sizes = sizes.iter();
            let same = |size: &&Size| {
                (size.workload, size.protocol, size.who) == (workload, protocol, who)
            };
            sizes.find(same).map_or(0, |size| size.bytes)
        };
        push(
            &mut table,
            format_args!(
                " {}, {}, {} |\n",
                size(Protocol::Binary, Who::Memcpy),
                size(Protocol::Compact, Who::Memcpy),
                size(Protocol::Binary, Who::Prost),
            ),
        );
    }
    table
}

fn push(table: &mut String, cell: std::fmt::Arguments<'_>) {
    table.write_fmt(cell).expect("a String takes all");
}

#[cfg(test)]
mod tests {
    use super::{Size, markdown};
    use crate::rows::{Row, Target};
    use crate::sides::{Direction, OWNED, Protocol, SHARED, Who};

    #[test]
    fn a_line_has_what_was_measured_and_dashes() {
        let row = |variant, direction, protocol, peer, ours| Row {
            workload: "small",
            direction,
            protocol,
            variant,
            peer,
            bytes: 39,
            ours,
            theirs: vec![30.0],
            memcpy: vec![8.0],
            target: Target::compact(),
        };
        let rows = [
            row(OWNED, Direction::Encode, Protocol::Binary, Who::Pilota, vec![10.0]),
            row(OWNED, Direction::Decode, Protocol::Binary, Who::Pilota, vec![20.0]),
            row(SHARED, Direction::Decode, Protocol::Compact, Who::Apache, vec![5.0]),
        ];
        let size = |protocol, who, bytes| Size { workload: "small", protocol, who, bytes };
        let sizes = [
            size(Protocol::Binary, Who::Memcpy, 39),
            size(Protocol::Compact, Who::Memcpy, 32),
            size(Protocol::Binary, Who::Prost, 31),
        ];
        let lines: Vec<_> = markdown(&rows, &sizes).lines().skip(2).map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "| small | 3.0 / 1.5 | – / – | – / – | – / – | – / – | 39, 32, 31 |",
                "| small/shared | – / – | – / – | – / – | – / – | – / 6.0 | 39, 32, 31 |",
            ]
        );
    }
}
