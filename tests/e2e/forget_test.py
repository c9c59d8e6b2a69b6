"""A user is forgotten in the embedded mode, beside a running server: no byte is left, nobody else changes."""

import contextlib
import json
import os
import pty
import signal
import sqlite3
import subprocess
import time
import unittest

import instance
from instance import InstanceTest, clean_environment, wait_until

USER = 7_654_321_987_654_321  # as text and as a number in no other place
MARK = "planted-mark-of-this-user"


class Forget(InstanceTest):
    def setUp(self):
        super().setUp()
        self.marquee = self.trained_instance()
        self.marquee.must("extract-features")

    def rate(self, movies, user=USER):
        for movie in movies:
            status, text = self.marquee.http("POST", "/events", {
                "user_id": user, "movie_id": movie, "rating": 4.5, "note": MARK})
            self.assertIn(status, (200, 201, 202), text)

    def send_dead_letter(self):
        """What the API would refuse, another producer may have sent."""
        value = json.dumps({"user_id": USER, "movie_id": "x", "rating": 1, "note": MARK})
        with contextlib.closing(sqlite3.connect(self.marquee.data_dir / "journal.db", timeout=30)) as journal:
            with journal:
                journal.execute("INSERT INTO events SELECT MAX(offset) + 1, record_time, ? FROM events", (value,))

    def files_with(self, *needles):
        return [path for path in self.marquee.data_dir.rglob("*") if path.is_file()
                and path.name != "server.log" and any(n in path.read_bytes() for n in needles)]

    def ratings_of(self, user):
        return self.marquee.query("SELECT count(*) FROM ratings WHERE user_id = ?", user)[0][0]

    def dead_letters(self):
        return self.marquee.query("SELECT count(*) FROM dead_letters")[0][0]

    def test_no_byte_is_left_and_nobody_else_changes(self):
        before = self.marquee.ratings()
        features = self.marquee.query("SELECT * FROM movie_features ORDER BY movie_id")
        self.marquee.start_server()
        self.rate([1, 2, 3, 2])
        self.send_dead_letter()
        wait_until(lambda: self.ratings_of(USER) == 3 and self.dead_letters() == 1)
        self.marquee.must("extract-features")
        self.assertNotEqual(self.files_with(MARK.encode()), [])
        done = json.loads(self.marquee.must("--json", "forget", "--user", USER, "--yes"))
        self.assertEqual(done["outcome"], "forgotten")
        places = {place["place"]: place for place in done["places"]}
        self.assertEqual(places["database: ratings"],
                         {"place": "database: ratings", "found": 3, "removed": 3, "left": 0})
        self.assertEqual(places["database: replaced ratings"]["removed"], 1)
        self.assertEqual(places["database: dead letters"]["removed"], 1)
        self.assertEqual(places["journal"]["removed"], 5)
        self.assertEqual(self.files_with(MARK.encode(), str(USER).encode()), [])
        self.assertEqual(self.marquee.ratings(), before)
        self.assertEqual(self.rounded(self.marquee.query("SELECT * FROM movie_features ORDER BY movie_id")),
                         self.rounded(features))
        self.rate([5])  # somebody new
        wait_until(lambda: self.ratings_of(USER) == 1)
        self.assertEqual(self.marquee.stop_server(), 0)

    def rounded(self, rows):
        return [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows]

    def on_terminal(self, answer, user):
        """Runs it on a terminal on which somebody types; gives (exit code, what was shown there)."""
        ours, its = pty.openpty()
        process = subprocess.Popen(
            [instance.BINARY, "forget", "--user", str(user), "--data-dir", str(self.marquee.data_dir)],
            stdin=its, stdout=subprocess.DEVNULL, stderr=its, env=clean_environment())
        os.close(its)
        os.write(ours, answer.encode() + b"\n")
        shown = b""
        with contextlib.suppress(OSError):  # a terminal that nobody else has open any more
            while part := os.read(ours, 4096):
                shown += part
        os.close(ours)
        return process.wait(60), shown.decode()

    def test_a_person_is_asked(self):
        before = self.marquee.ratings()
        code, shown = self.on_terminal("yes", 1)
        self.assertEqual(code, 2, shown)
        self.assertIn("database: ratings", shown)
        self.assertIn("nothing was removed", shown)
        self.assertEqual(self.marquee.ratings(), before)
        code, shown = self.on_terminal("forget", 1)
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.marquee.ratings(), [row for row in before if row[0] != 1])

    def test_killed_anywhere_the_next_call_does_the_rest(self):
        user = 1
        others = [row for row in self.marquee.ratings() if row[0] != user]
        began = time.monotonic()
        self.marquee.must("forget", "--user", 10**15, "--yes")
        seconds = time.monotonic() - began
        for k in range(8):
            process = subprocess.Popen(
                [instance.BINARY, "forget", "--user", str(user), "--yes", "--data-dir",
                 str(self.marquee.data_dir)], env=clean_environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            time.sleep(seconds * (k + 1) / 8)
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        text = self.marquee.must("forget", "--user", user, "--yes")
        self.assertIn("marquee models prune --keep 1 --no-rollback", text)
        self.assertIn("production_model", text)
        self.assertEqual(self.marquee.ratings(), others)
        self.marquee.must("train", "--deploy")
        self.marquee.must("models", "prune", "--keep", 1, "--no-rollback")
        self.assertEqual(json.loads(self.marquee.must("--json", "forget", "--user", user, "--yes")),
                         json.loads(self.marquee.must("--json", "forget", "--user", 2**62, "--yes")))
        audit = (self.marquee.data_dir / "forgotten.jsonl").read_text()
        self.assertNotIn(str(2**62), audit)
        self.assertEqual(json.loads(audit.splitlines()[-1])["outcome"], "nothing found")


if __name__ == "__main__":
    unittest.main()
