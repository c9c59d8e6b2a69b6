#!/usr/bin/env python3
"""writes.py BUILD SERVICES ROWS ROUNDS: running rows into DynamoDB by Marquee and by 8 threads of boto3.

Run through bench/dynamodb/run.sh. The two take turns, each with tables of its own, the same items in batches of 25.
boto3's requests are made before its clock runs; each thread has a client of its own, which is faster than a shared
one."""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import threading
import time

import boto3
import botocore.config

BUILD, SERVICES = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
ROWS, ROUNDS = int(sys.argv[3]), int(sys.argv[4])
THREADS, BATCH, TARGET = 8, 25, 1.5
TICK = os.sysconf("SC_CLK_TCK")
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
ENDPOINT = dict(line.split("=", 1)
                for line in (SERVICES / "services.env").read_text().splitlines())["DYNAMODB_ENDPOINT"]


def new_client():
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id="bench",
                        aws_secret_access_key="bench", config=botocore.config.Config(proxies={}))


def item(k):
    """As dynamodb_writes.cc makes it."""
    count = 1 + k % 50
    return {"id": {"N": str(10001 + k)}, "source": {"S": f"user-events/{k % 3}/0123456789abcdef"},
            "topic": {"S": "user-events"}, "partition": {"N": str(k % 3)}, "writer": {"S": "0123456789abcdef"},
            "last_offset": {"N": str(1000000 + k)}, "count": {"N": str(count)}, "sum": {"N": str(3.5 * count)},
            "square_sum": {"N": str(14.25 * count)}, "last_update": {"N": str(1742000000000000 + k)}}


def make_table(client, name):
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"},
                                              {"AttributeName": "source", "AttributeType": "S"}],
                        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"},
                                   {"AttributeName": "source", "KeyType": "RANGE"}])
    client.get_waiter("table_exists").wait(TableName=name)


def write_by_boto3(table):
    """(seconds, processor seconds)"""
    clients = [new_client() for _ in range(THREADS)]
    make_table(clients[0], table)
    requests = [{table: [{"PutRequest": {"Item": item(k)}} for k in range(first, min(first + BATCH, ROWS))]}
                for first in range(0, ROWS, BATCH)]

    def work(thread):
        for request in requests[thread::THREADS]:
            left = request
            while left:
                left = clients[thread].batch_write_item(RequestItems=left).get("UnprocessedItems")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(THREADS)]
    used, begin = processor(resource.RUSAGE_SELF), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begin, processor(resource.RUSAGE_SELF) - used


def processor(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def write_by_marquee(table):
    done = subprocess.run([BUILD / "bin/dynamodb_writes", ENDPOINT, table, str(ROWS)], env={**os.environ, **KEYS},
                          stdout=subprocess.PIPE, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def server_seconds():
    leader = (SERVICES / "dynamodb/process").read_text().split()[1]
    fields = pathlib.Path(f"/proc/{leader}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def drop_tables():
    client = new_client()
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            client.delete_table(TableName=name)


def measured(what, write):
    """Rows a second."""
    before = server_seconds()
    seconds, client = write(f"bench-{time.monotonic_ns()}")
    server = server_seconds() - before
    drop_tables()
    print(f"{what:18} {seconds:7.2f} s {ROWS / seconds:9.0f} rows/s   us/row: client {client * 1e6 / ROWS:.0f}, "
          f"server {server * 1e6 / ROWS:.0f}", flush=True)
    return ROWS / seconds


def main():
    print(f"{ROWS} running rows a round; the first round, in which the server's code is compiled, does not count")
    ratios = []
    for number in range(ROUNDS + 1):
        boto = measured("boto3, 8 threads", write_by_boto3)
        ours = measured("marquee", write_by_marquee)
        print(f"{'':18} {ours / boto:.2f} times as fast", flush=True)
        ratios += [ours / boto] if number > 0 else []
    ratio = statistics.median(ratios)
    each = ", ".join(f"{one:.2f}" for one in ratios)
    print(f"DynamoDB writes: {ratio:.2f} times 8 threads of boto3 (median of {each}); target {TARGET}: "
          f"{'met' if ratio >= TARGET else 'MISSED'}")


main()
