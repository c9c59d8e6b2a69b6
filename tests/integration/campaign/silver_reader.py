"""Compacted ratings as pyarrow reads them, by docs/formats/lake.md."""

import io
import json

import pyarrow.parquet

MANIFEST = "silver/ratings/manifest.json"


def manifest(world):
    return json.loads(world.read(MANIFEST))


def manifest_ends(world):
    """partition → offset up to which events are in."""
    return {entry["partition"]: entry["next_offset"] for entry in manifest(world)["offsets"]
            if entry["topic"] == world.topic}


def ratings(world):
    """(user, movie) → (rating, time, partition, offset), from the files that the manifest names."""
    found = {}
    present = manifest(world)
    assert world.topic in present["topics"] or not present["files"]
    for file in present["files"]:
        table = pyarrow.parquet.read_table(io.BytesIO(world.read(file["key"])))
        assert table.num_rows == file["rows"], file
        columns = [table[name].cast("int64") if name == "time" else table[name]
                   for name in ("user_id", "movie_id", "rating", "time", "partition", "offset")]
        for user, movie, *rest in zip(*(column.to_pylist() for column in columns)):
            assert (user, movie) not in found, f"twice in silver/ratings: {user}, {movie}"
            found[user, movie] = tuple(rest)
    assert len(found) == present["rows"]
    return {pair: row for pair, row in found.items() if pair[0] in world.ids}
