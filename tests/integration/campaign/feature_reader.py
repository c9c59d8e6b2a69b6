"""Statistics as a reader of DynamoDB and of Silver's running deltas gets them, without Marquee's code."""

import boto3.dynamodb.types
import io

import pyarrow.parquet

from truth import Sums

PLAIN = boto3.dynamodb.types.TypeDeserializer().deserialize


def _scan(world, table):
    pages = world.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        for item in page["Items"]:
            row = {name: PLAIN(value) for name, value in item.items()}
            if row["id"] in world.ids:
                yield row


def _sums(row):
    last = row.get("last_update")
    # A night's sums are computed back from averages: the same to 1e-9, but for the last digits.
    return Sums(int(row["count"]), round(float(row["sum"]), 8), round(float(row["square_sum"]), 8),
                None if last is None else int(last))


def newest(rows):
    """(id, partition) → (Sums, last offset) of the row with the greatest last_offset."""
    best = {}
    for row in rows:
        key = (int(row["id"]), int(row["partition"]))
        if key not in best or best[key][1] < row["last_offset"]:
            best[key] = (_sums(row), int(row["last_offset"]))
    return best


def running_rows(world, kind):
    """What DynamoDB holds of this topic: (id, partition) → (Sums, last offset)."""
    rows = _scan(world, f"{kind}_features_running")
    return newest(row for row in rows if row["topic"] == world.topic)


def nightly_rows(world, kind):
    """id → the row of the last night."""
    return {int(row["id"]): row for row in _scan(world, f"{kind}_features")}


def statistics(world, kind):
    """id → Sums: the nightly row, and on top of it what running rows have more than its totals."""
    nights, merged = nightly_rows(world, kind), {}
    for entity, row in nights.items():
        merged[entity] = _sums({**row, "count": row["rating_count"]})
    for (entity, partition), (sums, last_offset) in running_rows(world, kind).items():
        totals = [t for t in nights.get(entity, {}).get("totals", [])
                  if t["topic"] == world.topic and t["partition"] == partition]
        before = _sums(totals[0]) if totals else Sums()
        if totals and last_offset < totals[0]["next_offset"]:
            continue
        present = merged.get(entity, Sums())
        known = [t for t in (present.last_update, sums.last_update) if t is not None]
        merged[entity] = Sums(present.count + sums.count - before.count, round(present.sum + sums.sum - before.sum, 8),
                              round(present.square_sum + sums.square_sum - before.square_sum, 8),
                              max(known) if known else None)
    return merged


def silver_rows(world, kind):
    """The same of Silver's running deltas: (id, partition) → (Sums, last offset)."""
    rows = []
    for key in world.keys(f"silver/{kind}-features/_running/"):
        table = pyarrow.parquet.read_table(io.BytesIO(world.read(key)))
        times = table["last_update"].cast("int64")
        table = table.set_column(table.column_names.index("last_update"), "last_update", times)
        rows += table.rename_columns(["id" if name == f"{kind}_id" else name
                                      for name in table.column_names]).to_pylist()
    return newest(row for row in rows if row["topic"] == world.topic)
