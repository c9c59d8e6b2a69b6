#!/usr/bin/env python3
"""ingest.py BUILD SERVICES EVENTS ROUNDS: Kafka to Bronze on S3 by the parts of `marquee consume`, against two limits.

Run through bench/ingest/run.sh. Takes turns, so that what else the machine does falls on all alike: a bare
librdkafka consumer that only counts, Marquee, and a bare uploader of as many objects of the same sizes
over as many connections. Every run gets a bucket and a consumer group of its own."""

import os
import pathlib
import signal
import statistics
import subprocess
import sys
import threading
import time

import boto3
import botocore.config

BUILD, SERVICES = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
EVENTS, ROUNDS = int(sys.argv[3]), int(sys.argv[4])
PARTITIONS, CONNECTIONS, TARGET = 3, 4, 0.7
SERVERS = ("kafka", "s3", "dynamodb")
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")

services = dict(line.split("=", 1) for line in (SERVICES / "services.env").read_text().splitlines())
environment = {**os.environ, "AWS_ACCESS_KEY_ID": services["S3_ACCESS_KEY"],
               "AWS_SECRET_ACCESS_KEY": services["S3_SECRET_KEY"]}
s3 = boto3.client("s3", endpoint_url=services["S3_ENDPOINT"], region_name="us-east-1",
                  aws_access_key_id=services["S3_ACCESS_KEY"],
                  aws_secret_access_key=services["S3_SECRET_KEY"],
                  config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={}))


def server_seconds():
    """Processor seconds of each server so far."""
    seconds = {}
    for name in SERVERS:
        leader = (SERVICES / name / "process").read_text().split()[1]
        fields = pathlib.Path(f"/proc/{leader}/stat").read_text().rsplit(")", 1)[1].split()
        seconds[name] = (int(fields[11]) + int(fields[12])) / TICK
    return seconds


class Measured:
    """What a run took: wall seconds, and processor seconds of the client and of the servers."""

    def __init__(self, work):
        before = server_seconds()
        self.seconds, self.client = work()
        self.servers = {name: end - before[name] for name, end in server_seconds().items()}

    def rate(self):
        return EVENTS / self.seconds

    def row(self, what, note=""):
        parts = [f"client {self.client * 1e6 / EVENTS:.2f}"]
        parts += [f"{name} {cost * 1e6 / EVENTS:.2f}" for name, cost in self.servers.items() if cost > 0]
        print(f"{what:28} {self.seconds:7.2f} s {self.rate():10.0f} events/s   us/event: {', '.join(parts)}{note}",
              flush=True)


def limit(*arguments, stdin=""):
    """A run of ingest_limits."""
    done = subprocess.run([BUILD / "bin/ingest_limits", *map(str, arguments)], env=environment, input=stdin,
                          stdout=subprocess.PIPE, text=True, check=True)
    wall, processor = done.stdout.split()[-2:]
    return float(wall), float(processor)


def new_bucket():
    name = f"bench-{time.monotonic_ns()}"
    s3.create_bucket(Bucket=name)
    return name


def sizes_in(bucket, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Size"] for page in pages for item in page.get("Contents", [])]


def drop_bucket(bucket):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"])


class Memory:
    """Resident megabytes of a process, sampled while it runs."""

    def __init__(self, pid):
        self.samples = []  # (time, megabytes)
        self._path = pathlib.Path(f"/proc/{pid}/statm")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self):
        while not self._ended.wait(0.02):
            try:
                pages = int(self._path.read_text().split()[1])
            except (OSError, IndexError):
                return
            self.samples.append((time.monotonic(), pages * PAGE / 1e6))

    def end(self):
        self._ended.set()
        self._thread.join()

    def summary(self, begin, end):
        half = [(at, size) for at, size in self.samples if (begin + end) / 2 <= at <= end]
        sizes = [size for _, size in half]
        slope = statistics.linear_regression(*zip(*half)).slope if len(half) > 1 else float("nan")
        return (f"memory of the second half: min {min(sizes):.0f}, median {statistics.median(sizes):.0f}, "
                f"max {max(sizes):.0f} MB, slope {slope:+.1f} MB/s over {end - begin:.1f} s")


