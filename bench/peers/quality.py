#!/usr/bin/env python3
"""Marquee beside tuned peers on the same splits (bench/quality/splits.py): quality and time.

Each peer is tuned with the same number of trials on a part that is split off its training part in the
same way, then fitted on all of it with what did best there by NDCG@10. Marquee gets its defaults and
model.validation. The test part is looked at once, for the table.

Started by bench/peers/run.sh, which installs the peers.
"""

import argparse
import json
import pathlib
import random
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "quality"))

import figures  # noqa: E402
import marquee  # noqa: E402
import splits  # noqa: E402
from matrices import Training, top_lists  # noqa: E402
from methods import PEERS, TIMELESS  # noqa: E402


def tried(settings, trials):
    """`trials` of a grid, drawn without replacement, the same ones at every run."""
    return settings if len(settings) <= trials else random.Random(1).sample(settings, trials)


def tuned(name, split, train, movies, trials):
    """(lists, settings, seconds of all trials, seconds of the last fit)."""
    fit, settings = PEERS[name]
    part, held_out = splits.SPLITS[split](train, salt=43)
    tuning = Training(part, movies)
    begin = time.monotonic()

    def judged(one):
        lists = top_lists(tuning, fit(tuning, one))
        return np.mean(list(figures.ndcg_by_user(lists, held_out).values()))

    candidates = tried(settings, trials)
    best = max(candidates, key=judged) if len(candidates) > 1 else candidates[0]
    spent = time.monotonic() - begin
    whole = Training(train, movies)
    begin = time.monotonic()
    scores = fit(whole, best)
    fitted = time.monotonic() - begin
    return top_lists(whole, scores), best, spent, fitted


def interval(ours, theirs, samples=2000):
    """95 % interval of the mean difference by user, paired bootstrap."""
    difference = np.array([ours[u] - theirs[u] for u in sorted(ours)])
    draws = np.random.default_rng(1).integers(len(difference), size=(samples, len(difference)))
    return np.percentile(difference[draws].mean(axis=1), [2.5, 97.5])


def run_split(split, ratings, movies, arguments):
    train, test = splits.SPLITS[split](ratings)
    ids = sorted({r.movie for r in ratings})
    rows, each = [], {}

    def add(name, lists, **more):
        each[name] = figures.ndcg_by_user(lists, test)
        rows.append({"method": name, **figures.measure(lists, train, test, len(ids)), **more})
        print_row(rows[-1])

    print(f"\n{split} split: {len(train)} / {len(test)} ratings, {arguments.trials} trials a peer")
    print(f"{'':18} {'NDCG@10':>8} {'Recall@20':>9} {'coverage@10':>11} {'tuning':>9} {'fit':>8}")
    lists, seconds = marquee.lists_of(arguments.marquee, train, movies, [f"model.validation={split}"])
    add("Marquee", lists, settings="defaults", tuning=0.0, fit=seconds)
    for name in PEERS:
        try:
            lists, settings, spent, fitted = tuned(name, split, train, ids, arguments.trials)
        except MemoryError as refused:
            print(f"{name:18} left out: {refused}", flush=True)
            continue
        add(name, lists, settings=settings, tuning=spent, fit=fitted)
    compare(rows, each)
    return rows


def print_row(row):
    print(f"{row['method']:18} {row['ndcg@10']:8.4f} {row['recall@20']:9.4f} {row['coverage@10']:11.4f} "
          f"{row['tuning']:7.1f} s {row['fit']:6.2f} s  {row['settings']}", flush=True)


def compare(rows, each):
    """Against the best peer, and the best of those that know nothing of time."""
    ours = rows[0]
    for what, names in (("peer", PEERS), ("timeless peer", TIMELESS)):
        best = max((r for r in rows if r["method"] in names), key=lambda r: r["ndcg@10"])
        low, high = interval(each["Marquee"], each[best["method"]])
        print(f"Marquee / best {what} ({best['method']}): {ours['ndcg@10'] / best['ndcg@10']:.3f}; "
              f"difference {ours['ndcg@10'] - best['ndcg@10']:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=pathlib.Path, metavar="FILE", help="ratings.csv instead of MovieLens 100K")
    parser.add_argument("--movies", type=pathlib.Path, metavar="FILE", help="the movies.csv that goes with it")
    parser.add_argument("--split", choices=["user", "time", "both"], default="both")
    parser.add_argument("--trials", type=int, default=24, help="settings tried for each peer (default 24)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--marquee", default=ROOT / "build" / "release" / "marquee")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "demo-data" / "ml-100k")
    arguments = parser.parse_args()
    if bool(arguments.ratings) != bool(arguments.movies):
        parser.error("--ratings and --movies go together")
    ratings, movies = (splits.read_csv(arguments.ratings, arguments.movies) if arguments.ratings
                       else splits.read_recbole(arguments.data))
    names = ["user", "time"] if arguments.split == "both" else [arguments.split]
    results = {split: run_split(split, ratings, movies, arguments) for split in names}
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
