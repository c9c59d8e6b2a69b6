"""Sends events on a thread of its own and keeps what the broker said about each."""

import dataclasses
import threading
import time

import confluent_kafka

from events import Event


@dataclasses.dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    event: Event


class Producing:
    """Sends at `rate` events a second until finish() is called and `count` were sent.

    Idempotent, and patient without limit: what is given to it is in the topic exactly once when
    finish() returns, whatever the broker went through.
    """

    def __init__(self, world, maker, rate, count):
        self.world, self.maker, self.rate, self.count = world, maker, rate, count
        self.records, self.failures = [], []
        self.sent = 0
        self._may_end = threading.Event()
        self._producer = confluent_kafka.Producer({
            "bootstrap.servers": world.servers.brokers, "enable.idempotence": True, "acks": "all",
            "linger.ms": 5, "message.max.bytes": 1_000_000, "message.timeout.ms": 0,
            "reconnect.backoff.max.ms": 1000, "log_level": 0})
        self._thread = threading.Thread(target=self._run, name="producing", daemon=True)
        self._thread.start()

    @property
    def has_sent_all(self):
        return self.sent >= self.count

    def finish(self, timeout=180):
        """Gives all records; fails when one is not acknowledged in time."""
        self._may_end.set()
        self._thread.join(timeout)
        assert not self._thread.is_alive(), "the producer hangs"
        assert self._producer.flush(timeout) == 0, "events were not acknowledged"
        assert not self.failures, self.failures[:3]
        assert len(self.records) == self.sent
        return self.records

    def _run(self):
        begin = time.monotonic()
        while not (self._may_end.is_set() and self.has_sent_all):
            due = (time.monotonic() - begin) * self.rate
            if self.sent >= due:
                self._producer.poll(0.01)
                continue
            try:
                self._send(self.maker.make())
            except BaseException as failure:
                self.failures.append(repr(failure))
                raise

    def _send(self, event):
        def delivered(error, message):
            if error is not None:
                self.failures.append(str(error))
            else:
                self.records.append(Record(message.partition(), message.offset(), event))

        while True:
            try:
                self._producer.produce(self.world.topic, event.value, key=str(event.user),
                                       partition=event.partition, timestamp=event.record_ms,
                                       on_delivery=delivered)
                break
            except BufferError:
                self._producer.poll(0.1)
        self.sent += 1
        self._producer.poll(0)
