#!/usr/bin/env python3
"""NDCG@10, Recall@20, coverage@10 and what lists are like, of Marquee on two fixed splits of MovieLens
100K or other ratings.

Independent of the program's own evaluation: it makes the split (splits.py), trains through `marquee
train`, reads nothing but the lines of `marquee recommend --all`, and computes the figures from their
definitions (figures.py, likeness.py). Needs Python's standard library only.

  bench/quality/ndcg.py [--data demo-data/ml-100k] [--split user|time|both] [--set key=value]...
  bench/quality/ndcg.py --ratings FILE --movies FILE …
"""

import argparse
import collections
import json
import pathlib
import sys

import figures
import marquee
from likeness import likeness
import splits

ROOT = pathlib.Path(__file__).resolve().parents[2]
ML_100K_SIZES = {"user": (80367, 19633), "time": (80000, 2952)}


def popular_lists(train):
    """The most liked movies that the user has not rated: what any model has to beat."""
    counts = collections.Counter(r.movie for r in train if r.value >= figures.LIKED)
    ranked = sorted(counts, key=lambda m: (-counts[m], m))
    seen = collections.defaultdict(set)
    for r in train:
        seen[r.user].add(r.movie)
    return {u: [m for m in ranked[:len(own) + 20] if m not in own][:20] for u, own in seen.items()}


def read(arguments):
    if arguments.ratings:
        return splits.read_csv(arguments.ratings, arguments.movies)
    if not (arguments.data / "ml-100k.inter").exists():
        sys.exit(f"{arguments.data} holds no ml-100k.inter; run scripts/get_demo_data.sh demo-data")
    return splits.read_recbole(arguments.data)


def run_split(name, arguments, ratings, movies):
    train, test = splits.SPLITS[name](ratings)
    if not arguments.ratings:
        found = (len(train), len(test))
        assert found == ML_100K_SIZES[name], f"the {name} split has {found} ratings"
    catalogue_size = len({r.movie for r in ratings})
    lists, _ = marquee.lists_of(arguments.marquee, train, movies, [f"model.validation={name}", *arguments.set])
    return {label: figures.measure(own, train, test, catalogue_size) | likeness(own, train, movies)
            for label, own in (("marquee", lists), ("popularity", popular_lists(train)))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "demo-data" / "ml-100k")
    parser.add_argument("--ratings", type=pathlib.Path, metavar="FILE", help="ratings.csv instead of --data")
    parser.add_argument("--movies", type=pathlib.Path, metavar="FILE", help="the movies.csv that goes with it")
    parser.add_argument("--marquee", default=ROOT / "build" / "release" / "marquee")
    parser.add_argument("--split", choices=["user", "time", "both"], default="both")
    parser.add_argument("--set", action="append", default=[], metavar="key=value")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args()
    if bool(arguments.ratings) != bool(arguments.movies):
        parser.error("--ratings and --movies go together")
    ratings, movies = read(arguments)
    names = ["user", "time"] if arguments.split == "both" else [arguments.split]
    results = {name: run_split(name, arguments, ratings, movies) for name in names}
    if arguments.json:
        print(json.dumps(results))
        return
    print(f"{'split':6} {'lists':11} {'users':>5} {'NDCG@10':>10} {'Recall@20':>10} {'coverage@10':>12} "
          f"{'variety@10':>10} {'raters@10':>9} {'year@10':>8}")
    for name, rows in results.items():
        for label, row in rows.items():
            print(f"{name:6} {label:11} {row['users']:5} {row['ndcg@10']:10.6f} {row['recall@20']:10.6f} "
                  f"{row['coverage@10']:12.4f} {row['variety@10']:10.4f} {row['raters@10']:9.4f} "
                  f"{row['year@10']:8.1f}")


if __name__ == "__main__":
    main()
