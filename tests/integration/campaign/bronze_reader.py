"""Reads Bronze without Marquee's code, by docs/formats/lake.md."""

import base64
import collections
import concurrent.futures
import dataclasses
import json
import re
import urllib.parse

import pyarrow

NAME = re.compile(r"^bronze/(user-events|dead-letter)/date=([^/]+)/(event|dead)_(.+)-(\d+)-(\d{20})-(\d{20})"
                  r"\.json(\.zst)?$")


@dataclasses.dataclass
class Bronze:
    lines: dict = dataclasses.field(default_factory=dict)  # (partition, offset) → line
    dates: dict = dataclasses.field(default_factory=dict)  # (partition, offset) → date of its folder
    dead_letters: dict = dataclasses.field(default_factory=dict)  # (partition, offset) → (reason, value)
    reasons: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    forgotten: set = dataclasses.field(default_factory=set)  # (partition, offset) of places without content
    objects: int = 0
    repeats: int = 0  # lines that were dropped since their offset was there already


def read_bronze(world):
    """All of it but imports, each offset once. What an object's name does not promise fails the test."""
    bronze = Bronze()
    keys = [key for folder in ("user-events", "dead-letter") for key in world.keys(f"bronze/{folder}/")
            if "/event_import%3A" not in key]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for key, data in zip(keys, pool.map(world.read, keys)):
            _take_object(world, key, data, bronze)
    bronze.objects = len(keys)
    bronze.reasons.update(reason for reason, _ in bronze.dead_letters.values())
    return bronze


def _take_object(world, key, data, bronze):
    found = NAME.match(key)
    assert found, f"an object with an unknown name: {key}"
    kind, date, _, topic, partition, first, last, zstd = found.groups()
    assert urllib.parse.unquote(topic) == world.topic, key
    if zstd:
        data = pyarrow.CompressedInputStream(pyarrow.BufferReader(data), "zstd").read()
    assert data.endswith(b"\n"), f"{key}: the last line is cut"
    lines = data.decode().split("\n")[:-1]
    parsed = [json.loads(line) for line in lines]
    offsets = [one["_source"]["offset"] for one in parsed]
    assert offsets == sorted(set(offsets)), f"{key}: offsets do not ascend"
    assert (offsets[0], offsets[-1]) == (int(first), int(last)), f"{key}: holds {offsets[0]} to {offsets[-1]}"
    for line, one, offset in zip(lines, parsed, offsets):
        assert one["_source"]["topic"] == world.topic, key
        assert one["_source"]["partition"] == int(partition), key
        place = (int(partition), offset)
        if one.get("forgotten") is True and set(one) == {"forgotten", "_source"}:
            assert set(one["_source"]) == {"topic", "partition", "offset"}, line
            bronze.forgotten.add(place)
        elif kind == "user-events":
            _keep(bronze, bronze.lines, place, line)
            bronze.dates[place] = date
        else:
            _keep(bronze, bronze.dead_letters, place, (one["reason"], _payload(one)))


def _keep(bronze, kept, place, what):
    if place in kept:
        bronze.repeats += 1
        assert kept[place] == what, f"{place} was written twice, differently: {kept[place]} and {what}"
    kept[place] = what


def _payload(letter):
    if "payload_base64" in letter:
        return base64.b64decode(letter["payload_base64"])
    return None if letter["payload"] is None else letter["payload"].encode()
