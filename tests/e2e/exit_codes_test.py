"""Every exit code of the contract through real commands: 0 done, 1 failed, 2 usage, 3 unfit, 4 gate."""

import json
import socket
import unittest

from instance import InstanceTest, run


class ExitCodes(InstanceTest):
    def expect(self, code, done):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_0_when_done(self):
        marquee = self.trained_instance()
        for command in (["validate"], ["models", "list"], ["recommend", "1"], ["pipeline", "run"]):
            self.expect(0, marquee.run(*command))
        self.expect(0, run("--version"))
        self.expect(0, run("--help"))

    def test_1_when_a_file_is_missing(self):
        marquee = self.new_instance()
        missing = self.folder / "missing.csv"
        done = self.expect(1, marquee.run("import", "--ratings", missing, "--movies", missing))
        self.assertIn("missing.csv", done.stderr)

    def test_1_when_no_server_answers_a_reload(self):
        marquee = self.trained_instance()
        done = self.expect(1, marquee.run("reload", "--run-id", "20260101_020000"))
        self.assertIn(str(marquee.port), done.stderr)

    def test_1_when_the_port_is_taken(self):
        marquee = self.trained_instance()
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", marquee.port))
            other.listen()
            done = self.expect(1, marquee.run("serve"))
        self.assertIn(str(marquee.port), done.stderr)

    def test_2_on_wrong_usage(self):
        self.expect(2, run())
        self.expect(2, run("nosuch"))
        self.expect(2, run("doctor", "--set", "server.port=hello"))

    def test_3_when_there_is_nothing_to_train_on(self):
        marquee = self.new_instance()
        self.expect(3, marquee.run("validate"))
        self.expect(3, marquee.run("pipeline", "run"))
        self.expect(3, marquee.run("train"))

    def test_3_when_too_many_events_are_dead_letters(self):
        marquee = self.trained_instance()
        marquee.must("produce", "--count", "1000")
        marquee.settings["events.max_rating"] = 1  # what the consumer takes for out of range
        marquee.must("consume", "--exit-when-idle", "1")
        done = self.expect(3, marquee.run("validate"))
        self.assertIn("dead letters", done.stdout + done.stderr)
        present = marquee.production.read_bytes()
        self.expect(3, marquee.run("pipeline", "run", "--run-id", "20260101_020000"))
        self.assertEqual(marquee.production.read_bytes(), present)

    def test_4_when_the_gate_keeps_the_present_model(self):
        marquee = self.trained_instance()
        present = marquee.production.read_bytes()
        marquee.must("produce", "--count", "50")
        marquee.must("consume", "--exit-when-idle", "1")
        marquee.settings["gate.min_precision_at_10"] = 1
        self.expect(4, marquee.run("train", "--deploy"))
        self.expect(4, marquee.run("pipeline", "run", "--run-id", "20260102_020000"))
        self.assertEqual(marquee.production.read_bytes(), present, "the present model stays")

    def test_errors_are_json_on_request(self):
        done = run("import", "--ratings", self.folder / "missing.csv", "--json", "--data-dir", self.folder)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("what", json.loads(done.stdout)["error"])


if __name__ == "__main__":
    unittest.main()
