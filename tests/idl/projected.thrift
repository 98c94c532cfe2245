/** A footer of a file of columns. */
struct Footer {
  1: required i32 version,
  2: required i64 rows,
  3: required list<Group> groups,
  4: optional Text creator,
}

typedef string Text

struct Group {
  1: required i64 size,
  2: required list<Column> columns = [USUAL, USUAL],
}

enum Codec { NONE, SNAPPY, ZSTD }

struct Column {
  1: required list<string> path,
  2: required i64 offset,
  3: optional Statistics statistics,
  4: optional list<Statistics> by_page = [{ "max": 1 }],
  5: required Codec codec,
}

struct Statistics {
  1: optional i64 max,
  2: optional i64 min,
}

const Column USUAL = { "codec": Codec.SNAPPY, "path": ["usual"], "statistics": { "min": 3 }, "offset": 4 }
