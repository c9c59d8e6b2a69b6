"""Consumers are killed at random moments while they work and while events go on coming."""

import time
import unittest

from comparison import compare_all
from consumers import Progress, drain, wait_until
from scenario import Scenario
from truth import Truth


class KillUnderLoad(Scenario):
    name = "kill"

    def test_nothing_is_lost_and_nothing_double(self):
        kills, events, rate = (100, 200_000, 700) if self.is_full else (25, 20_000, 450)
        world = self.make_world(partitions=6)
        producing = self.produce(rate, events)
        members = [self.consumer(f"consumer-{k}") for k in range(3)]
        killed = 0
        while killed < kills or not producing.has_sent_all:
            victim = self.random.choice(members)
            self.kill_after_work(victim)
            victim.start()
            killed += 1
        truth = Truth(world.topic, producing.finish())
        for member in members:
            member.leave()
        drain(world)
        self.say_end({"kills": killed, "sent": len(truth.records), **compare_all(world, truth)})

    def kill_after_work(self, victim):
        """Kills it at a random moment after it has left a trace of work since its last start."""
        progress = Progress(self.world)
        mine = victim.partitions
        wait_until(mine, f"{victim.name} gets partitions")
        before = progress.of(mine())
        wait_until(lambda: progress.of(mine()) > before, f"{victim.name} works")
        time.sleep(self.random.choice([0, 0.05, 0.5, 3]) * self.random.random())
        victim.kill()


if __name__ == "__main__":
    unittest.main(verbosity=0)
