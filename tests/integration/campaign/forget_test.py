"""Two users are forgotten, by calls that are killed at random moments: nothing of them is left, and
everything of the others is as it was."""

import base64
import io
import json
import re
import struct
import subprocess
import time
import unittest

import confluent_kafka
import pyarrow
import pyarrow.parquet

from comparison import compare_all, equal
from consumers import drain, wait_until
from night_test import EASY_GATE
from scenario import Scenario
from start_test import closed_port
from truth import Truth

MOVIES = 120


class Forget(Scenario):
    name = "forget"

    def setUp(self):
        super().setUp()
        self.make_world(partitions=3, **EASY_GATE, **{
            "server.port": closed_port(), "silver.layout": "per-entity", "bronze.compression": "zstd",
            "validate.min_volume_share": 0, "validate.max_dead_letter_share": 1})
        # Numbers that nothing else in the world has, so that they can be looked for as such.
        self.imported, self.imported_other = self.world.first_id + 5000, self.world.first_id + 6000
        self.lonely_movie = self.world.first_id + 5001

    def test_nothing_of_them_is_left(self):
        world = self.world
        self.import_files()
        records = self.produce(1500, 2000, poison=0.1).finish()
        drain(world)
        world.must("pipeline", "run", timeout=180)
        records = self.produce_more(records, 600)
        drain(world)
        world.must("lake", "compact")
        records = self.produce_more(records, 200)
        earlier, self.victim = self.busiest_users(records[-200:])
        self.victims = [self.victim, self.imported]
        self.refused_while_events_wait()
        drain(world)
        self.refused_beside_a_consumer()
        self.refused_without_confirmation()
        truth = Truth(world.topic, records)
        truth.forget(earlier)
        seconds = self.seconds_to_forget(earlier)
        compare_all(world, truth, truth.ends())
        self.assertGreater(self.look_for_them(), 10, "the scan finds nothing even now")
        killed = self.kill_and_finish(seconds)

        forgotten = truth.forget(self.victim)
        self.assertGreater(forgotten, 5)
        self.assertEqual(self.look_for_them(leaving_out=("gold/",)), 0)
        figures = compare_all(world, truth, truth.ends())
        self.models_without_them()
        self.audit_tells_nothing()
        self.found_nothing_again()
        self.comes_back_as_a_new_user()
        self.say_end({"kills": killed, "lines forgotten": forgotten, **figures})

    def test_sqlite_behind_kafka(self):
        """What waits in Kafka is applied first, whether consumers run or not."""
        self.world.settings["storage.mode"] = "embedded"
        self.import_files()
        sent = self.send_events(self.imported)
        removed = self.removed_of(self.imported)
        self.assertEqual((removed["database: ratings"], removed["journal"]), (sent + 1, 0))
        self.assertEqual(sum(self.removed_of(self.imported).values()), 0)

    def test_the_lake_behind_a_journal(self):
        self.world.settings["stream.kind"] = "journal"
        self.import_files()
        sent = self.send_events(self.imported)
        done = self.world.run("forget", "--user", self.imported, "--yes")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"{sent} events of these users wait in the stream", done.stderr)
        self.world.must("consume", "--exit-when-idle", 1)
        removed = self.removed_of(self.imported)
        self.assertEqual((removed["Bronze: events"], removed["journal"]), (sent + 1, sent))
        self.world.must("lake", "verify")

    def send_events(self, user):
        """Of movies that the user has not rated; gives how many of them are the user's."""
        text = self.world.must("produce", "--count", 40, "--user", user)
        return int(re.search(r"(\d+) of them by user", text)[1])

    def removed_of(self, user):
        """By place; nothing is left."""
        places = json.loads(self.world.must("--json", "forget", "--user", user, "--yes"))["places"]
        self.assertEqual([place for place in places if place["left"]], [])
        return {place["place"]: place["removed"] for place in places}

    def import_files(self):
        first, folder = self.world.first_id, self.world.folder
        (folder / "movies.csv").write_text("movieId,title,genres\n" + "".join(
            f"{first + k},Movie {k} (20{k % 25:02}),{('Drama', 'Comedy', 'Crime')[k % 3]}\n"
            for k in [*range(MOVIES), 5001, 6001]))
        (folder / "ratings.csv").write_text(
            "userId,movieId,rating,timestamp\n"
            f"{self.imported},{self.lonely_movie},4.0,1741996800\n"
            f"{self.imported_other},{first + 6001},2.0,1741996800\n")
        self.world.must("import", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv")
        # What the test itself wrote is not Marquee's to remove.
        (folder / "ratings.csv").unlink()

    def produce_more(self, records, count):
        """A generator of its own: other events by the same users."""
        self.seed += 1
        return records + self.produce(1500, count, poison=0.1).finish()

    def busiest_users(self, records):
        """Two of those whose number is no movie's."""
        users = [r.event.user for r in records if r.event.user >= self.world.first_id + MOVIES]
        return sorted(sorted(set(users)), key=users.count)[-2:]

    def seconds_to_forget(self, user):
        """Undisturbed, and without the wait for consumers that have just ended."""
        unknown = self.world.must("forget", "--user", self.world.first_id + 7000, "--yes")
        self.assertIn("Nothing was found", unknown)
        began = time.monotonic()
        text = self.world.must("forget", "--user", user, "--yes")
        self.assertIn("Nothing is left", text)
        self.assertIn("exact as of", text)
        return time.monotonic() - began

    def forget(self):
        return self.world.run("forget", *(f"--user={user}" for user in self.victims), "--yes", timeout=180)

    def refused_while_events_wait(self):
        done = self.forget()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("wait in the stream", done.stderr)
        self.assertIn("marquee consume --exit-when-idle", done.stderr)

    def refused_beside_a_consumer(self):
        consumer = self.consumer("elsewhere")
        wait_until(consumer.partitions, "the consumer gets partitions")
        done = self.forget()
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("consumers are running", done.stderr)
        self.assertIn(self.world.group, done.stderr)
        consumer.leave()

    def refused_without_confirmation(self):
        done = self.world.run("forget", "--user", self.victim)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--yes", done.stderr)

    def kill_and_finish(self, seconds):
        killed, attempts = 0, 25 if self.is_full else 6
        for attempt in range(attempts):
            process = subprocess.Popen(
                self.world.command("forget", *(f"--user={user}" for user in self.victims), "--yes"),
                env=self.world.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Later from time to time, so that each attempt may get further than the one before.
            time.sleep(0.9 * seconds * (attempt + self.random.random()) / attempts)
            if process.poll() is None:
                process.kill()
                killed += 1
            process.wait(30)
        done = self.forget()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return killed

    def models_without_them(self):
        """The present one knew them; the next does not, and the old ones can be removed."""
        self.assertIn("production_model", self.forget().stdout)
        self.world.must("train", "--deploy", timeout=180)
        self.world.must("models", "prune", "--keep", 1, "--no-rollback")
        self.assertNotIn("production_model", self.forget().stdout)
        self.assertEqual(self.look_for_them(), 0)
        self.assertEqual(self.look_into_the_data_dir(), [])

    def audit_tells_nothing(self):
        text = (self.world.folder / "main" / "forgotten.jsonl").read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([line["outcome"] for line in lines[:3]], ["nothing found", "begun", "forgotten"])
        self.assertEqual((lines[3]["outcome"], lines[3]["users"]), ("begun", 2))
        self.assertEqual(lines[-1]["outcome"], "nothing found")
        for user in self.victims:
            self.assertNotIn(str(user), text)

    def found_nothing_again(self):
        done = self.world.run("--json", "forget", "--user", self.victim, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["outcome"], "nothing found")

    def comes_back_as_a_new_user(self):
        event = {"user_id": self.victim, "movie_id": self.world.first_id, "rating": 5}
        producer = confluent_kafka.Producer({"bootstrap.servers": self.world.servers.brokers, "log_level": 0})
        producer.produce(self.world.topic, json.dumps(event).encode(), partition=0)
        self.assertEqual(producer.flush(30), 0)
        drain(self.world)
        got = json.loads(self.world.must("--json", "features", "get", "user", self.victim))
        self.assertEqual((got["rating_count"], got["avg_rating"]), (1, 5))

    def look_for_them(self, leaving_out=()):
        """How many objects and items hold something of them, found without Marquee's code."""
        objects = [key for key in self.world.keys("") if not key.startswith(leaving_out)
                   and (any(str(user) in key for user in self.victims) or self.is_in(key, self.world.read(key)))]
        items = [item for table in ("user_features", "user_features_running", "movie_features",
                                    "movie_features_running") for item in self.items_of(table)]
        if len(objects) + len(items) < 10:
            self.say(still_there=objects + items)
        return len(objects) + len(items)

    def items_of(self, table):
        pages = self.world.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        gone = {str(user) for user in self.victims} | {str(self.lonely_movie)}
        return [item for page in pages for item in page["Items"] if item["id"]["N"] in gone]

    def is_in(self, key, data):
        """Whether the bytes hold one of the numbers, as text or as a number, plainly or packed."""
        if key.endswith(".zst"):
            data = pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd").read()
        if key.endswith(".parquet"):
            table = pyarrow.parquet.read_table(io.BytesIO(data))
            return any(user in table[name].to_pylist() for user in self.victims
                       for name in table.column_names if name in ("user_id", "id"))
        if "/dead_" in key:
            data += b"".join(base64.b64decode(json.loads(line).get("payload_base64", ""))
                             for line in data.splitlines())
        return any(str(user).encode() in data or struct.pack("<q", user) in data for user in self.victims)

    def look_into_the_data_dir(self):
        files = [path for path in (self.world.folder / "main").rglob("*") if path.is_file()]
        self.assertGreater(len(files), 5)
        return [path for path in files if self.is_in(path.name, path.read_bytes())]


if __name__ == "__main__":
    unittest.main(verbosity=0)
