"""Events that are bad in every way, late, out of order, again and again: none stops a consumer."""

import unittest

from bronze_reader import read_bronze
from comparison import compare_all
from consumers import settle
from scenario import Scenario
from truth import Truth

REASONS = {"malformed_json", "not_an_object", "missing_field", "wrong_type", "invalid_user_id",
           "invalid_movie_id", "rating_out_of_range", "invalid_timestamp", "timestamp_in_future",
           "invalid_utf8", "too_large", "empty"}


class Unruly(Scenario):
    name = "unruly"

    def test_poison_becomes_dead_letters(self):
        reasons = self.run_with(poison=0.3, events=60_000 if self.is_full else 6_000)
        self.assertEqual(set(reasons), REASONS)

    def test_one_object_an_event_and_compressed_ones(self):
        settings = {"bronze.max_events_per_object": 1, "bronze.compression": "zstd"}
        self.run_with(poison=0.1, events=5_000 if self.is_full else 700, **settings)

    def run_with(self, poison, events, **settings):
        world = self.make_world(partitions=4, **settings)
        producing = self.produce(1500, events, poison=poison, users=30, movies=20)
        members = [self.consumer(f"consumer-{k}") for k in range(2)]
        truth = Truth(world.topic, producing.finish())
        settle(world, members)
        figures = compare_all(world, truth)
        reasons = read_bronze(world).reasons
        self.say_end({"sent": len(truth.records), **figures, **dict(reasons.most_common())})
        return reasons


if __name__ == "__main__":
    unittest.main(verbosity=0)
