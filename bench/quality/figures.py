"""NDCG@10, Recall@20 and coverage@10 from their definitions, with Python's standard library only.

Relevant: a test rating of 3.5 or more. The full catalogue is ranked, movies of the training part are not
recommended. A user with a relevant test movie but without a list counts 0.
"""

import collections
import math

LIKED = 3.5


def relevant_movies(test):
    relevant = collections.defaultdict(set)
    for r in test:
        if r.value >= LIKED:
            relevant[r.user].add(r.movie)
    return relevant


def ndcg(items, relevant, k=10):
    gain = sum(1 / math.log2(rank + 2) for rank, item in enumerate(items[:k]) if item in relevant)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(k, len(relevant))))
    return gain / ideal


def ndcg_by_user(lists, test):
    relevant = relevant_movies(test)
    return {u: ndcg(lists.get(u, []), relevant[u]) for u in sorted(relevant)}


def check(lists, train):
    seen = {(r.user, r.movie) for r in train}
    for user, items in lists.items():
        assert len(set(items)) == len(items), f"user {user} has a movie twice"
        assert not any((user, item) in seen for item in items), f"user {user} has a movie seen before"


def measure(lists, train, test, catalogue_size):
    check(lists, train)
    relevant, each = relevant_movies(test), ndcg_by_user(lists, test)
    recall = (len(relevant[u].intersection(lists.get(u, [])[:20])) / len(relevant[u]) for u in each)
    return {
        "users": len(each),
        "ndcg@10": math.fsum(each.values()) / len(each),
        "recall@20": math.fsum(recall) / len(each),
        "coverage@10": len({i for items in lists.values() for i in items[:10]}) / catalogue_size,
    }
