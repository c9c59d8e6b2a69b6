"""What must be in the lake and the tables after these records, computed without Marquee."""

import collections
import dataclasses

from events import iso


@dataclasses.dataclass(frozen=True)
class Sums:
    """Statistics of one entity: what a running row holds."""

    count: int = 0
    sum: float = 0.0
    square_sum: float = 0.0
    last_update: int | None = None

    def plus(self, rating, time_us):
        last = time_us if self.last_update is None else max(self.last_update, time_us)
        return Sums(self.count + 1, self.sum + rating, self.square_sum + rating * rating, last)


def by_partition(records):
    """The records of each partition, which must be every offset from 0 on, once."""
    partitions = collections.defaultdict(list)
    for record in sorted(records, key=lambda r: (r.partition, r.offset)):
        assert record.offset == len(partitions[record.partition]), \
            f"the topic skips an offset: {record}"
        partitions[record.partition].append(record)
    return partitions


class Truth:
    def __init__(self, topic, records):
        self.topic = topic
        self.partitions = by_partition(records)
        self.records = [r for records in self.partitions.values() for r in records]
        self.valid = [r for r in self.records if r.event.is_valid]
        self.forgotten = set()  # (partition, offset) of which Bronze keeps nothing but the place

    def forget(self, user):
        """From now on without this user's events and without what names it; gives how many those were. The
        user's number must be in nothing of others."""
        number = str(user).encode()
        gone = [r for r in self.records if r.event.user == user or number in (r.event.value or b"")]
        self.forgotten |= {(r.partition, r.offset) for r in gone}
        self.records = [r for r in self.records if (r.partition, r.offset) not in self.forgotten]
        self.valid = [r for r in self.records if r.event.is_valid]
        return len(gone)

    def ends(self):
        return {partition: len(records) for partition, records in self.partitions.items()}

    def bronze_lines(self):
        """(partition, offset) → the exact line."""
        return {(r.partition, r.offset): self._line(r) for r in self.valid}

    def _line(self, record):
        event = record.event
        source = f'"topic":"{self.topic}","partition":{record.partition},"offset":{record.offset}'
        if not event.has_time:
            source += f',"record_time":"{iso(event.record_ms * 1000)}"'
        return f'{event.line},"_source":{{{source}}}}}'

    def dead_letters(self):
        """(partition, offset) → (reason, value)."""
        return {(r.partition, r.offset): (r.event.reason, r.event.value)
                for r in self.records if not r.event.is_valid}

    def ratings(self, ends=None):
        """(user, movie) → (rating, time, partition, offset), the last by the contract's order of the
        events below `ends` (partition → offset; all of them when it is not given)."""
        latest = {}
        for r in self.below(ends):
            key, order = (r.event.user, r.event.movie), (r.event.time_us, r.partition, r.offset)
            if key not in latest or latest[key][1:] < order:
                latest[key] = (r.event.rating, *order)
        return latest

    def below(self, ends):
        """Valid records below these offsets; all of them without any."""
        return (r for r in self.valid if ends is None or r.offset < ends.get(r.partition, 0))

    def partition_sums(self, kind, ends=None):
        """(id, partition) → (Sums over all its events, offset of the last)."""
        sums, last = collections.defaultdict(Sums), {}
        for r in self.below(ends):
            key = (getattr(r.event, kind), r.partition)
            sums[key] = sums[key].plus(r.event.rating, r.event.time_us)
            last[key] = r.offset
        return {key: (value, last[key]) for key, value in sums.items()}

    def statistics(self, kind, night=None):
        """id → Sums of a "user" or "movie" as a read must give them: exact below the offsets of the
        last night, and every event after them, a re-rating as one more."""
        sums = collections.defaultdict(Sums)
        if night:
            for (user, movie), (rating, time_us, _, _) in self.ratings(night).items():
                entity = user if kind == "user" else movie
                sums[entity] = sums[entity].plus(rating, time_us)
        for r in self.valid:
            if not night or r.offset >= night.get(r.partition, 0):
                entity = getattr(r.event, kind)
                sums[entity] = sums[entity].plus(r.event.rating, r.event.time_us)
        return dict(sums)
