"""The Kafka broker goes away and comes back, by TERM and by kill −9, while events go on coming."""

import time
import unittest

from comparison import compare_all
from consumers import MemoryWatch, settle, wait_until
from scenario import Scenario
from truth import Truth


class BrokerRestarts(Scenario):
    name = "broker"

    def test_all_arrives(self):
        world = self.make_world(partitions=3)
        producing = self.produce(300, 60_000 if self.is_full else 4_000, may_double=True)
        members = [self.consumer(f"consumer-{k}") for k in range(2)]
        memory = MemoryWatch(members)
        outages = 6 if self.is_full else 2
        for number in range(outages):
            before = sum(world.committed().values())
            wait_until(lambda: sum(world.committed().values()) > before, "offsets are committed")
            self.servers.stop("kafka", kill=number % 2 == 1)
            time.sleep(1 + 4 * self.random.random())
            self.servers.start("kafka", "s3", "dynamodb")
        truth = Truth(world.topic, producing.finish())
        settle(world, members)
        self.say_end({"outages": outages, "sent": len(truth.records), "doubled by Kafka": producing.doubled,
                      "memory MiB": round(memory.stop()),
                      **compare_all(world, truth)})


if __name__ == "__main__":
    unittest.main(verbosity=0)
