"""Rating events drawn by a seed, good and bad, each with what must become of it."""

import dataclasses
import datetime
import json
import random

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
BEGIN_MS = 1_741_996_800_000  # 2025-03-15T00:00:00Z
MAX_FUTURE_US = 300_000_000  # events.max_future_seconds
MAX_BYTES = 65536  # events.max_bytes


@dataclasses.dataclass(frozen=True)
class Event:
    """What is sent, and either the rating it means or the reason why it means none."""

    value: bytes | None
    record_ms: int
    partition: int
    user: int = 0
    movie: int = 0
    rating: float = 0
    time_us: int = 0  # its own, or the record's
    has_time: bool = False
    line: str = ""  # the object as Bronze keeps it, without its closing brace
    reason: str = ""  # of a dead letter

    @property
    def is_valid(self):
        return not self.reason


def iso(time_us):
    """Microseconds since 1970 as ISO 8601."""
    moment = EPOCH + datetime.timedelta(microseconds=time_us)
    return moment.isoformat().replace("+00:00", "Z")


class EventMaker:
    """Draws events one after the other; the same arguments give the same ones.

    Few users and movies, so that re-ratings are many. Records are 10 s apart. `poison` is the share of
    bad ones, `padding` how many bytes good ones carry that mean nothing.
    """

    def __init__(self, seed, first_id, partitions, users=200, movies=120, poison=0.03, padding=0):
        self.random = random.Random(f"events {seed}")
        self.first_id, self.partitions = first_id, partitions
        self.users, self.movies, self.poison, self.padding = users, movies, poison, padding
        self.made = 0

    def make(self):
        record_ms = BEGIN_MS + self.made * 10_000 + self.random.randrange(1000)
        self.made += 1
        user = self.first_id + self.random.randrange(self.users)
        # Most events of a user come to its partition; a stray one shows what order is total by.
        stray = self.random.random() < 0.15
        partition = (self.random.randrange(self.partitions) if stray else user % self.partitions)
        make = self._poison if self.random.random() < self.poison else self._rating
        return make(user, self._movie(), partition, record_ms)

    def _movie(self):
        # A third goes to one movie, over all partitions.
        return self.first_id + (0 if self.random.random() < 0.33 else
                                self.random.randrange(self.movies))

    def _time_text(self, record_us):
        """(time in µs, its text) of an event, late and out of order as they come; or none."""
        kind = self.random.choices(["now", "minute", "late", "1970", "ahead", "offset", "none", "null"],
                                   [50, 10, 15, 1, 5, 5, 10, 4])[0]
        if kind in ("none", "null"):
            return None, "null" if kind == "null" else None
        time_us = {"now": record_us - self.random.randrange(5_000_000),
                   "minute": record_us - record_us % 60_000_000,  # many events at the same time
                   "late": record_us - self.random.randrange(3 * 86_400_000_000),
                   "1970": self.random.randrange(86_400_000_000),
                   "ahead": record_us + self.random.choice([1, MAX_FUTURE_US]),
                   "offset": record_us - record_us % 1_000_000}[kind]
        if kind != "offset":
            return time_us, json.dumps(iso(time_us))
        return time_us, json.dumps(iso(time_us + 5_400_000_000).replace("Z", "+01:30"))

    def _rating(self, user, movie, partition, record_ms):
        rating = self.random.randrange(1, 11) / 2
        time_us, time_text = self._time_text(record_ms * 1000)
        number = self.random.choice([f"{rating:g}", f"{rating:.2f}", f"{rating * 10:g}e-1"])
        fields = [("user_id", str(user)), ("movie_id", str(movie)), ("rating", number)]
        if time_text:
            fields.append(("timestamp", time_text))
        if self.random.random() < 0.2:
            fields.insert(0, ("device", self.random.choice(['"tv"', '"Gerät\\n☃"', '[1,{"a":null}]'])))
        if self.padding:
            fields.append(("note", '"' + "x" * self.padding + '"'))
        line = "{" + ",".join(f'"{name}":{value}' for name, value in fields)
        if self.random.random() < 0.05:  # it says itself where it comes from: that is not kept
            fields.insert(1, ("_source", '{"topic":"forged","offset":1}'))
        value = self._spaced(fields)
        return Event(value.encode(), record_ms, partition, user, movie, rating,
                     record_ms * 1000 if time_us is None else time_us, time_us is not None, line)

    def _spaced(self, fields):
        comma, colon, end = self.random.choice([(",", ":", ""), (", ", ": ", ""), (",\n  ", " :\t", "\r\n")])
        return "{" + end + comma.join(f'"{name}"{colon}{value}' for name, value in fields) + end + "}"

    def _poison(self, user, movie, partition, record_ms):
        good = {"user_id": user, "movie_id": movie, "rating": 3.5}
        reason, value = self.random.choice(self._poisons(good, record_ms * 1000))
        if isinstance(value, dict):
            value = json.dumps(value)
        if isinstance(value, str):
            value = value.encode()
        return Event(value, record_ms, partition, reason=reason)

    def _poisons(self, good, record_us):
        text = json.dumps(good)
        future = iso(record_us + MAX_FUTURE_US + 1)
        without_movie = {k: v for k, v in good.items() if k != "movie_id"}
        return [
            ("malformed_json", "{x"), ("malformed_json", text[:-1]), ("malformed_json", text + "}"),
            ("malformed_json", "{\n" + text), ("malformed_json", text[:-1] + ',"note":"a\nb"}'),
            ("malformed_json", text[:-1] + ',"user_id":7}'), ("malformed_json", text + "\0"),
            ("malformed_json", text.replace("3.5", "1e999")),
            ("malformed_json", text.replace("3.5", "NaN")),
            ("not_an_object", f"[{text}]"), ("not_an_object", "17"), ("not_an_object", '"a\\nb"'),
            ("missing_field", without_movie), ("missing_field", "{}"),
            ("wrong_type", {**good, "user_id": "12"}), ("wrong_type", {**good, "rating": "4.5"}),
            ("wrong_type", {**good, "movie_id": None}), ("wrong_type", {**good, "timestamp": 1742000000}),
            ("invalid_user_id", {**good, "user_id": 0}), ("invalid_user_id", {**good, "user_id": 1.5}),
            ("invalid_user_id", {**good, "user_id": 2 ** 63}),
            ("invalid_movie_id", {**good, "movie_id": -5}),
            ("rating_out_of_range", {**good, "rating": 5.5}), ("rating_out_of_range", {**good, "rating": 0}),
            ("invalid_timestamp", {**good, "timestamp": "yesterday"}),
            ("invalid_timestamp", {**good, "timestamp": ""}),
            ("invalid_timestamp", {**good, "timestamp": "2025-02-30T10:00:00Z"}),
            ("timestamp_in_future", {**good, "timestamp": future}),
            ("timestamp_in_future", {**good, "timestamp": "2999-01-01T00:00:00Z"}),
            ("invalid_utf8", text[:-1].encode() + b',"note":"\xff\xfe"}'),
            ("too_large", {**good, "note": "x" * MAX_BYTES}),
            ("too_large", "\n" * 900_000 + text),
            ("empty", None), ("empty", ""), ("empty", " \n"),
        ]
