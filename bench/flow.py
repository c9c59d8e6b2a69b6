#!/usr/bin/env python3
"""flow.py BINARY ML-100K: times each step of the flow, with the peak memory of its process.

Run through bench/run.sh. Two data sets: MovieLens 100K, and 10,000 users × 5,000 movies with 1,000,000
ratings from `marquee generate`."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

BINARY, ML_100K = sys.argv[1], pathlib.Path(sys.argv[2])
RUN_ID = "20260101_020000"
FULL_FLOW_LIMIT, START_LIMIT, RELOAD_LIMIT = 20.0, 0.2, 0.1


def row(what, seconds, megabytes, note=""):
    print(f"{what:44} {seconds:9.3f} s {megabytes:8.0f} MB  {note}", flush=True)


def timed(*command):
    """Runs a command that has to succeed; gives its seconds and its peak memory in MB."""
    start = time.monotonic()
    process = subprocess.Popen([BINARY, *map(str, command)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{told}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, data_dir):
        self.port = free_port()
        start = time.monotonic()
        self.process = subprocess.Popen([BINARY, "serve", "--data-dir", data_dir, "--port", str(self.port)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.ready():
            time.sleep(0.001)
        self.start_seconds = time.monotonic() - start

    def ready(self):
        if self.process.poll() is not None:
            sys.exit("the server ended before it answered")
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health").status == 200
        except OSError:
            return False

    def reload(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/reload", data=b"", method="POST")
        start = time.monotonic()
        urllib.request.urlopen(request).read()
        return time.monotonic() - start

    def peak_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def verdict(seconds, limit):
    return f"limit {limit:g} s: {'met' if seconds < limit else 'MISSED'}"


def lists_beside_fit(name, report, memory):
    """Scoring everybody's precomputed list has to take no longer than one fit of all parts."""
    steps = {step["name"]: step["seconds"] for step in json.loads(report.read_text())["steps"]}
    fit = sum(steps[part] for part in ("user-user", "item-item", "latent", "content"))
    row(f"{name}: … of it the lists of all users", steps["lists"], memory,
        f"{steps['lists'] / fit:.2f} of the fit ({fit:.3f} s)")


def night(name, data_dir, ratings_count, *import_options):
    """Import, then train, evaluate, deploy and reload of one data set; gives the seconds of the four."""
    seconds, memory = timed("import", *import_options, "--data-dir", data_dir)
    row(f"{name}: import", seconds, memory, f"{ratings_count / seconds:,.0f} rows/s")
    total = 0.0
    for task in ("train", "evaluate", "deploy"):
        seconds, memory = timed(task, "--run-id", RUN_ID, "--data-dir", data_dir)
        row(f"{name}: {task}", seconds, memory)
        total += seconds
        if task == "train":
            lists_beside_fit(name, data_dir / "runs" / RUN_ID / "train.json", memory)
    server = Server(data_dir)
    row(f"{name}: start-up with a production model", server.start_seconds, server.peak_megabytes(),
        verdict(server.start_seconds, START_LIMIT))
    reloads = sorted(server.reload() for _ in range(11))
    row(f"{name}: reload (median of 11)", reloads[5], server.peak_megabytes(),
        verdict(reloads[5], RELOAD_LIMIT))
    server.stop()
    return total + reloads[5]


def main():
    with tempfile.TemporaryDirectory(prefix="marquee-bench-") as folder:
        folder = pathlib.Path(folder)
        night("ml-100k", folder / "small", 100_000, "--ratings", ML_100K)
        seconds, memory = timed("generate", "--users", 10_000, "--items", 5_000, "--ratings", 1_000_000,
                                "--seed", 1, "--out", folder / "set")
        row("10,000 x 5,000, 1 M: generate", seconds, memory)
        total = night("10,000 x 5,000, 1 M", folder / "large", 1_000_000,
                      "--ratings", folder / "set" / "ratings.csv", "--movies", folder / "set" / "movies.csv")
        print(f"{'train + evaluate + deploy + reload':44} {total:9.3f} s              "
              f"{verdict(total, FULL_FLOW_LIMIT)}; the original took 31 minutes")


if __name__ == "__main__":
    main()
