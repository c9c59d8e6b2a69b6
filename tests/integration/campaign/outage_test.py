"""S3 and DynamoDB answer badly for a while: reading is held back, then all is made up for."""

import os
import time
import unittest

from comparison import compare_all
from consumers import MemoryWatch, settle, wait_until
from fault_proxy import FaultProxy
from scenario import Scenario
from truth import Truth

FAULTS = [("error", 1.0), ("never", 1.0), ("cut", 0.7), ("slow", 1.0), ("refuse", 1.0), ("error", 0.3)]
# Program and libraries, Kafka's own queue of 64 MiB, and what is in flight. More is sent by far. A
# sanitizer keeps what was freed, and notes on all that there is.
MEMORY_BOUND_MIB = 900 if os.environ["SANITIZED"] else 220


class Outage(Scenario):
    """Both servers behind proxies."""

    name = "outage"

    def setUp(self):
        super().setUp()
        self.proxies = {"s3": FaultProxy(self.servers.s3, self.seed),
                        "dynamodb": FaultProxy(self.servers.dynamodb, self.seed + 1)}

    def tearDown(self):
        for proxy in self.proxies.values():
            proxy.close()
        super().tearDown()

    def make_proxied_world(self, **settings):
        return self.make_world(partitions=3, **{
            "s3.endpoint": self.proxies["s3"].url, "dynamodb.endpoint": self.proxies["dynamodb"].url,
            **settings})

    def finish(self, producing, **figures):
        for proxy in self.proxies.values():
            proxy.heal()
        truth = Truth(self.world.topic, producing.finish())
        settle(self.world, self.consumers)
        self.say_end({"sent": len(truth.records), **figures, **compare_all(self.world, truth)})

    def test_every_fault_on_each_server(self):
        self.make_proxied_world()
        producing = self.produce(250, 60_000 if self.is_full else 5_000)
        members = [self.consumer(f"consumer-{k}") for k in range(2)]
        memory = MemoryWatch(members)
        wait_until(lambda: all(member.partitions() for member in members), "both get partitions")
        hits = 0
        for _ in range(4 if self.is_full else 1):
            for kind, share in self.random.sample(FAULTS, len(FAULTS)):
                names = self.random.choice([["s3"], ["dynamodb"], ["s3", "dynamodb"]])
                hits += self.afflict(names, kind, share)
        self.finish(producing, faulty_answers=hits, memory_MiB=round(memory.stop()))

    def afflict(self, names, kind, share):
        """For some seconds; afterwards offsets are committed again."""
        faults = [self.proxies[name].set(kind, share) for name in names]
        # One may keep the other from being asked: what goes into both goes into S3 first.
        wait_until(lambda: any(fault.hits for fault in faults), f"{names} are asked in spite of {kind}")
        time.sleep(1 + 2 * self.random.random())
        before = self.world.committed()
        for name in names:
            self.proxies[name].heal()
        wait_until(lambda: self.world.committed() != before, f"it goes on after {kind} of {names}")
        return sum(fault.hits for fault in faults)

    def test_memory_is_bounded_while_s3_takes_nothing(self):
        world = self.make_proxied_world(**{"bronze.max_bytes_per_object": 1 << 20,
                                           "ingest.max_inflight_bytes": 16 << 20})
        self.proxies["s3"].set("error", head=f"put /{world.bucket}/bronze/")
        producing = self.produce(2000, 40_000 if self.is_full else 9_000, padding=32_768)
        held = self.consumer("held")
        memory = MemoryWatch([held])
        producing.finish()
        wait_until(lambda: "Bronze cannot be written" in held.log(), "it says what is wrong")
        time.sleep(5)
        self.assertEqual(sum(world.committed().values()), 0)
        highest = memory.stop()
        self.assertLess(highest, MEMORY_BOUND_MIB)
        self.finish(producing, memory_MiB=round(highest), bound_MiB=MEMORY_BOUND_MIB)

    def test_killed_between_tables_and_silver(self):
        """A running row is written to two places; a kill between them leaves neither behind."""
        world = self.make_proxied_world()
        producing = self.produce(1000, 1000)
        producing.finish()
        writes = {"s3": f"put /{world.bucket}/silver/", "dynamodb": "dynamodb_20120810.batchwriteitem"}
        victim = self.consumer("victim")
        for place, head in writes.items():
            fault = self.proxies[place].set("never", head=head)
            wait_until(lambda: fault.hits, f"{place} is to be written to")
            time.sleep(1)
            victim.kill()
            self.proxies[place].heal()
            victim.start()
        self.finish(producing)


if __name__ == "__main__":
    unittest.main(verbosity=0)
