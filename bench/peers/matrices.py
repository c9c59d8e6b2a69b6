"""Ratings as the matrices that the peers learn from, and lists from their scores."""

import numpy as np
import scipy.sparse as sp

from figures import LIKED

BLOCK = 1000  # users scored at a time


class Training:
    """Rows are users, columns are movies, both in order of id; `movies` may hold unrated ones."""

    def __init__(self, ratings, movies):
        self.user_ids = np.unique([r.user for r in ratings])
        self.movie_ids = np.unique(movies)
        self.users = np.searchsorted(self.user_ids, [r.user for r in ratings])
        self.movies = np.searchsorted(self.movie_ids, [r.movie for r in ratings])
        self.values = np.array([r.value for r in ratings], dtype=np.float32)
        self.times = np.array([r.time for r in ratings], dtype=np.float64)
        self.every = self.matrix(np.ones_like(self.values))
        self.liked = self.matrix((self.values >= LIKED).astype(np.float32))

    @property
    def shape(self):
        return len(self.user_ids), len(self.movie_ids)

    def matrix(self, weights):
        """CSR of these weights, one for each rating; zeros are left out."""
        made = sp.csr_matrix((weights, (self.users, self.movies)), shape=self.shape, dtype=np.float32)
        made.eliminate_zeros()
        return made

    def chosen(self, which):
        return self.liked if which == "liked" else self.every


def top_lists(training, scores_of, length=20):
    """user → movies by falling score, then id; those rated before are left out. `scores_of(rows)` gives a
    dense array, users × movies."""
    lists = {}
    for begin in range(0, training.shape[0], BLOCK):
        rows = np.arange(begin, min(begin + BLOCK, training.shape[0]))
        scores = np.array(scores_of(rows), dtype=np.float64)
        seen = training.every[rows].nonzero()
        scores[seen] = -np.inf
        for row, own in zip(rows, scores):
            lists[int(training.user_ids[row])] = [int(training.movie_ids[i]) for i in first(own, length)]
    return lists


def first(scores, length):
    """Where the highest are, -inf left out; of equal ones, those that stand first."""
    length = min(length, len(scores))
    near = np.flatnonzero((scores >= np.partition(scores, -length)[-length]) & (scores > -np.inf))
    return near[np.argsort(-scores[near], kind="stable")[:length]]
