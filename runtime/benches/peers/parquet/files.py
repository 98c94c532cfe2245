"""Writes the files of the bench, the same ones each time, or checks copies of them whose footers name another writer.

    files.py write FOLDER
    files.py compare FOLDER COPIES
"""

import decimal
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq


def numbers(rng, rows):
    return pa.array([rng.randrange(1 << 40) for _ in range(rows)])


def doubles(rng, rows):
    return pa.array([rng.random() for _ in range(rows)])


def words(rng, rows):
    return pa.array([f"value {rng.randrange(1000)}" for _ in range(rows)])


def wide(columns, groups):
    """Numbers, doubles and text in turn, two rows in each row group."""
    rng, rows = random.Random(columns * groups), 2 * groups
    kinds = [numbers, doubles, words]
    table = pa.table({f"column_{at}": kinds[at % 3](rng, rows) for at in range(columns)})
    return table, {"row_group_size": 2}


def typed():
    """A column of each kind of type, some nested, some with nulls."""
    rows = 100
    table = pa.table(
        {
            "flag": pa.array([at % 3 == 0 for at in range(rows)]),
            "small": pa.array(range(rows), pa.int8()),
            "unsigned": pa.array(range(rows), pa.uint32()),
            "price": pa.array([decimal.Decimal(at) / 100 for at in range(rows)], pa.decimal128(12, 2)),
            "day": pa.array(range(rows), pa.date32()),
            "time": pa.array(range(rows), pa.time64("us")),
            "stamp": pa.array(range(rows), pa.timestamp("ms", "UTC")),
            "nanos": pa.array(range(rows), pa.timestamp("ns")),
            "name": pa.array([None if at % 7 == 0 else f"name {at}" for at in range(rows)]),
            "raw": pa.array([bytes([at]) * 3 for at in range(rows)], pa.binary(3)),
            "nothing": pa.nulls(rows),
            "tags": pa.array([["a", "b"][: at % 3] for at in range(rows)]),
            "counts": pa.array([[(f"k{at}", at)] for at in range(rows)], pa.map_(pa.string(), pa.int64())),
            "point": pa.array([{"x": at, "y": {"z": at / 2}} for at in range(rows)]),
        }
    )
    return table, {"compression": "zstd", "write_page_index": True}


def plain():
    """Five columns as many files have them."""
    rng, rows = random.Random(5), 1000
    table = pa.table(
        {
            "id": numbers(rng, rows),
            "name": words(rng, rows),
            "city": words(rng, rows),
            "score": doubles(rng, rows),
            "weight": doubles(rng, rows),
        }
    )
    return table, {}


def paged(version):
    """Thousands of pages, each with a header."""
    rng, rows = random.Random(7), 100_000
    table = pa.table({"id": numbers(rng, rows), "name": words(rng, rows), "score": doubles(rng, rows)})
    return table, {"data_page_size": 256, "write_batch_size": 32, "data_page_version": version}


FILES = {
    "plain": plain,
    "typed": typed,
    "2000x1": lambda: wide(2000, 1),
    "2000x3": lambda: wide(2000, 3),
    "9x2000": lambda: wide(9, 2000),
    "2000x20": lambda: wide(2000, 20),
    "10000x10": lambda: wide(10_000, 10),
    "pages-v1": lambda: paged("1.0"),
    "pages-v2": lambda: paged("2.0"),
}


def write(folder):
    for name, make in FILES.items():
        table, options = make()
        pq.write_table(table, folder / f"{name}.parquet", **options)


def compare(folder, copies):
    for name in FILES:
        one, other = (pq.ParquetFile(each / f"{name}.parquet") for each in (folder, copies))
        assert other.metadata.created_by == "thriftly", name
        assert one.schema.equals(other.schema), name
        # Rows of the widest file are left out: they take most of the time.
        groups = range(one.num_row_groups) if name != "10000x10" else range(1)
        for at in groups:
            assert one.metadata.row_group(at).equals(other.metadata.row_group(at)), (name, at)
        assert one.read_row_groups(groups).equals(other.read_row_groups(groups)), name


if __name__ == "__main__":
    command, *folders = sys.argv[1:]
    {"write": write, "compare": compare}[command](*map(pathlib.Path, folders))
