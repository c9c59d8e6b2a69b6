"""Events that are bad in every way, late, out of order, again and again: none stops a consumer."""

import unittest

from bronze_reader import read_bronze
from comparison import compare_all
from consumers import drain, wait_until
from events import EventMaker
from scenario import Scenario
from truth import Truth


class Unruly(Scenario):
    name = "unruly"

    def test_poison_becomes_dead_letters(self):
        self.run_with(poison=0.3, events=60_000 if self.is_full else 6_000)

    def test_one_object_an_event_and_compressed_ones(self):
        settings = {"bronze.max_events_per_object": 1, "bronze.compression": "zstd"}
        self.run_with(poison=0.1, events=5_000 if self.is_full else 700, **settings)

    def run_with(self, poison, events, **settings):
        world = self.make_world(partitions=4, **settings)
        producing = self.produce(1500, events, poison=poison, users=30, movies=20)
        members = [self.consumer(f"consumer-{k}") for k in range(2)]
        truth = Truth(world.topic, producing.finish())
        wait_until(lambda: sum(world.committed().values()) > events // 2, 120, "half is committed")
        for member in members:
            member.leave()
        drain(world)
        figures = compare_all(world, truth)
        reasons = read_bronze(world).reasons
        possible = {reason for reason, _ in EventMaker(0, 1, 1)._poisons({"user_id": 1, "movie_id": 1, "rating": 3.5}, 0)}
        self.assertEqual(set(reasons), possible)
        self.say_end({"sent": len(truth.records), **figures, **dict(reasons.most_common())})


if __name__ == "__main__":
    unittest.main(verbosity=0)
