"""The equality that every scenario ends with: nothing lost, nothing double, nowhere."""

import dataclasses
import datetime

import bronze_reader
import feature_reader
import silver_reader
from events import EPOCH

KINDS = ("user", "movie")


def equal(what, found, expected):
    """Two dictionaries; the failure names the first few keys that differ."""
    if found == expected:
        return
    missing = [k for k in expected if k not in found]
    extra = [k for k in found if k not in expected]
    other = [k for k in expected if k in found and found[k] != expected[k]]
    shown = [f"  {k}: found {found.get(k)}, expected {expected.get(k)}" for k in (missing + extra + other)[:5]]
    raise AssertionError(f"{what}: {len(missing)} missing, {len(extra)} too many, {len(other)} differ "
                         f"of {len(expected)}\n" + "\n".join(shown))


def without_squares(statistics):
    return {entity: dataclasses.replace(sums, square_sum=0.0) for entity, sums in statistics.items()}


def compare_bronze(world, truth):
    bronze = bronze_reader.read_bronze(world)
    equal("Bronze lines", bronze.lines, truth.bronze_lines())
    equal("dates of Bronze", bronze.dates, {
        (r.partition, r.offset): (EPOCH + datetime.timedelta(microseconds=r.event.time_us)).strftime("%Y-%m-%d")
        for r in truth.valid})
    equal("dead letters", bronze.dead_letters, truth.dead_letters())
    return {"bronze objects": bronze.objects, "bronze repeats": bronze.repeats,
            "events": len(bronze.lines), "dead letters": len(bronze.dead_letters)}


def compare_running(world, truth, night=None):
    """Statistics in DynamoDB and Silver. `night`: the offsets that the last nightly batch read."""
    figures = {}
    for kind in KINDS:
        found, expected = feature_reader.statistics(world, kind), truth.statistics(kind, night)
        if night and kind == "movie":  # a night keeps no squares of movies: they have no deviation
            found, expected = without_squares(found), without_squares(expected)
        equal(f"{kind} statistics in DynamoDB", found, expected)
        rows = feature_reader.silver_rows(world, kind)
        expected = truth.partition_sums(kind)
        if night:  # what a night has taken in may have been removed
            recent = {key for key, (_, last) in expected.items() if last >= night.get(key[1], 0)}
            rows = {key: row for key, row in rows.items() if key in recent}
            expected = {key: row for key, row in expected.items() if key in recent}
        else:
            equal(f"running {kind} rows in DynamoDB", feature_reader.running_rows(world, kind), expected)
        equal(f"running {kind} rows in Silver", rows, expected)
        figures[f"{kind} rows"] = len(expected)
    return figures


def compare_ratings(world, truth):
    """Compacted ratings as of the manifest's own offsets."""
    ends = silver_reader.manifest_ends(world)
    ratings = silver_reader.ratings(world)
    equal("silver/ratings", ratings, truth.ratings(ends))
    return {"ratings": len(ratings), "re-ratings": sum(1 for _ in truth.below(ends)) - len(ratings)}


def compare_all(world, truth, night=None):
    """Everything, after all was consumed: what `marquee lake verify` says, too."""
    equal("offsets at the broker", {p: e for p, e in world.ends().items() if e}, truth.ends())
    figures = compare_bronze(world, truth) | compare_running(world, truth, night)
    world.must("lake", "verify")
    world.must("lake", "compact")
    equal("offsets of the manifest", silver_reader.manifest_ends(world), truth.ends())
    return figures | compare_ratings(world, truth)
