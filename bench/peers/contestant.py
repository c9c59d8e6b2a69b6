"""contestant.py NAME MATRIX.npz: one peer fitted once, alone in its process; prints its seconds."""

import sys
import time

import numpy as np
import scipy.sparse as sp


def als(matrix):
    import implicit.als
    import threadpoolctl
    with threadpoolctl.threadpool_limits(1):  # its own threads are as many as the cores
        implicit.als.AlternatingLeastSquares(factors=64, iterations=15, random_state=1).fit(matrix, show_progress=False)


def item_knn(matrix):
    import implicit.nearest_neighbours as nearest
    nearest.CosineRecommender(K=100, num_threads=0).fit(matrix, show_progress=False)


def ease(matrix):
    gram = (matrix.T @ matrix).toarray()
    gram[np.diag_indices_from(gram)] += 300
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)


def spark_als(matrix):
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import SparkSession
    session = (SparkSession.builder.master("local[2]").config("spark.driver.memory", "6g")
               .config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1")
               .config("spark.log.level", "ERROR").getOrCreate())
    triples = matrix.tocoo()
    rows = session.createDataFrame(
        [(int(u), int(m), float(v)) for u, m, v in zip(triples.row, triples.col, triples.data)],
        "user int, movie int, rating float").cache()
    rows.count()  # to bring them in is not what is measured
    begin = time.monotonic()
    ALS(rank=64, maxIter=10, implicitPrefs=True, userCol="user", itemCol="movie", ratingCol="rating", seed=1).fit(rows)
    return time.monotonic() - begin


FITS = {"implicit ALS": als, "implicit item-kNN": item_knn, "numpy EASE": ease, "Spark ALS": spark_als}

if __name__ == "__main__":
    loaded = sp.load_npz(sys.argv[2])
    start = time.monotonic()
    own = FITS[sys.argv[1]](loaded)
    print(time.monotonic() - start if own is None else own)
