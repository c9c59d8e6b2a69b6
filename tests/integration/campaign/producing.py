"""Sends events on a thread of its own; what then stands in the topic is read from the topic."""

import collections
import contextlib
import dataclasses
import threading
import time
import uuid

import confluent_kafka

from consumers import PATIENCE
from events import Event

SENDER, NUMBER = "sender", "number"  # headers that say which event of which producer a record is


@dataclasses.dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    event: Event


class Producing:
    """Sends at `rate` events a second until finish() is called and `count` were sent.

    Idempotent, and patient without limit: what is given to it is in the topic when finish() returns,
    whatever the broker went through; and once, unless `may_double`: a batch that a killed broker had
    written but not answered for may come a second time. Those are two events, for any consumer.
    """

    def __init__(self, world, maker, rate, count, may_double=False):
        self.world, self.maker, self.rate, self.count = world, maker, rate, count
        self.may_double = may_double
        self.events, self.failures = [], []
        self.doubled = 0
        self._name = uuid.uuid4().bytes
        self._may_end = threading.Event()
        self._producer = confluent_kafka.Producer({
            "bootstrap.servers": world.servers.brokers, "enable.idempotence": True, "acks": "all",
            "linger.ms": 5, "message.max.bytes": 1_000_000, "message.timeout.ms": 0,
            "reconnect.backoff.max.ms": 1000, "log_level": 0})
        self._thread = threading.Thread(target=self._run, name="producing", daemon=True)
        self._thread.start()

    @property
    def has_sent_all(self):
        return len(self.events) >= self.count

    def finish(self):
        """Gives its records in the topic; fails when an event is not acknowledged in time, or lost."""
        self._may_end.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the producer hangs"
        assert self._producer.flush(PATIENCE) == 0, "events were not acknowledged"
        assert not self.failures, self.failures[:3]
        records = list(self._read_back())
        times = collections.Counter(number for number, _ in records)
        assert times.keys() == set(range(len(self.events))), "the topic lacks events that were sent"
        self.doubled = len(records) - len(times)
        assert self.may_double or not self.doubled, f"{self.doubled} events are doubled in the topic"
        return [record for _, record in records]

    def _read_back(self):
        """(number of the event, record) of all that it has put into the topic."""
        ends = {p: end for p, end in self.world.ends().items() if end}
        with contextlib.closing(confluent_kafka.Consumer({
                "bootstrap.servers": self.world.servers.brokers, "group.id": f"{self.world.group}-truth",
                "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 0})) as reader:
            reader.assign([confluent_kafka.TopicPartition(self.world.topic, p, 0) for p in ends])
            deadline = time.monotonic() + PATIENCE
            while ends:
                assert time.monotonic() < deadline, f"the topic cannot be read to its ends {ends}"
                for message in reader.consume(1000, 1.0):
                    if message.error():
                        continue
                    headers = dict(message.headers())
                    if headers[SENDER] == self._name:
                        number = int(headers[NUMBER])
                        yield number, Record(message.partition(), message.offset(), self.events[number])
                    if message.offset() + 1 == ends.get(message.partition()):
                        del ends[message.partition()]

    def _run(self):
        begin = time.monotonic()
        while not (self._may_end.is_set() and self.has_sent_all):
            due = (time.monotonic() - begin) * self.rate
            if len(self.events) >= due:
                self._producer.poll(0.01)
                continue
            try:
                self._send(self.maker.make())
            except BaseException as failure:
                self.failures.append(repr(failure))
                raise

    def _send(self, event):
        def delivered(error, _):
            if error is not None:
                self.failures.append(str(error))

        while True:
            try:
                self._producer.produce(self.world.topic, event.value, key=str(event.user),
                                       partition=event.partition, timestamp=event.record_ms,
                                       headers={SENDER: self._name, NUMBER: str(len(self.events))},
                                       on_delivery=delivered)
                break
            except BufferError:
                self._producer.poll(0.1)
        self.events.append(event)
        self._producer.poll(0)
