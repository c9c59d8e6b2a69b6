"""Rating files and the two fixed splits of them, with Python's standard library only.

user: the ratings of a user with at least 5, ordered by the hex SHA-1 of "42:{user}:{movie}"; the last
      floor(0.2 n) are test.
time: all ratings ordered by (timestamp, that hash); the last 20 % are test, of users with a training
      rating only.
"""

import collections
import csv
import hashlib
import math

Rating = collections.namedtuple("Rating", "user movie value time")
NAMES = {"user": ("user_id", "userId"), "movie": ("movie_id", "movieId"), "value": ("rating",),
         "time": ("timestamp",)}


def read_recbole(folder):
    """MovieLens 100K as RecBole ships it: (ratings, rows of movies.csv)."""
    with open(folder / "ml-100k.inter", encoding="utf-8") as lines:
        next(lines)
        rows = (line.rstrip("\n").split("\t") for line in lines)
        ratings = [Rating(int(u), int(m), float(v), int(float(t))) for u, m, v, t in rows]
    movies = []
    with open(folder / "ml-100k.item", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            movie, title, year, genres = line.rstrip("\n").split("\t")
            movies.append((movie, f"{title} ({year})" if year else title, "|".join(genres.split())))
    return ratings, movies


def read_csv(ratings_file, movies_file):
    """Files with a header, Marquee's or MovieLens' names of columns: (ratings, rows of movies.csv)."""
    with open(ratings_file, encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        columns = [next(n for n in NAMES[what] if n in rows.fieldnames) for what in Rating._fields]
        ratings = [Rating(int(u), int(m), float(v), int(float(t)))
                   for u, m, v, t in ([row[c] for c in columns] for row in rows)]
    with open(movies_file, encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        movies = [tuple(row[:3]) for row in rows]
    return ratings, movies


def order_key(rating, salt=42):
    return hashlib.sha1(f"{salt}:{rating.user}:{rating.movie}".encode()).hexdigest()


def split_by_user(ratings, salt=42):
    by_user = collections.defaultdict(list)
    for rating in ratings:
        by_user[rating.user].append(rating)
    train, test = [], []
    for own in by_user.values():
        own.sort(key=lambda r: order_key(r, salt))
        held_out = math.floor(0.2 * len(own)) if len(own) >= 5 else 0
        train += own[:len(own) - held_out]
        test += own[len(own) - held_out:]
    return train, test


def split_by_time(ratings, salt=42):
    ordered = sorted(ratings, key=lambda r: (r.time, order_key(r, salt)))
    cut = round(0.8 * len(ordered))
    train = ordered[:cut]
    known = {r.user for r in train}
    return train, [r for r in ordered[cut:] if r.user in known]


SPLITS = {"user": split_by_user, "time": split_by_time}


def write_training_files(folder, train, movies):
    with open(folder / "ratings.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["user_id", "movie_id", "rating", "timestamp"])
        writer.writerows(train)
    with open(folder / "movies.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["movie_id", "title", "genres"])
        writer.writerows(movies)
