"""What all scenarios share: the seed, how long they are, what they print, and that they clean up."""

import os
import random
import shutil
import time
import unittest

from consumers import Consumer
from events import EventMaker
from producing import Producing
from servers import Servers
from world import World

DEFAULT_SEED = 20250315


class Scenario(unittest.TestCase):
    """A test that ends with an equality. TEST_SEED chooses another seed; TEST_CAMPAIGN, when it is
    set, the full length."""

    name = ""
    server_options = ()  # of scripts/services.sh start

    def setUp(self):
        self.seed = int(os.environ.get("TEST_SEED") or DEFAULT_SEED)
        self.is_full = bool(os.environ.get("TEST_CAMPAIGN"))
        self.random = random.Random(f"{self.name} {self.seed}")
        self.began = time.monotonic()
        self.consumers = []
        self.servers = Servers(options=self.server_options)
        self.servers.start("kafka", "s3", "dynamodb")
        self.say(seed=self.seed, length="full" if self.is_full else "bounded")

    def tearDown(self):
        for consumer in self.consumers:
            consumer.end()
        failed = self._outcome.result and (self._outcome.result.failures or self._outcome.result.errors)
        if failed:
            print(f"logs of this scenario: {self.world.folder}", flush=True)
        elif hasattr(self, "world"):
            shutil.rmtree(self.world.folder, ignore_errors=True)

    def say(self, **figures):
        shown = ", ".join(f"{what.replace('_', ' ')} {value}" for what, value in figures.items())
        print(f"{self.name}: {shown}", flush=True)

    def make_world(self, **options):
        self.world = World(self.servers, self.name, **options)
        return self.world

    def produce(self, rate, count, may_double=False, **options):
        """Begins to send; finish() gives the records."""
        maker = EventMaker(f"{self.name} {self.seed}", self.world.first_id, self.world.partitions, **options)
        return Producing(self.world, maker, rate, count, may_double)

    def consumer(self, name, **settings):
        """Started; ended when the test ends."""
        self.consumers.append(Consumer(self.world, name, **settings))
        return self.consumers[-1].start()

    def say_end(self, figures):
        self.say(**figures, seconds=round(time.monotonic() - self.began, 1))
