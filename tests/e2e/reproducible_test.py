"""The same input gives the same bytes: data sets per seed, models per run id, imports done twice."""

import unittest

from instance import InstanceTest, run


class Reproducible(InstanceTest):
    def test_generate_is_the_same_per_seed(self):
        one, again, other = (self.generate(name, seed=seed) for name, seed in
                             (("one", 3), ("again", 3), ("other", 4)))
        for name in ("ratings.csv", "movies.csv"):
            self.assertEqual((one / name).read_bytes(), (again / name).read_bytes())
        self.assertNotEqual((one / "ratings.csv").read_bytes(), (other / "ratings.csv").read_bytes())

    def train(self, dataset, name, threads=2):
        model = self.folder / name
        done = run("train", "--ratings", dataset / "ratings.csv", "--movies", dataset / "movies.csv",
                   "--model", model, "--set", f"model.threads={threads}", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return model

    def lists(self, model):
        out = model.with_suffix(".csv")
        done = run("recommend", "--all", "--model", model, "--top-n", "20", "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out.read_text().splitlines()

    def test_training_twice_gives_the_same_bytes(self):
        dataset = self.generate()
        one, again = self.train(dataset, "one.safetensors"), self.train(dataset, "again.safetensors")
        self.assertEqual(one.read_bytes(), again.read_bytes())

    def test_one_thread_gives_the_lists_of_two_but_for_ties(self):
        dataset = self.generate()
        one = self.lists(self.train(dataset, "one.safetensors", threads=1))
        two = self.lists(self.train(dataset, "two.safetensors", threads=2))
        same = sum(a == b for a, b in zip(one, two, strict=True))
        self.assertGreater(same, 0.98 * len(one))

    def test_training_from_files_touches_no_store(self):
        self.train(self.generate(), "model.safetensors")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["dataset", "model.safetensors"])

    def test_lists_are_csv_without_a_header(self):
        lines = self.lists(self.train(self.generate(), "model.safetensors"))
        for line in lines:
            user, items = line.split(",")
            self.assertGreater(int(user), 0)
            self.assertEqual(len(set(map(int, items.split()))), 20)

    def test_importing_twice_changes_nothing(self):
        marquee = self.new_instance()
        dataset = self.generate()
        self.import_into(marquee, dataset)
        ratings = marquee.ratings()
        self.import_into(marquee, dataset)
        self.assertEqual(marquee.ratings(), ratings)

    def test_a_task_done_twice_gives_the_same_model(self):
        marquee = self.new_instance()
        self.import_into(marquee, self.generate())
        model = marquee.data_dir / "models/saved_models/hybrid_model_20260101_020000.safetensors"
        marquee.must("train", "--run-id", "20260101_020000")
        first = model.read_bytes()
        marquee.must("train", "--run-id", "20260101_020000")
        self.assertEqual(model.read_bytes(), first)


if __name__ == "__main__":
    unittest.main()
