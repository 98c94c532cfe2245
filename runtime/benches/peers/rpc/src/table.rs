//! All lines at a glance, as tables for a README.

use std::fmt::Write;

use crate::line::Line;

/// Tables of the named figures, with a line for each row and a column for each side.
pub fn markdown(lines: &[Line], figures: &[(&str, &str)]) -> String {
    let mut tables = String::new();
    for (figure, title) in figures {
        let lines: Vec<&Line> = lines.iter().filter(|line| line.figure(figure).is_some()).collect();
        if lines.is_empty() {
            continue;
        }
        let rows = distinct(lines.iter().map(|line| &*line.row));
        let sides = distinct(lines.iter().map(|line| &*line.side));
        push(&mut tables, format_args!("| {title} |"));
        sides.iter().for_each(|side| push(&mut tables, format_args!(" {side} |")));
        push(&mut tables, format_args!("\n|{}\n", "---|".repeat(sides.len() + 1)));
        for row in rows {
            push(&mut tables, format_args!("| {row} |"));
            for side in &sides {
                let line = lines.iter().find(|line| (&*line.row, &*line.side) == (row, side));
                match line.and_then(|line| line.figure(figure)) {
                    Some(figure) => push(&mut tables, format_args!(" {figure} |")),
                    None => push(&mut tables, format_args!(" – |")),
                }
            }
            tables.push('\n');
        }
        tables.push('\n');
    }
    tables
}

/// In the order in which they come first.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

fn push(tables: &mut String, cell: std::fmt::Arguments<'_>) {
    tables.write_fmt(cell).expect("a String takes all");
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use crate::figures::Figure;
    use crate::line::Line;

    #[test]
    fn a_table_has_what_was_measured_and_dashes() {
        let line = |row: &str, side: &str, figure| Line {
            row: row.into(),
            side: side.into(),
            figures: vec![figure],
            comparisons: Vec::new(),
        };
        let lines = [
            line("server/ping", "thriftly", Figure::cpu(9.0)),
            line("server/ping", "volo", Figure::cpu(14.0)),
            line("server/echo", "volo", Figure::cpu(21.0)),
            line("client/ping", "volo", Figure::rate(19_000.0)),
        ];
        assert_eq!(
            markdown(&lines, &[("cpu", "CPU"), ("rate", "calls"), ("bytes", "memory")]),
            "| CPU | thriftly | volo |\n|---|---|---|\n| server/ping | 9.00us | 14.00us |\n\
             | server/echo | – | 21.00us |\n\n\
             | calls | volo |\n|---|---|\n| client/ping | 19000/s |\n\n"
        );
    }
}
