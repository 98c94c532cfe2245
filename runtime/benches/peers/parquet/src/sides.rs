//! The sides of a comparison: each decoder with one input, ready to be run again and again.
//!
//! Time is that of decoding, without dropping the values.

use std::fmt;
use std::hint::black_box;

use parquet::file::metadata::{
    ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
};
use parquet_generated::format;
use parquet_generated::thrift::TSerializable;
use thrift::protocol::TCompactInputProtocol;
use thriftly::{Bytes, Decode, compact};
use thriftly_peers_measure::clock::{self, Work};
use thriftly_peers_measure::memory::{Held, held};

use crate::types::{self, lazy, lean, projected, scan, shared, views};

/// Values are made so that their encoded bytes are about so many before they are dropped.
const AT_ONCE: usize = 1 << 16;

/// Who decodes, and into what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// `thrift!` without options.
    Owned,
    /// With `enums: numbers`, `binary: small`, `strings: small`, short lists inline, and fields that few files have in a `Box`.
    Lean,
    /// With the option `strings: shared`.
    Shared,
    /// Text and bytes are borrowed from the input.
    Views,
    /// Those of the lean types.
    LeanViews,
    /// Without the fields that arrow-rs leaves out with the schema given and no statistics.
    Projected,
    /// Only what it takes to read the chunks of columns.
    Scan,
    /// Row groups are not decoded yet.
    Lazy,
    /// arrow-rs as it is by default: statistics of page encodings become a bit mask, and paths are
    /// those of the schema.
    Arrow,
    /// arrow-rs with all statistics of page encodings.
    ArrowFull,
    /// arrow-rs with the schema given and no statistics.
    ArrowProjected,
    /// The Apache crate, with the code of its compiler.
    Apache,
}

/// A decoder with its input.
pub struct Side {
    pub who: Who,
    pub work: Work,
    pub held: Held,
}

impl Who {
    pub const ALL: [Who; 12] = [
        Who::Owned,
        Who::Lean,
        Who::Shared,
        Who::Views,
        Who::LeanViews,
        Who::Projected,
        Who::Scan,
        Who::Lazy,
        Who::Arrow,
        Who::ArrowFull,
        Who::ArrowProjected,
        Who::Apache,
    ];
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Owned => "owned",
            Who::Lean => "lean",
            Who::Shared => "shared",
            Who::Views => "views",
            Who::LeanViews => "lean-views",
            Who::Projected => "projected",
            Who::Scan => "scan",
            Who::Lazy => "lazy",
            Who::Arrow => "arrow-rs",
            Who::ArrowFull => "arrow-rs-full",
            Who::ArrowProjected => "arrow-rs-projected",
            Who::Apache => "apache",
        })
    }
}

/// The side that decodes the footer. All can.
pub fn footer(who: Who, footer: &'static Bytes) -> Side {
    let side = Making { who, at_once: (AT_ONCE / footer.len()).clamp(1, 64) };
    match who {
        Who::Owned => side.of(move || whole::<types::FileMetaData>(footer)),
        Who::Lean => side.of(move || whole::<lean::FileMetaData>(footer)),
        Who::Shared => side.of(move || whole::<shared::FileMetaData>(footer)),
        Who::Views => side.of(move || borrowed::<views::FileMetaDataRef<'static>>(footer)),
        Who::LeanViews => side.of(move || borrowed::<lean::FileMetaDataRef<'static>>(footer)),
        Who::Projected => side.of(move || whole::<projected::FileMetaData>(footer)),
        Who::Scan => side.of(move || whole::<scan::FileMetaData>(footer)),
        Who::Lazy => side.of(move || whole::<lazy::FileMetaData>(footer)),
        Who::Arrow => side.of(arrow(footer, ParquetMetaDataOptions::new())),
        Who::ArrowFull => {
            side.of(arrow(footer, ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false)))
        }
        Who::ArrowProjected => {
            let schema = ParquetMetaDataReader::decode_schema(footer).expect("arrow-rs reads it");
            let options = ParquetMetaDataOptions::new()
                .with_schema(schema)
                .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
                .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
                .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
            side.of(arrow(footer, options))
        }
        Who::Apache => side.of(move || apache::<format::FileMetaData>(footer)),
    }
}

/// The side that decodes page headers, each with its page and more behind it, if it can.
pub fn pages(who: Who, pages: &'static [&'static [u8]]) -> Option<Side> {
    let side = Making { who, at_once: 1 };
    Some(match who {
        Who::Owned => side.of(move || each(pages, prefix::<types::PageHeader>)),
        Who::Lean => side.of(move || each(pages, prefix::<lean::PageHeader>)),
        Who::Views => side.of(move || each(pages, prefix::<views::PageHeaderRef<'static>>)),
        Who::LeanViews => side.of(move || each(pages, prefix::<lean::PageHeaderRef<'static>>)),
        Who::Apache => side.of(move || each(pages, apache::<format::PageHeader>)),
        _ => return None,
    })
}

/// A side in the making.
struct Making {
    who: Who,
    at_once: usize,
}

impl Making {
    fn of<T: 'static>(self, mut make: impl FnMut() -> T + 'static) -> Side {
        let held = held(&mut make);
        Side { who: self.who, work: clock::make(self.at_once, make), held }
    }
}

fn whole<T: for<'de> Decode<'de>>(footer: &'static Bytes) -> T {
    compact::from_bytes(black_box(footer)).expect("thriftly reads it")
}

fn borrowed<T: Decode<'static>>(footer: &'static Bytes) -> T {
    compact::from_slice(black_box(footer)).expect("thriftly reads it")
}

fn arrow(footer: &'static Bytes, options: ParquetMetaDataOptions) -> impl FnMut() -> Decoded {
    move || {
        let decoded =
            ParquetMetaDataReader::decode_metadata_with_options(black_box(footer), Some(&options));
        decoded.expect("arrow-rs reads it")
    }
}

type Decoded = parquet::file::metadata::ParquetMetaData;

fn apache<T: TSerializable>(bytes: &[u8]) -> T {
    T::read_from_in_protocol(&mut TCompactInputProtocol::new(black_box(bytes)))
        .expect("the Apache crate reads it")
}

fn prefix<T: Decode<'static>>(bytes: &'static [u8]) -> T {
    compact::from_prefix(black_box(bytes)).expect("thriftly reads it").0
}

/// Headers are dropped at once, as readers of pages do.
fn each<T>(pages: &'static [&'static [u8]], decode: impl Fn(&'static [u8]) -> T) {
    for page in pages {
        black_box(&decode(page));
    }
}
