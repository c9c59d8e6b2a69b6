"""The values that pandas and DuckDB read from the lake, against a recomputation that shares no code with it."""

import collections
import csv
import json
import math
import os
import pathlib
import random
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta, timezone

import duckdb
import pandas

BINARY = os.environ["BINARY_UNDER_TEST"]
TOLERANCE = 1e-9
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TOPICS = ["import:0123456789abcdef", "import:fedcba9876543210"]


def marquee(data_dir, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MARQUEE_") and k != "PYTHONPATH"}
    done = subprocess.run([BINARY, *map(str, arguments), "--data-dir", str(data_dir), "--json"], capture_output=True,
                          text=True, timeout=300, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def iso(micros):
    return (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def some_events(seed):
    """(topic, line, user, movie, rating, micros or None): re-ratings, equal times and unknown ones among them."""
    draw = random.Random(seed)
    events = []
    for topic in TOPICS:
        for line in range(2, 4000):
            if draw.random() < 0.1:
                continue  # a line that holds no rating
            micros = None if draw.random() < 0.05 else 1_700_000_000_000_000 + draw.randrange(40) * 43_200_000_123
            events.append((topic, line, draw.randrange(1, 60), draw.randrange(1, 80), draw.randrange(2, 21) / 4, micros))
    return events


def write_bronze(data_dir, events):
    """As docs/formats/lake.md describes it."""
    objects = collections.defaultdict(list)
    for topic, line, user, movie, rating, micros in events:
        date = "unknown" if micros is None else iso(micros)[:10]
        text = json.dumps({"user_id": user, "movie_id": movie, "rating": rating,
                           "timestamp": None if micros is None else iso(micros),
                           "_source": {"topic": topic, "partition": 0, "offset": line}}, separators=(",", ":"))
        objects[topic, date].append((line, text))
    for (topic, date), lines in objects.items():
        lines.sort()
        folder = data_dir / "bronze/user-events" / f"date={date}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"event_{topic.replace(':', '%3A')}-0-{lines[0][0]:020}-{lines[-1][0]:020}.json"
        (folder / name).write_text("".join(text + "\n" for _, text in lines))
    (data_dir / "bronze/imports").mkdir()
    for topic in TOPICS:
        lines = [line for t, line, *_ in events if t == topic]
        record = {"end": max(lines) + 1, "events": len(lines), "first": min(lines), "schema": 1, "topic": topic}
        (data_dir / "bronze/imports" / f"import_{topic.split(':')[1]}.json").write_text(json.dumps(record) + "\n")


def latest(events):
    """Of each (user, movie) the greatest by (time, topic, line); an unknown time is before all others."""
    best = {}
    for topic, line, user, movie, rating, micros in events:
        order = (-math.inf if micros is None else micros, topic, line)
        if (user, movie) not in best or order > best[user, movie][0]:
            best[user, movie] = (order, rating, micros)
    return {pair: (rating, micros) for pair, (_, rating, micros) in best.items()}


def micros_of(value):
    return None if pandas.isna(value) else (value - pandas.Timestamp(0, tz="UTC")) // pandas.Timedelta(microseconds=1)


class Readers(unittest.TestCase):
    """Each table is read in both ways; what they give is compared by rows of plain values."""

    def both(self, files):
        files = [str(file) for file in files]
        yield "pandas", pandas.concat([pandas.read_parquet(file) for file in files], ignore_index=True)
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        yield "duckdb", connection.execute("SELECT * FROM read_parquet(?)", [files]).df()

    def near(self, found, expected, where):
        self.assertEqual(set(found), set(expected), where)
        for key, values in expected.items():
            for a, b in zip(found[key], values, strict=True):
                if isinstance(b, float):
                    self.assertLessEqual(abs(a - b), TOLERANCE * max(1, abs(b)), f"{where} {key}")
                else:
                    self.assertEqual(a, b, f"{where} {key}")


class CompactedRatings(Readers):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data_dir = pathlib.Path(folder.name)
        self.events = some_events(seed=11)
        write_bronze(self.data_dir, self.events)
        report = marquee(self.data_dir, "lake", "compact")
        self.assertEqual(report["new_events"], len(self.events))
        self.manifest = json.loads((self.data_dir / "silver/ratings/manifest.json").read_text())

    def files(self, table):
        return [self.data_dir / file["key"] for file in self.manifest[table]]

    def test_ratings_are_the_latest_of_each_pair(self):
        expected = {pair: (float(rating), micros) for pair, (rating, micros) in latest(self.events).items()}
        for reader, table in self.both(self.files("files")):
            found = {(row.user_id, row.movie_id): (float(row.rating), micros_of(row.time)) for row in table.itertuples()}
            self.assertEqual(len(table), len(found), reader)
            self.near(found, expected, reader)
            pairs = list(zip(table.user_id, table.movie_id))
            self.assertEqual(pairs, sorted(pairs), reader)

    def test_a_row_names_the_event_it_came_from(self):
        by_place = {(topic, line): (user, movie, rating) for topic, line, user, movie, rating, _ in self.events}
        for reader, table in self.both(self.files("files")):
            for row in table.itertuples():
                place = (self.manifest["topics"][row.topic], row.offset)
                self.assertEqual(by_place[place], (row.user_id, row.movie_id, row.rating), reader)

    def test_totals_count_every_event(self):
        expected = collections.defaultdict(lambda: [0, 0.0, 0.0, None])
        for topic, _, user, movie, rating, micros in self.events:
            for key in ((0, user, topic), (1, movie, topic)):
                row = expected[key]
                row[0] += 1
                row[1] += rating
                row[2] += rating * rating
                row[3] = max((t for t in (row[3], micros) if t is not None), default=None)
        for reader, table in self.both(self.files("totals")):
            columns = (table[name] for name in ("kind", "id", "topic", "count", "sum", "square_sum", "last_update"))
            found = {(kind, entity, self.manifest["topics"][topic]):
                     [int(count), float(total), float(squares), micros_of(update)]
                     for kind, entity, topic, count, total, squares, update in zip(*columns)}
            self.near(found, expected, reader)


class Features(Readers):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data_dir = pathlib.Path(folder.name)
        draw = random.Random(5)
        self.ratings = {}
        while len(self.ratings) < 3000:
            pair = (draw.randrange(1, 120), draw.randrange(1, 90))
            self.ratings[pair] = (draw.randrange(1, 11) / 2, 1_600_000_000 + draw.randrange(10_000_000))
        with open(self.data_dir / "ratings.csv", "w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["userId", "movieId", "rating", "timestamp"])
            rows.writerows((user, movie, rating, time) for (user, movie), (rating, time) in self.ratings.items())
        with open(self.data_dir / "movies.csv", "w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["movieId", "title", "genres"])
            rows.writerows((movie, f"Movie {movie} (1999)", "Drama") for movie in range(1, 90))
        marquee(self.data_dir, "import", "--ratings", self.data_dir / "ratings.csv", "--movies",
                self.data_dir / "movies.csv")

    def expected(self, by_user):
        groups = collections.defaultdict(list)
        for (user, movie), row in self.ratings.items():
            groups[user if by_user else movie].append(row)
        table = {}
        for key, rows in groups.items():
            values = [rating for rating, _ in rows]
            mean = math.fsum(values) / len(values)
            own = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values)) if by_user else math.log1p(len(values))
            table[key] = [mean, len(values), own, max(time for _, time in rows) * 1_000_000]
        return table

    def check(self, layout):
        marquee(self.data_dir, "extract-features", "--set", f"silver.layout={layout}")
        for folder, key, own, by_user in (("user-features", "user_id", "std_dev", True),
                                          ("movie-features", "movie_id", "popularity", False)):
            files = sorted((self.data_dir / "silver" / folder).glob("*.parquet"))
            for reader, table in self.both(files):
                found = {row[key]: [float(row["avg_rating"]), int(row["rating_count"]), float(row[own]),
                                    micros_of(row["last_update"])] for row in table.to_dict("records")}
                self.near(found, self.expected(by_user), f"{reader} {folder} {layout}")

    def test_bulk_files(self):
        self.check("bulk")

    def test_one_file_an_entity(self):
        self.check("per-entity")


if __name__ == "__main__":
    unittest.main()
