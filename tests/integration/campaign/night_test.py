"""Nightly batches while consuming goes on: killed in every task, two at once, without new data."""

import json
import subprocess
import time
import unittest

import silver_reader
from comparison import compare_all, compare_ratings, compare_running, equal
from consumers import settle, wait_until
from scenario import Scenario
from start_test import closed_port
from truth import Truth

TASKS = ("validate", "extract-features", "train", "evaluate", "deploy")
# The events are drawn at random: what is learnt from them is nothing.
EASY_GATE = {"gate.min_precision_at_10": 0, "gate.min_hit_rate_at_10": 0, "gate.min_coverage_ratio": 0,
             "gate.min_users": 0, "gate.max_ndcg_loss": 1, "evaluation.bootstrap_samples": 20,
             "model.threads": 1}


class Night(Scenario):
    name = "night"

    def setUp(self):
        super().setUp()
        self.make_world(partitions=3, **EASY_GATE, **{"server.port": closed_port()})
        self.nights = self.killed = 0

    def test_beside_consumers(self):
        world = self.world
        self.import_catalogue(movies=120)
        producing = self.produce(150, 60_000 if self.is_full else 4_000)
        members = [self.consumer(f"consumer-{k}") for k in range(2)]
        wait_until(lambda: sum(world.committed().values()) > 1000, "there is something to learn from")
        for _ in range(5 if self.is_full else 1):
            run_id = self.new_run_id()
            for task in TASKS:
                self.kill_and_repeat(task, run_id)
            members[0].kill()
            members[0].start()
        nights = self.two_at_once()
        truth = Truth(world.topic, producing.finish())
        settle(world, members)
        on_top = len(truth.records) - max(sum(night.values()) for night in nights)
        self.assertGreater(on_top, 0, "the last night came too late")
        self.say(after_nights=self.nights, events_on_top=on_top, **compare_running(world, truth, *nights))
        self.quiet_nights(truth)
        self.say_end({"nights": self.nights, "tasks killed": self.killed, "sent": len(truth.records),
                      **compare_all(world, truth, truth.ends())})

    def import_catalogue(self, movies):
        """Movies, and one rating by somebody whom the campaign does not look at."""
        first, folder = self.world.first_id, self.world.folder
        (folder / "movies.csv").write_text("movieId,title,genres\n" + "".join(
            f"{first + k},Movie {k} (20{k % 25:02}),{('Drama', 'Comedy', 'Crime')[k % 3]}\n" for k in range(movies)))
        (folder / "ratings.csv").write_text(
            f"userId,movieId,rating,timestamp\n{first + 5000},{first + 5000},4.0,1741996800\n")
        self.world.must("import", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv")

    def new_run_id(self):
        self.nights += 1
        return f"20250316_{self.nights:06}"

    def kill_and_repeat(self, task, run_id):
        """Killed at random moments, begun again, and at last brought to its end."""
        for _ in range(2):
            process = subprocess.Popen(self.world.command(task, "--run-id", run_id), env=self.world.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1.5 * self.random.random() ** 2)
            if process.poll() is None:
                process.kill()
                self.killed += 1
            process.wait(30)
        self.world.must(task, "--run-id", run_id)

    def two_at_once(self):
        """On one machine one of them gives way; from two machines both end well, at the second try where
        they deployed at the same moment. Gives the offsets of these two."""
        outcomes = self.race("main", "main")
        self.assertEqual(sorted(code for code, _ in outcomes), [0, 1])
        self.assertTrue(any("another run holds the pipeline lock" in said for _, said in outcomes), outcomes)
        machines = ("main", "elsewhere")
        outcomes = self.race(*machines)
        lost = [k for k, (code, _) in enumerate(outcomes) if code != 0]
        self.assertLess(len(lost), 2, outcomes)
        for k in lost:
            self.assertIn("somebody else put a model into production at the same time", outcomes[k][1])
            run_id = f"20250316_{self.nights - 1 + k:06}"
            self.world.must("pipeline", "run", "--run-id", run_id, data_dir=machines[k])
        return [self.offsets_of_night(number) for number in (self.nights - 1, self.nights)]

    def race(self, *data_dirs):
        runs = [subprocess.Popen(
            self.world.command("pipeline", "run", "--run-id", self.new_run_id(), data_dir=data_dir),
            env=self.world.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for data_dir in data_dirs]
        said = [run.communicate(timeout=180)[0] for run in runs]
        return list(zip((run.returncode for run in runs), said))

    def offsets_of_night(self, number):
        """partition → offset, as its snapshot says."""
        snapshot, = self.world.folder.glob(f"*/runs/20250316_{number:06}/snapshot.json")
        return {entry["partition"]: entry["next_offset"] for entry in json.loads(snapshot.read_text())["offsets"]
                if entry["topic"] == self.world.topic}

    def quiet_nights(self, truth):
        """A night takes in what came since the last one; one without new data changes nothing."""
        self.world.must("pipeline", "run", "--run-id", self.new_run_id())
        equal("offsets of the night", self.offsets_of_night(self.nights), truth.ends())
        compare_running(self.world, truth, truth.ends())
        compare_ratings(self.world, truth)
        before = silver_reader.manifest(self.world)
        done = self.world.run("pipeline", "run", "--run-id", self.new_run_id())
        self.assertEqual(done.returncode, 3)  # by default a silent day is suspicious
        self.assertIn("to accept a quiet night", done.stderr)
        self.world.must("pipeline", "run", "--run-id", self.new_run_id(),
                        validate_min_volume_share=0)
        self.assertEqual(silver_reader.manifest(self.world), before)


if __name__ == "__main__":
    unittest.main(verbosity=0)
