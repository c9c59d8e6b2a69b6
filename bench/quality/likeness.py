"""What the first ten places of everybody's list hold, with Python's standard library only.

variety: the mean over pairs of 1 - shared genres / all genres of the two (Jaccard); raters: the mean
share of users who rated the movie in the training part; year: the mean year of release.
"""

import collections
import math
import re


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values) if values else 0.0


def year_of(title):
    found = re.search(r"\((\d{4})\)\s*$", title)
    return int(found[1]) if found else None


def variety(items, genres):
    sets = [genres.get(i, frozenset()) for i in items]
    pairs = [(a, b) for k, a in enumerate(sets) for b in sets[:k]]
    return mean(1 - len(a & b) / max(1, len(a | b)) for a, b in pairs)


def likeness(lists, train, movies):
    """`movies` are rows of movies.csv."""
    raters = collections.Counter(r.movie for r in train)
    users = len({r.user for r in train})
    heads = [own[:10] for own in lists.values()]
    genres = {int(movie): frozenset(names.split("|")) - {""} for movie, _, names in movies}
    years = {int(movie): year_of(title) for movie, title, _ in movies}
    return {"variety@10": mean(variety(head, genres) for head in heads),
            "raters@10": mean(raters[i] / users for head in heads for i in head),
            "year@10": mean(years[i] for head in heads for i in head if years.get(i))}
