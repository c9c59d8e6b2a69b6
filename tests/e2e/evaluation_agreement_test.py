"""What `evaluate` reports equals what a few independent lines make of `recommend --all` on the same split."""

import collections
import csv
import hashlib
import json
import math
import pathlib
import tempfile
import unittest

from instance import Instance, run


def split_by_user(rows):
    """Each user's ratings in the order of SHA-1 of "42:user:movie"; the last fifth is the test."""
    by_user = collections.defaultdict(list)
    for row in rows:
        by_user[row["user_id"]].append(row)
    train, test = [], []
    for user, own in by_user.items():
        own.sort(key=lambda r: hashlib.sha1(f"42:{user}:{r['movie_id']}".encode()).hexdigest())
        held_out = len(own) // 5 if len(own) >= 5 else 0
        train += own[:len(own) - held_out]
        test += own[len(own) - held_out:]
    return train, test


def ndcg(items, relevant):
    gain = sum(1 / math.log2(place + 2) for place, item in enumerate(items[:10]) if item in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(10, len(relevant))))


class EvaluationAgreement(unittest.TestCase):
    def test_ndcg_is_that_of_an_independent_computation(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            made = run("generate", "--users", 150, "--items", 120, "--ratings", 5000, "--seed", 3, "--out", folder)
            self.assertEqual(made.returncode, 0, made.stderr)
            with open(folder / "ratings.csv") as lines:
                reader = csv.DictReader(lines)
                rows, fields = list(reader), reader.fieldnames
            train, test = split_by_user(rows)
            with open(folder / "train.csv", "w", newline="") as out:
                writer = csv.DictWriter(out, fields)
                writer.writeheader()
                writer.writerows(train)

            instance = Instance(folder / "data")
            instance.settings["model.validation"] = "user"
            instance.must("train", "--ratings", folder / "train.csv", "--movies", folder / "movies.csv",
                          "--model", folder / "model.safetensors")
            instance.must("recommend", "--all", "--model", folder / "model.safetensors", "--top-n", 20,
                          "--out", folder / "lists.csv")
            lists = {}
            for line in (folder / "lists.csv").read_text().splitlines():
                user, items = line.split(",")
                lists[user] = items.split()
            relevant = collections.defaultdict(set)
            for row in test:
                if float(row["rating"]) >= 3.5:
                    relevant[row["user_id"]].add(row["movie_id"])
            independent = math.fsum(ndcg(lists.get(u, []), r) for u, r in relevant.items()) / len(relevant)

            instance.must("import", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv")
            run_id = "20260301_020000"
            instance.must("train", "--run-id", run_id)
            instance.run("evaluate", "--run-id", run_id)  # whatever the gate says, the figures are written
            report = json.loads((folder / "data/models/saved_models" /
                                 f"hybrid_model_{run_id}.evaluation.json").read_text())
            found = json.dumps(report)
            self.assertIn("ndcg@10", found)
            candidate = report["candidate"] if "candidate" in report else report["report"]["candidate"]
            self.assertEqual(candidate["users_evaluated"], len(relevant))
            self.assertAlmostEqual(candidate["ndcg@10"]["mean"], independent, delta=1e-6)
            self.assertGreater(independent, 0.05)


if __name__ == "__main__":
    unittest.main()
