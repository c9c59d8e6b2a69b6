#!/usr/bin/env python3
"""How time and memory of `marquee train` grow with the ratings and with the movies.

  bench/growth/run.sh [--minutes M] [--series NAME] [--plot FILE]

Two series of synthetic data: from 100,000 to 25 M ratings of 5,000 movies, a hundred a user; and a million ratings
of 10,000 users over 1,000 to 100,000 movies. Prints for each point what `train` took, by files, with everything by
default, and the exponent on the way from the point before: 1 is in proportion, 2 is with the square. Points that
would not end within the minutes, going by the exponent so far, are named and left out.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))

import processes  # noqa: E402
from log_plot import log_plot  # noqa: E402

# name → (users, movies, ratings) in the order of growth, and what grows.
SERIES = {
    "ratings": [(ratings // 100, 5_000, ratings) for ratings in (100_000, 400_000, 1_600_000, 6_400_000, 25_000_000)],
    "movies": [(10_000, movies, 1_000_000) for movies in (1_000, 4_000, 16_000, 50_000, 100_000)],
}
GROWS = {"ratings": 2, "movies": 1}  # index into a point


def measured(binary, point):
    """{"seconds", "megabytes", "method", "learned"} of one training."""
    users, movies, ratings = point
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run([binary, "generate", "--users", str(users), "--items", str(movies), "--ratings", str(ratings),
                        "--seed", "1", "--out", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        begin = time.monotonic()
        said, megabytes = processes.run(
            [binary, "train", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv",
             "--model", folder / "model.safetensors", "--quiet", "--json"])
        seconds = time.monotonic() - begin
    report = json.loads(said)
    return {"seconds": seconds, "megabytes": megabytes, "method": report["item_item"],
            "learned": "cuts" in (report.get("learned") or {})}


def exponent(before, after, size_before, size_after, what):
    return math.log(after[what] / before[what]) / math.log(size_after / size_before)


class Series:
    def __init__(self, name):
        self.name, self.done = name, []

    def size(self, point):
        return point[GROWS[self.name]]

    def expected_seconds(self, point):
        """Going by the exponent of the last step, and by 1.3 before there is one."""
        if not self.done:
            return 0
        last, row = self.done[-1]
        power = 1.3
        if len(self.done) > 1:
            before, row_before = self.done[-2]
            power = max(1.0, exponent(row_before, row, self.size(before), self.size(last), "seconds"))
        return row["seconds"] * (self.size(point) / self.size(last)) ** power

    def add(self, point, row):
        steps = ""
        if self.done:
            before, row_before = self.done[-1]
            powers = [exponent(row_before, row, self.size(before), self.size(point), what)
                      for what in ("seconds", "megabytes")]
            steps = f"{powers[0]:10.2f} {powers[1]:8.2f}"
        self.done.append((point, row))
        learned = "" if row["learned"] else ", weights by rule"
        print(f"{point[0]:9} {point[1]:8} {point[2]:10} {row['seconds']:9.1f} s {row['megabytes']:8.0f} MB {steps:19}"
              f"  {row['method']}{learned}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / "build" / "release" / "marquee", type=pathlib.Path)
    parser.add_argument("--minutes", default=60, type=float, help="in all (default 60)")
    parser.add_argument("--series", choices=SERIES, help="one of them only")
    parser.add_argument("--plot", type=pathlib.Path, help="an SVG of what was measured")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    lines = {}
    for name, points in SERIES.items():
        if arguments.series not in (None, name):
            continue
        print(f"\nmore {name}\n{'users':>9} {'movies':>8} {'ratings':>10} {'train':>11} {'at most':>11} "
              f"{'exponents':>19}  item–item", flush=True)
        series = Series(name)
        for point in points:
            if time.monotonic() + 1.5 * series.expected_seconds(point) > end:
                print(f"{point[0]:9} {point[1]:8} {point[2]:10}   left out: more than the minutes that are left")
                continue
            series.add(point, measured(arguments.binary, point))
        for what, unit in (("seconds", "s"), ("megabytes", "MB")):
            lines[f"{unit} by {name}"] = [(series.size(point), row[what]) for point, row in series.done]
    if arguments.plot:
        arguments.plot.write_text(log_plot(lines, "train: seconds and MB by the number of ratings and of movies"))


if __name__ == "__main__":
    main()
