#!/usr/bin/env python3
"""NDCG@10, Recall@20 and coverage@10 of Marquee on the two fixed splits of MovieLens 100K.

Independent of the program's own evaluation: it makes the split, trains through `marquee train`, reads
nothing but the lines of `marquee recommend --all`, and computes the figures from their definitions.
Needs Python's standard library only.

  bench/quality/ndcg.py [--data demo-data/ml-100k] [--split user|time|both] [--set key=value]...

user: the ratings of a user with at least 5, ordered by the hex SHA-1 of "42:{user}:{movie}"; the last
      floor(0.2 n) are test.
time: all ratings ordered by (timestamp, that hash); the last 20 % are test, of users with a training
      rating only.
Relevant: a test rating of 3.5 or more. The full catalogue is ranked, movies of the training part are
not recommended. A user with a relevant test movie but without a list counts 0.
"""

import argparse
import collections
import csv
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
Rating = collections.namedtuple("Rating", "user movie value time")


def read_ratings(folder):
    with open(folder / "ml-100k.inter", encoding="utf-8") as lines:
        next(lines)
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [Rating(int(u), int(m), float(v), int(float(t))) for u, m, v, t in rows]


def order_key(rating):
    return hashlib.sha1(f"42:{rating.user}:{rating.movie}".encode()).hexdigest()


def split_by_user(ratings):
    by_user = collections.defaultdict(list)
    for rating in ratings:
        by_user[rating.user].append(rating)
    train, test = [], []
    for own in by_user.values():
        own.sort(key=order_key)
        held_out = math.floor(0.2 * len(own)) if len(own) >= 5 else 0
        train += own[:len(own) - held_out]
        test += own[len(own) - held_out:]
    return train, test


def split_by_time(ratings):
    ordered = sorted(ratings, key=lambda r: (r.time, order_key(r)))
    cut = round(0.8 * len(ordered))
    train = ordered[:cut]
    known = {r.user for r in train}
    return train, [r for r in ordered[cut:] if r.user in known]


SPLITS = {"user": (split_by_user, (80367, 19633)), "time": (split_by_time, (80000, 2952))}


def write_training_files(folder, train, items):
    with open(folder / "ratings.csv", "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["user_id", "movie_id", "rating", "timestamp"])
        writer.writerows(train)
    with open(items, encoding="utf-8") as lines, open(folder / "movies.csv", "w", newline="") as out:
        next(lines)
        writer = csv.writer(out)
        writer.writerow(["movie_id", "title", "genres"])
        for line in lines:
            movie, title, year, genres = line.rstrip("\n").split("\t")
            named = f"{title} ({year})" if year else title
            writer.writerow([movie, named, "|".join(genres.split())])


def marquee_lists(marquee, folder, settings):
    model, lists = folder / "model.safetensors", folder / "lists.csv"
    options = [f"--set={s}" for s in settings]
    subprocess.run([marquee, "train", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv",
                    "--model", model, "--quiet", *options], check=True)
    subprocess.run([marquee, "recommend", "--all", "--model", model, "--top-n", "20", "--out", lists,
                    "--quiet", *options], check=True)
    with open(lists) as lines:
        rows = (line.rstrip("\n").split(",") for line in lines)
        return {int(user): [int(i) for i in items.split()] for user, items in rows}


def popular_lists(train):
    """The most liked movies that the user has not rated: what any model has to beat."""
    counts = collections.Counter(r.movie for r in train if r.value >= 3.5)
    ranked = sorted(counts, key=lambda m: (-counts[m], m))
    seen = collections.defaultdict(set)
    for r in train:
        seen[r.user].add(r.movie)
    return {u: [m for m in ranked[:len(own) + 20] if m not in own][:20] for u, own in seen.items()}


def ndcg(items, relevant, k=10):
    gain = sum(1 / math.log2(rank + 2) for rank, item in enumerate(items[:k]) if item in relevant)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(k, len(relevant))))
    return gain / ideal


def measure(lists, train, test, catalogue_size):
    relevant = collections.defaultdict(set)
    for r in test:
        if r.value >= 3.5:
            relevant[r.user].add(r.movie)
    seen = {(r.user, r.movie) for r in train}
    for user, items in lists.items():
        assert len(set(items)) == len(items), f"user {user} has a movie twice"
        assert not any((user, item) in seen for item in items), f"user {user} has a movie seen before"
    users = sorted(relevant)
    return {
        "users": len(users),
        "ndcg@10": math.fsum(ndcg(lists.get(u, []), relevant[u]) for u in users) / len(users),
        "recall@20": math.fsum(len(relevant[u].intersection(lists.get(u, [])[:20])) / len(relevant[u])
                               for u in users) / len(users),
        "coverage@10": len({i for items in lists.values() for i in items[:10]}) / catalogue_size,
    }


def run_split(name, arguments):
    ratings = read_ratings(arguments.data)
    make, sizes = SPLITS[name]
    train, test = make(ratings)
    assert (len(train), len(test)) == sizes, f"the {name} split has {len(train)} / {len(test)} ratings"
    catalogue_size = len({r.movie for r in ratings})
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_training_files(folder, train, arguments.data / "ml-100k.item")
        settings = [f"model.validation={name}", *arguments.set]
        lists = marquee_lists(arguments.marquee, folder, settings)
    return {"marquee": measure(lists, train, test, catalogue_size),
            "popularity": measure(popular_lists(train), train, test, catalogue_size)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "demo-data" / "ml-100k")
    parser.add_argument("--marquee", default=ROOT / "build" / "release" / "marquee")
    parser.add_argument("--split", choices=["user", "time", "both"], default="both")
    parser.add_argument("--set", action="append", default=[], metavar="key=value")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    arguments = parser.parse_args()
    if not (arguments.data / "ml-100k.inter").exists():
        sys.exit(f"{arguments.data} holds no ml-100k.inter; run scripts/get_demo_data.sh demo-data")
    names = ["user", "time"] if arguments.split == "both" else [arguments.split]
    results = {name: run_split(name, arguments) for name in names}
    if arguments.json:
        print(json.dumps(results))
        return
    print(f"{'split':6} {'lists':11} {'users':>5} {'NDCG@10':>10} {'Recall@20':>10} {'coverage@10':>12}")
    for name, rows in results.items():
        for label, row in rows.items():
            print(f"{name:6} {label:11} {row['users']:5} {row['ndcg@10']:10.6f} {row['recall@20']:10.6f} "
                  f"{row['coverage@10']:12.4f}")


if __name__ == "__main__":
    main()
