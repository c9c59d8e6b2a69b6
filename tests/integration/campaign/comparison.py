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
    assert bronze.forgotten == truth.forgotten, \
        f"forgotten places: {sorted(bronze.forgotten ^ truth.forgotten)[:5]} differ"
    equal("Bronze lines", bronze.lines, truth.bronze_lines())
    equal("dates of Bronze", bronze.dates, {
        (r.partition, r.offset): (EPOCH + datetime.timedelta(microseconds=r.event.time_us)).strftime("%Y-%m-%d")
        for r in truth.valid})
    equal("dead letters", bronze.dead_letters, truth.dead_letters())
    return {"bronze objects": bronze.objects, "bronze repeats": bronze.repeats,
            "events": len(bronze.lines), "dead letters": len(bronze.dead_letters)}


def expected_statistics(truth, kind, nights, found):
    """After any of the nights, the one that fits what was found: whose row came last nobody can say."""
    expected, *others = (truth.statistics(kind, night) for night in nights or [None])
    if nights and kind == "movie":  # a night keeps no squares of movies: they have no deviation
        expected, *others = map(without_squares, (expected, *others))
    for other in others:
        expected |= {entity: sums for entity, sums in other.items() if found.get(entity) == sums}
    return expected


def compare_running(world, truth, *nights):
    """Statistics in DynamoDB and Silver. `nights`: the offsets that the last nightly batch read, or each
    of those that ran last at the same time."""
    figures = {}
    for kind in KINDS:
        found = feature_reader.statistics(world, kind)
        if nights and kind == "movie":
            found = without_squares(found)
        expected = expected_statistics(truth, kind, nights, found)
        equal(f"{kind} statistics in DynamoDB", found, expected)
        rows = feature_reader.silver_rows(world, kind)
        expected = truth.partition_sums(kind)
        if nights:  # what a night has taken in may have been removed
            recent = {key for key, (_, last) in expected.items()
                      if all(last >= night.get(key[1], 0) for night in nights)}
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


def compare_all(world, truth, *nights):
    """Everything, after all was consumed: what `marquee lake verify` says, too."""
    equal("offsets at the broker", {p: e for p, e in world.ends().items() if e}, truth.ends())
    figures = compare_bronze(world, truth) | compare_running(world, truth, *nights)
    world.must("lake", "verify")
    world.must("lake", "compact")
    equal("offsets of the manifest", silver_reader.manifest_ends(world), truth.ends())
    return figures | compare_ratings(world, truth)
