#!/usr/bin/env python3
"""Marquee beside peers in one run: seconds of a fit, and the highest memory of its process.

Ours twice: `train` as it is (files read, weights learned, lists of all users, file written), and the fit
of all parts alone (learning left out; the steps of the report that are not reading, lists or writing).
The peers fit what is in memory already. The target is in terms of implicit's ALS: fit 1.5 times of it,
whole training 3 times.

Started by bench/peers/run.sh, which installs the peers.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

import numpy as np
import scipy.sparse as sp

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "bench" / "quality"))

import processes  # noqa: E402
import splits  # noqa: E402

SIZES = {"100k": None, "1m": (10_000, 5_000, 1_000_000), "20m": (138_000, 27_000, 20_000_000)}
TOO_LONG = {"20m": {"numpy EASE", "Spark ALS"}}  # over ten minutes, over the memory
PARTS = {"rating matrix", "user-user", "item-item", "latent", "content", "popularity"}
YARDSTICK = "implicit ALS"
CONTESTANTS = (YARDSTICK, "implicit item-kNN", "numpy EASE", "Spark ALS")


def read_matrix(folder):
    """CSR of the rating values in the folder's ratings.csv."""
    table = np.loadtxt(folder / "ratings.csv", delimiter=",", skiprows=1, usecols=(0, 1, 2))
    users, movies = (np.unique(table[:, k], return_inverse=True)[1] for k in (0, 1))
    return sp.csr_matrix((table[:, 2].astype(np.float32), (users, movies)))


def make_data(size, folder, arguments):
    if SIZES[size] is None:
        splits.write_training_files(folder, *splits.read_recbole(arguments.data))
        return
    users, items, ratings = SIZES[size]
    processes.run([arguments.marquee, "generate", "--users", users, "--items", items, "--ratings", ratings,
                   "--out", folder])


def train(arguments, folder, *settings):
    """(the report of `marquee train`, seconds, MB)."""
    begin = time.monotonic()
    said, memory = processes.run(
        [arguments.marquee, "train", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv",
         "--model", folder / "model.safetensors", "--quiet", "--json", *settings])
    return json.loads(said), time.monotonic() - begin, memory


def fit_of(report):
    return sum(step["seconds"] for step in report["steps"] if step["name"] in PARTS)


def run_size(size, arguments):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        make_data(size, folder, arguments)
        matrix = read_matrix(folder)
        sp.save_npz(folder / "matrix.npz", matrix, compressed=False)
        print(f"\n{size}: {matrix.shape[0]} users, {matrix.shape[1]} movies, {matrix.nnz} ratings", flush=True)
        del matrix
        rows = {}

        def add(name, seconds, memory):
            rows[name] = {"seconds": seconds, "megabytes": memory}
            ratio = seconds / rows[YARDSTICK]["seconds"]
            print(f"{name:28} {seconds:9.2f} s {memory:8.0f} MB {ratio:8.2f} x {YARDSTICK}", flush=True)

        for name in CONTESTANTS:
            if name in arguments.without or name in TOO_LONG.get(size, ()):
                continue
            said, memory = processes.run([sys.executable, "-B", HERE / "contestant.py", name, folder / "matrix.npz"])
            add(name, float(said.split()[-1]), memory)
        plain, _, memory = train(arguments, folder, "--set=model.learn_budget=0")
        add("Marquee, all parts fitted", fit_of(plain), memory)
        report, seconds, memory = train(arguments, folder)
        add("Marquee, train", seconds, memory)
        rows["Marquee, train"]["steps"] = report["steps"]
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, action="append", help="may be given more than once (default: all)")
    parser.add_argument("--without", choices=CONTESTANTS[1:], action="append", default=[])
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--marquee", default=ROOT / "build" / "release" / "marquee")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "demo-data" / "ml-100k")
    arguments = parser.parse_args()
    results = {size: run_size(size, arguments) for size in arguments.size or SIZES}
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
