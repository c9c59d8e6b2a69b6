"""Consumers join, leave and fall asleep while events go on coming."""

import time
import unittest

from comparison import compare_all
from consumers import Progress, settle, wait_until
from scenario import Scenario
from truth import Truth


class Rebalance(Scenario):
    name = "rebalance"

    def test_partitions_wander(self):
        self.rounds = 6 if self.is_full else 1
        world = self.make_world(partitions=6)
        producing = self.produce(400, 100_000 if self.is_full else 15_000)
        stays = self.consumer("stays")
        wait_until(lambda: len(stays.partitions()) == 6, "one consumer has all partitions")
        came_back = handed_over = 0
        for number in range(self.rounds):
            guest = self.consumer(f"guest-{number}")
            wait_until(guest.partitions, "a guest gets partitions")
            lent = guest.partitions()
            self.wait_for_work(lent)
            self.oversleep(guest)
            self.wait_for_work(lent)
            guest.leave()
            handed_over += len(lent)
            wait_until(lambda: lent <= stays.partitions(), "the partitions come back")
            came_back += len(lent)
            self.join_and_leave(number)
        truth = Truth(world.topic, producing.finish())
        settle(world, [stays])
        self.say_end({"rounds": self.rounds, "handed over": handed_over, "came back": came_back,
                      "members": len(self.consumers), "sent": len(truth.records),
                      **compare_all(world, truth)})

    def wait_for_work(self, partitions):
        progress = Progress(self.world)
        before = progress.of(partitions)
        wait_until(lambda: progress.of(partitions)[1] > before[1], f"work on {partitions}")

    def oversleep(self, guest):
        """It is stopped past its session; others take its partitions and go on; it wakes up late."""
        lent = guest.partitions()
        guest.freeze()
        before = self.world.committed()
        others = [consumer for consumer in self.consumers if consumer is not guest]
        wait_until(lambda: lent <= set().union(*(other.partitions() for other in others)),
                   "others take what it had")
        wait_until(lambda: any(self.world.committed()[p] > before.get(p, 0) for p in lent),
                   "others commit on what it had")
        guest.wake()
        wait_until(lambda: "partitions lost" in guest.log(), "it notices that it had lost them")
        wait_until(guest.partitions, "it gets partitions again")

    def join_and_leave(self, number):
        """Two come at the same time, one after a while leaves and the other is killed for good."""
        first, second = self.consumer(f"first-{number}"), self.consumer(f"second-{number}")
        wait_until(lambda: first.partitions() and second.partitions(), "both get partitions")
        time.sleep(3 * self.random.random())
        first.leave()
        second.kill()


class OneNameTwice(Scenario):
    """Two processes with one instance id: the younger one works, the older one ends and says why."""

    name = "one-name-twice"

    def test_the_older_one_ends(self):
        world = self.make_world(partitions=3)
        producing = self.produce(300, 3_000)
        older = self.consumer("older", kafka_instance_id="same")
        wait_until(lambda: len(older.partitions()) == 3, "it has all partitions")
        younger = self.consumer("younger", kafka_instance_id="same")
        wait_until(lambda: not older.runs, "the older one ends")
        self.assertNotEqual(older.process.returncode, 0)
        self.assertIn("another consumer has taken this one's place", older.log())
        truth = Truth(world.topic, producing.finish())
        settle(world, [younger])
        self.say_end({"sent": len(truth.records), **compare_all(world, truth)})


if __name__ == "__main__":
    unittest.main(verbosity=0)
