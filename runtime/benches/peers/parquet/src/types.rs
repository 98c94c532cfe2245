//! The types as `thrift!` makes them.

thriftly::thrift!("../../../../../examples/parquet.thrift");

/// The same with [`SharedStr`](thriftly::SharedStr) for strings.
pub mod shared {
    thriftly::thrift!("../../../../../examples/parquet.thrift", strings: shared);
}

/// The same with the types that borrow text and bytes from the footer.
pub mod views {
    thriftly::thrift!("../../../../../examples/parquet.thrift", views: true);
}

/// The same with less memory: enums are numbers, short text, bytes and lists are inline, and what few files have is boxed.
pub mod lean {
    use smallvec::SmallVec;

    thriftly::thrift!(
        "../../../../../examples/parquet.thrift",
        enums: numbers,
        binary: small,
        strings: small,
        views: true,
        boxed: [
            "ColumnMetaData.{key_value_metadata, geospatial_statistics}",
            "ColumnChunk.{file_path, crypto_metadata, encrypted_column_metadata}",
            "PageHeader.data_page_header_v2",
        ],
        types: {
            "ColumnMetaData.path_in_schema": SmallVec<[thriftly::SmallStr; 1]>,
            "ColumnMetaData.encodings": SmallVec<[Encoding; 4]>,
            "ColumnMetaData.encoding_stats": SmallVec<[PageEncodingStats; 3]>,
            "SizeStatistics.repetition_level_histogram": SmallVec<[i64; 2]>,
            "SizeStatistics.definition_level_histogram": SmallVec<[i64; 2]>,
        },
    );
}

/// What a scan needs that has the schema and does not prune by statistics: what arrow-rs keeps if it is
/// told so.
pub mod projected {
    use smallvec::SmallVec;

    thriftly::thrift!(
        "../../../../../examples/parquet.thrift",
        enums: numbers,
        binary: small,
        strings: small,
        boxed: [
            "ColumnMetaData.{key_value_metadata, geospatial_statistics}",
            "ColumnChunk.{file_path, crypto_metadata, encrypted_column_metadata}",
        ],
        types: { "ColumnMetaData.encodings": SmallVec<[Encoding; 4]> },
        skip: [
            "FileMetaData.schema",
            "ColumnMetaData.{path_in_schema, statistics, encoding_stats, size_statistics}",
        ],
    );
}

/// What reads the chunks of some columns: where they are, and how they are compressed. Pages have their encodings
/// themselves.
pub mod scan {
    thriftly::thrift!(
        "../../../../../examples/parquet.thrift",
        enums: numbers,
        only: [
            "FileMetaData.{version, num_rows, row_groups}",
            "RowGroup.{columns, total_byte_size, num_rows}",
            "ColumnChunk.{file_path, file_offset, meta_data}",
            "ColumnMetaData.{type, codec, num_values, total_uncompressed_size, total_compressed_size, \
             data_page_offset, dictionary_page_offset}",
        ],
    );
}

/// Row groups are decoded when they are needed.
pub mod lazy {
    thriftly::thrift!("../../../../../examples/parquet.thrift", lazy: ["FileMetaData.row_groups"]);
}
