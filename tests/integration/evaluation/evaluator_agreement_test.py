"""`evaluate --scores` agrees with trec_eval, NIST's evaluator, on random rankings with ties.

Two definitions differ and are brought together here: trec_eval divides average precision by all
relevant movies, Marquee by those that fit into k places; and trec_eval's reciprocal rank has no k,
so it is given the first k places. trec_eval breaks ties by document name, Marquee by the lower
movie id, so trec_eval is given places instead of scores.
"""

import collections
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import pytrec_eval

BINARY = os.environ["BINARY_UNDER_TEST"]
CUTOFFS = (5, 10, 20)
METRICS = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate")


def random_case(rng):
    """Scores of some users for some movies, many of them tied, and held-out ratings."""
    movies = rng.sample(range(1, 10_000), rng.choice((3, 30, 200)))
    levels = rng.choice((1, 3, 20, 10**9))  # how many scores there are to be had
    scores, test = {}, {}
    for user in rng.sample(range(1, 1000), rng.choice((1, 7, 40))):
        scored = rng.sample(movies, rng.randint(0, len(movies)))
        scores[user] = {movie: rng.randrange(levels) / 7 - 1 for movie in scored}
        held_out = rng.sample(movies, rng.randint(0, min(len(movies), 45)))
        test[user] = {movie: rng.choice((1, 2, 3, 3.5, 4, 5)) for movie in held_out}
    return scores, test


def places(own):
    """The best 20 movies as {movie: score} without ties: the same order, ties by the lower id."""
    ranked = sorted(own, key=lambda movie: (-own[movie], movie))[:20]
    return {str(movie): float(100 - place) for place, movie in enumerate(ranked)}


def trec_eval(scores, relevant):
    """{"ndcg@10": mean over users with something relevant, …}; without scores a user counts 0."""
    qrels = {str(user): {str(movie): 1 for movie in movies} for user, movies in relevant.items()}
    run = {str(user): places(scores[user]) for user in relevant if scores[user]}
    cuts = ",".join(map(str, CUTOFFS))
    judged = pytrec_eval.RelevanceEvaluator(
        qrels, {f"{name}.{cuts}" for name in ("ndcg_cut", "recall", "P", "map_cut", "success")}
    ).evaluate(run)
    sums = collections.Counter()
    for k in CUTOFFS:
        first = {user: dict(list(own.items())[:k]) for user, own in run.items()}
        ranks = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(first)
        for user, figures in judged.items():
            count = len(qrels[user])
            sums[f"ndcg@{k}"] += figures[f"ndcg_cut_{k}"]
            sums[f"recall@{k}"] += figures[f"recall_{k}"]
            sums[f"precision@{k}"] += figures[f"P_{k}"]
            sums[f"map@{k}"] += figures[f"map_cut_{k}"] * count / min(k, count)
            sums[f"mrr@{k}"] += ranks[user]["recip_rank"]
            sums[f"hit_rate@{k}"] += figures[f"success_{k}"]
    return {f"{name}@{k}": sums[f"{name}@{k}"] / len(relevant) for name in METRICS for k in CUTOFFS}


def marquee(folder, rng, scores, test):
    lines = [f"{user},{movie},{score!r}" for user, own in scores.items() for movie, score in own.items()]
    rng.shuffle(lines)
    (folder / "scores.csv").write_text("\n".join(["user_id,movie_id,score", *lines]) + "\n")
    rows = [f"{user},{movie},{value}" for user, own in test.items() for movie, value in own.items()]
    (folder / "test.csv").write_text("\n".join(["user_id,movie_id,rating", *rows]) + "\n")
    done = subprocess.run(
        [BINARY, "evaluate", "--scores", folder / "scores.csv", "--test", folder / "test.csv", "--json",
         "--set=evaluation.bootstrap_samples=10"],
        capture_output=True, text=True, timeout=120,
        env={k: v for k, v in os.environ.items() if not k.startswith("MARQUEE_")})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class EvaluatorAgreement(unittest.TestCase):
    def test_every_metric_at_every_k_is_that_of_trec_eval(self):
        rng = random.Random(20260301)
        compared = with_hits = ties = 0
        with tempfile.TemporaryDirectory(prefix="marquee-agreement-") as name:
            while compared < 60:
                scores, test = random_case(rng)
                relevant = {user: {m for m, value in own.items() if value >= 3.5} for user, own in test.items()}
                relevant = {user: movies for user, movies in relevant.items() if movies}
                if not relevant:
                    continue
                found = marquee(pathlib.Path(name), rng, scores, test)
                wanted = trec_eval(scores, relevant)
                self.assertEqual(found["users_evaluated"], len(relevant))
                self.assertEqual(len(wanted), 18)
                for figure, value in wanted.items():
                    self.assertAlmostEqual(found[figure]["mean"], value, delta=1e-9, msg=f"{figure} of case {compared}")
                compared += 1
                with_hits += 0 < wanted["ndcg@5"] < 1
                ties += any(len(set(own.values())) < len(own) for own in scores.values())
        self.assertGreater(with_hits, 30, "rankings that nothing can be said of")
        self.assertGreater(ties, 30, "rankings without ties")


if __name__ == "__main__":
    unittest.main()