class Consume:
    """The parts of `marquee consume` from the assignment of their partitions until all is durable and committed."""

    def __init__(self, topic, bucket, compression, features):
        self.topic, self.bucket = topic, bucket
        self.settings = {
            "storage.mode": "aws", "stream.kind": "kafka", "kafka.brokers": services["KAFKA_BROKERS"],
            "kafka.topic": topic, "kafka.group": bucket, "kafka.instance_id": bucket, "s3.endpoint": services["S3_ENDPOINT"],
            "s3.bucket": bucket, "dynamodb.endpoint": services["DYNAMODB_ENDPOINT"],
            "bronze.compression": compression, "ingest.running_features": str(features).lower()}
        self.memory = ""

    def __call__(self):
        command = [BUILD / "bin/ingest_run", str(EVENTS)]
        command += [f"{key}={value}" for key, value in self.settings.items()]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        memory = Memory(process.pid)
        printed, told = process.communicate()
        end = time.monotonic()
        memory.end()
        if process.returncode != 0:
            sys.exit(told)
        wall, processor = map(float, printed.split()[-2:])
        self.memory = memory.summary(end - wall, end)
        return wall, processor


def consume(topic, compression, features=False):
    """A measured run, its memory, and the sizes of what it wrote to Bronze."""
    bucket = new_bucket()
    work = Consume(topic, bucket, compression, features)
    measured = Measured(work)
    sizes = sizes_in(bucket, "bronze/")
    drop_bucket(bucket)
    return measured, work.memory, sizes


def upload(sizes):
    bucket = new_bucket()
    measured = Measured(lambda: limit("upload", services["S3_ENDPOINT"], bucket, CONNECTIONS,
                                      stdin="\n".join(map(str, sizes))))
    drop_bucket(bucket)
    return measured


def one_round(topic, compression):
    """(bare consumer, ours, bare uploader) in turn."""
    count = Measured(lambda: limit("count", services["KAFKA_BROKERS"], topic, EVENTS))
    count.row("librdkafka alone")
    ours, memory, sizes = consume(topic, compression)
    ours.row(f"marquee, {compression}", f"\n{'':28} {memory}")
    bare = upload(sizes)
    bare.row("uploader alone", f"   {len(sizes)} objects, {sum(sizes) / 1e6 / bare.seconds:.0f} MB/s")
    slower = min(count.rate(), bare.rate())
    print(f"{'':28} {ours.rate() / count.rate():.2f} of the consumer, {ours.rate() / bare.rate():.2f} of the uploader",
          flush=True)
    return count, ours, bare, ours.rate() / slower


def verdict(compression, rounds):
    """By the best run of each: the one that the rest of the machine disturbed least."""
    best = [max(one.rate() for one in each) for each in list(zip(*rounds))[:3]]
    share = best[1] / min(best[0], best[2])
    each = ", ".join(f"{one[3]:.2f}" for one in rounds)
    print(f"features off, bronze.compression {compression}: best of {len(rounds)}: {best[1]:.0f} events/s; librdkafka "
          f"{best[0]:.0f}, uploader {best[2]:.0f}; {share:.0%} of the slower limit (by round: {each}); "
          f"target {TARGET:.0%}: {'met' if share >= TARGET else 'MISSED'}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    topic = f"bench-{time.time_ns() // 10**6 % 10**9}"  # short, as names of topics are
    seconds, _ = limit("produce", services["KAFKA_BROKERS"], topic, EVENTS)
    print(f"{EVENTS} events of about 100 bytes in {PARTITIONS} partitions, produced in {seconds:.1f} s\n")
    rounds = {"none": [], "zstd": []}
    for number in range(1, ROUNDS + 1):
        for compression, results in rounds.items():
            print(f"round {number}, running features off, bronze.compression {compression}")
            results.append(one_round(topic, compression))
    print("\nrunning features on")
    features, memory, _ = consume(topic, "none", features=True)
    features.row("marquee, none", f"\n{'':28} {memory}")
    print()
    for compression, results in rounds.items():
        verdict(compression, results)
    best = max(one[1].rate() for one in rounds["none"])
    print(f"features on: {features.rate():.0f} events/s, {features.rate() / best:.0%} of features off; "
          f"DynamoDB worked {features.servers['dynamodb'] / features.seconds:.2f} of the machine's "
          f"{os.cpu_count()} processors")


main()
