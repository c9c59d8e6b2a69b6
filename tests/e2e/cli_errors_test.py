"""What the command line refuses, as a table in data/cli_errors.txt.

A case is a paragraph: the command line after "marquee", then "exit N", then words that standard error
must hold, one phrase a line. {tmp} is an empty folder, {set} a folder with a small data set, {model} a
model file trained on it, {good} a data dir with that set imported and {odd} a folder with odd files."""

import os
import pathlib
import shlex
import unittest

from instance import InstanceTest, run

TABLE = pathlib.Path(__file__).parent / "data" / "cli_errors.txt"


def cases():
    paragraphs = TABLE.read_text().split("\n\n")
    for paragraph in paragraphs:
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines:
            yield lines[0], int(lines[1].removeprefix("exit ")), lines[2:]


class CliErrors(InstanceTest):
    def setUp(self):
        super().setUp()
        marquee = self.new_instance("good")
        dataset = self.generate(users=60, items=80, ratings=2000)
        self.import_into(marquee, dataset)
        model = self.folder / "model.safetensors"
        done = run("train", "--ratings", dataset / "ratings.csv", "--movies", dataset / "movies.csv",
                   "--model", model)
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.folder / "empty").mkdir()
        self.places = {"tmp": self.folder / "empty", "set": dataset, "model": model,
                       "good": marquee.data_dir, "odd": self.odd_files(model)}

    def odd_files(self, model):
        folder = self.folder / "odd"
        folder.mkdir()
        (folder / "empty").write_bytes(b"")
        (folder / "empty.safetensors").write_bytes(b"")
        (folder / "truncated.safetensors").write_bytes(model.read_bytes()[:-100])
        flipped = bytearray(model.read_bytes())
        flipped[len(flipped) // 2] ^= 1
        (folder / "flipped.safetensors").write_bytes(flipped)
        (folder / "broken.yaml").write_text("server: {port: 1\n")
        (folder / "list.yaml").write_text("- 1\n- 2\n")
        (folder / "unknown.yaml").write_text("server:\n  prot: 1\n")
        (folder / "wrong.yaml").write_text("server:\n  port: often\n")
        (folder / "binary.yaml").write_bytes(bytes(range(256)))
        (folder / "no_header.csv").write_text("1,2,3\n")
        (folder / "bad_lines.csv").write_text("user_id,movie_id,rating,timestamp\n1,1,4,\n1,2,nine,\n")
        (folder / "not_sqlite").mkdir()
        (folder / "not_sqlite" / "marquee.db").write_bytes(b"no database at all, but long enough " * 99)
        return folder

    def test_each_case_of_the_table(self):
        count = 0
        for line, code, phrases in cases():
            with self.subTest(line):
                count += 1
                arguments = shlex.split(line.format(**self.places))
                done = run(*arguments, cwd=self.places["tmp"])
                told = done.stderr
                self.assertEqual(done.returncode, code, done.stdout + told)
                for phrase in phrases:
                    self.assertIn(phrase.format(**self.places).lower(), told.lower())
                self.assertNotIn("internal error", told)
                self.assertEqual(os.listdir(self.places["tmp"]), [], "nothing is written")
        self.assertGreater(count, 40)

    def test_a_wrong_environment_variable_is_named(self):
        for name, value, words in (("MARQUEE_SERVER_PROT", "1", "MARQUEE_SERVER_PORT"),
                                   ("MARQUEE_SERVER_PORT", "often", "MARQUEE_SERVER_PORT")):
            done = run("doctor", "--data-dir", self.places["tmp"], env={"PATH": "/bin", name: value})
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
