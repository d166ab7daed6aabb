"""Reads what formats.test.ts exported, with the programs that people use, and prints it as JSON."""

import json
import sys
from pathlib import Path

import duckdb
import numpy
import pandas
import pyarrow.parquet
from safetensors import safe_open

folder = Path(sys.argv[1])
columns = ["image", "label", "split"]
found = {}


def keep(name, names, numbers):
    numbers = numpy.asarray(numbers)
    assert numbers.size == 0 or numbers.dtype == numpy.float32, (name, numbers.dtype)
    # JSON has no negative zero that every reader keeps.
    found[name] = {"names": names, "numbers": (numbers.astype(float) + 0.0).tolist()}


def names_of(table):
    return table[columns].values.tolist()


def read_csv(name):
    return pandas.read_csv(folder / name, keep_default_na=False, float_precision="round_trip")


table = read_csv("out.csv")
keep("csv", names_of(table), table.iloc[:, 3:].to_numpy().astype(numpy.float32))

table = pyarrow.parquet.read_table(folder / "list.parquet")
assert str(table.schema.field("embedding").type) in ("list<element: float>", "list<element: float not null>")
keep("parquet list", names_of(table.to_pandas()), numpy.stack(table["embedding"].to_numpy()))

table = pandas.read_parquet(folder / "columns.parquet")
keep("parquet columns", names_of(table), table.iloc[:, 3:].to_numpy())

table = duckdb.sql(f"SELECT * FROM read_parquet('{folder / 'list.parquet'}')").fetchall()
keep("duckdb", [list(row[:3]) for row in table], numpy.array([row[3] for row in table], numpy.float32))

keep("npy", names_of(read_csv("array.labels.csv")), numpy.load(folder / "array.npy"))

with safe_open(folder / "out.safetensors", framework="numpy") as file:
    labels = json.loads(file.metadata()["labels"])
    numbered = file.get_tensor("label")
    assert numbered.dtype == numpy.int64
    keep(
        "safetensors",
        [[labels[n] if n >= 0 else ""] for n in numbered],
        file.get_tensor("embeddings"),
    )

table = pandas.read_parquet(folder / "none.parquet")
empty = numpy.load(folder / "none.npy")
assert len(table) == 0 and list(table.columns) == [*columns, "embedding"]
assert empty.shape[0] == 0 and empty.dtype == numpy.float32
keep("none", names_of(table), table["embedding"].to_numpy())

print(json.dumps(found))
