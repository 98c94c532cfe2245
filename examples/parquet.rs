//! Prints the schema of a Parquet file and the statistics of its columns: Thrift as a file format, without services.
//!
//! The file ends with its footer, a struct in the compact protocol, the length of that in four bytes, and `PAR1`.
//!
//! ```console
//! $ cargo run --example parquet [FILE]
//! ```

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use parquet::{ColumnMetaData, FileMetaData, SchemaElement, Type};

mod parquet {
    thriftly::thrift!("parquet.thrift");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/cities.parquet");
    let mut file = File::open(std::env::args().nth(1).as_deref().unwrap_or(example))?;
    let footer = read_footer(&mut file)?;
    let writer = footer.created_by.as_deref().unwrap_or("somebody");
    println!("{} rows in {} groups by {writer}", footer.num_rows, footer.row_groups.len());
    print_schema(&mut footer.schema.iter(), 0);
    for (number, group) in footer.row_groups.iter().enumerate() {
        println!("group {number}: {} rows", group.num_rows);
        group.columns.iter().filter_map(|chunk| chunk.meta_data.as_ref()).for_each(print_column);
    }
    Ok(())
}

fn read_footer(file: &mut File) -> Result<FileMetaData, Box<dyn std::error::Error>> {
    file.seek(SeekFrom::End(-8))?;
    let mut tail = [0; 8];
    file.read_exact(&mut tail)?;
    let [a, b, c, d, b'P', b'A', b'R', b'1'] = tail else { return Err("no Parquet file".into()) };
    let length = u32::from_le_bytes([a, b, c, d]);
    file.seek(SeekFrom::End(-8 - i64::from(length)))?;
    // The length may be wrong: only bytes that are there take memory.
    let mut footer = Vec::new();
    file.take(length.into()).read_to_end(&mut footer)?;
    Ok(thriftly::compact::from_slice(&footer)?)
}

/// Prints an element and its children, which follow it in the list. `None` is the end of the list.
fn print_schema<'a>(
    elements: &mut impl Iterator<Item = &'a SchemaElement>,
    depth: usize,
) -> Option<()> {
    let element = elements.next()?;
    let kind = element.r#type.map_or("group".to_owned(), |kind| kind.to_string());
    let repetition = element.repetition_type.map(|one| format!(" {one}")).unwrap_or_default();
    println!("{:1$}{2}: {kind}{repetition}", "", 2 * depth, element.name);
    // A file could nest them so deeply that the stack overflows.
    for _ in 0..element.num_children.filter(|_| depth < 64).unwrap_or(0) {
        print_schema(elements, depth + 1)?;
    }
    Some(())
}

fn print_column(column: &ColumnMetaData) {
    let ColumnMetaData { codec, num_values, total_compressed_size: size, .. } = column;
    let name = column.path_in_schema.join(".");
    print!("  {name}: {num_values} values, {size} bytes, {codec}");
    if let Some(statistics) = &column.statistics {
        let shown = |value: &Option<thriftly::Bytes>| {
            value.as_ref().map_or("?".to_owned(), |value| shown(column.r#type, value))
        };
        let (least, most) = (shown(&statistics.min_value), shown(&statistics.max_value));
        print!(", {} null, {least} to {most}", statistics.null_count.unwrap_or(0));
    }
    println!();
}

fn shown(kind: Type, value: &[u8]) -> String {
    match (kind, value.first_chunk(), value.first_chunk()) {
        (Type::Int32, Some(&bytes), _) => i32::from_le_bytes(bytes).to_string(),
        (Type::Int64, _, Some(&bytes)) => i64::from_le_bytes(bytes).to_string(),
        (Type::Double, _, Some(&bytes)) => f64::from_le_bytes(bytes).to_string(),
        _ => format!("{:?}", String::from_utf8_lossy(value)),
    }
}
