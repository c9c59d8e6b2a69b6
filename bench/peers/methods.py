"""The peers: each is a grid of settings and a fit(training, settings) → scores of users, as a function of
their rows. What they are is published; implicit's own code is used where it has the method."""

import functools
import itertools
import pathlib
import re
import warnings

import implicit.als
import implicit.bpr
import implicit.nearest_neighbours as nearest
import numpy as np
import threadpoolctl
from implicit.utils import ParameterWarning

warnings.filterwarnings("ignore", category=ParameterWarning)  # its own weightings give it COO, not CSR


def grid(**choices):
    return [dict(zip(choices, values)) for values in itertools.product(*choices.values())]


def popularity(training, settings):
    """Of liked ratings, each halved every `half_life` days before the end of the data."""
    age = (training.times.max() - training.times) / 86_400
    counts = np.asarray(training.matrix((training.values >= 3.5) * np.exp2(-age / settings["half_life"]))
                        .sum(axis=0)).ravel()
    return lambda rows: np.tile(counts, (len(rows), 1))


KERNELS = {"bm25": functools.partial(nearest.BM25Recommender, K1=1.2, B=0.75),
           "tfidf": nearest.TFIDFRecommender, "cosine": nearest.CosineRecommender}


def item_knn(training, settings):
    matrix = training.chosen(settings["data"])
    model = KERNELS[settings["kernel"]](K=settings["neighbours"], num_threads=0)
    model.fit(matrix, show_progress=False)
    return lambda rows: (matrix[rows] @ model.similarity).toarray()


def user_knn(training, settings):
    matrix = training.chosen(settings["data"])
    model = KERNELS[settings["kernel"]](K=settings["neighbours"] + 1, num_threads=0)
    model.fit(matrix.T.tocsr(), show_progress=False)
    similarity = model.similarity.tolil()
    similarity.setdiag(0)
    similarity = similarity.tocsr()
    return lambda rows: (similarity[rows] @ matrix).toarray()


def refuse_beyond_memory(needed):
    said = pathlib.Path("/proc/meminfo").read_text()
    available = 1024 * int(re.search(r"^MemAvailable:\s+(\d+)", said, re.MULTILINE)[1])
    if needed > available:
        raise MemoryError(f"needs {needed / 1e9:.0f} GB of memory, {available / 1e9:.0f} GB are free")


def ease(training, settings):
    matrix = training.chosen(settings["data"]).astype(np.float64)
    smaller = min(matrix.shape)
    refuse_beyond_memory(8 * (3 * smaller**2 + smaller * matrix.shape[1]))
    fit = ease_by_items if matrix.shape[1] <= matrix.shape[0] else ease_by_users
    return fit(matrix, settings["ridge"])


def inverse_of(gram, ridge):
    gram = gram.toarray()
    gram[np.diag_indices_from(gram)] += ridge
    return np.linalg.inv(gram)


def ease_by_items(matrix, ridge):
    inverse = inverse_of(matrix.T @ matrix, ridge)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda rows: matrix[rows] @ weights


def ease_by_users(matrix, ridge):
    """The same where users are fewer than items, by the identity X P = (X X' + ridge)^-1 X of P = (X' X + ridge)^-1."""
    product = (matrix.T @ inverse_of(matrix @ matrix.T, ridge)).T
    diagonal = (1 - np.asarray(matrix.multiply(product).sum(axis=0)).ravel()) / ridge
    return lambda rows: matrix[rows].toarray() - product[rows] / diagonal


def factors(model, matrix):
    with threadpoolctl.threadpool_limits(1):  # it has threads of its own, which BLAS' would slow down
        model.fit(matrix, show_progress=False)
    return lambda rows: model.user_factors[rows] @ model.item_factors.T


def als(training, settings):
    model = implicit.als.AlternatingLeastSquares(
        factors=settings["factors"], regularization=settings["ridge"], alpha=settings["alpha"], iterations=15,
        random_state=1)
    return factors(model, training.chosen(settings["data"]))


def bpr(training, settings):
    model = implicit.bpr.BayesianPersonalizedRanking(
        factors=settings["factors"], regularization=settings["ridge"], learning_rate=settings["rate"],
        iterations=settings["rounds"], random_state=1)
    return factors(model, training.chosen(settings["data"]))


DATA = ("liked", "all")
PEERS = {
    "popularity": (popularity, grid(half_life=[1e9])),
    "recent popularity": (popularity, grid(half_life=[1, 2, 4, 7, 14, 30, 60, 120, 250, 500, 1000, 1e9])),
    "item-kNN": (item_knn, grid(kernel=KERNELS, neighbours=[20, 50, 100, 200, 500], data=DATA)),
    "user-kNN": (user_knn, grid(kernel=KERNELS, neighbours=[20, 50, 100, 200, 500], data=DATA)),
    "EASE": (ease, grid(ridge=[50, 100, 200, 300, 400, 600, 1000, 2000], data=DATA)),
    "iALS": (als, grid(factors=[32, 64, 128], ridge=[0.01, 1, 10, 30], alpha=[1, 3, 10, 30], data=DATA)),
    "BPR": (bpr, grid(factors=[32, 64, 128], ridge=[0.001, 0.01, 0.03], rate=[0.01, 0.03, 0.1],
                      rounds=[100, 300], data=DATA)),
}
TIMELESS = [name for name in PEERS if name != "recent popularity"]
