"""The server from outside: wrong requests, a model that goes bad under it, signals, no data at all."""

import json
import signal
import unittest

from instance import InstanceTest, run, wait_until


class ServingErrors(InstanceTest):
    def problem(self, instance, wanted, method, path, body=None):
        status, text = instance.http(method, path, body)
        self.assertEqual(status, wanted, f"{method} {path}: {text}")
        problem = json.loads(text)
        self.assertEqual(problem["status"], wanted)
        self.assertTrue(problem["title"])

    def test_wrong_requests(self):
        marquee = self.trained_instance()
        marquee.start_server()
        for wanted, method, path, body in (
                (400, "GET", "/recommend/abc", None), (400, "GET", "/recommend/-1", None),
                (400, "GET", "/recommend/0", None), (400, "GET", "/recommend/99999999999999999999", None),
                (400, "GET", "/internal/recommend/1?top_n=0", None),
                (400, "GET", "/internal/recommend/1?top_n=101", None),
                (400, "GET", "/internal/recommend/1?top_n=ten", None),
                (404, "GET", "/nosuch", None), (404, "GET", "/movie/999999999/similar", None),
                (405, "POST", "/recommend/1", {}), (405, "DELETE", "/health", None),
                (400, "POST", "/events", b"{"), (400, "POST", "/events", b"[]"),
                (400, "POST", "/reload", b"no json"), (400, "POST", "/reload", {"source": "nowhere"}),
                (413, "POST", "/events", b" " * 100_000)):
            with self.subTest(f"{method} {path}"):
                self.problem(marquee, wanted, method, path, body)
        self.assertEqual(len(marquee.recommended(1)), 20, "it serves on")

    def test_an_unknown_user_gets_the_popular_list(self):
        marquee = self.trained_instance()
        marquee.start_server()
        self.assertEqual(len(marquee.recommended(123456789)), 20)

    def test_a_bad_production_file_changes_nothing(self):
        marquee = self.trained_instance()
        marquee.start_server()
        before = marquee.recommended(1)
        good = marquee.production.read_bytes()
        for bad in (b"", good[:1000], b"x" * 5000, good[:-1]):
            marquee.production.write_bytes(bad)  # in place: the server's copy must be its own
            self.assertEqual(marquee.recommended(1), before)
            self.assertGreaterEqual(marquee.http("POST", "/reload")[0], 400)
            self.assertEqual(marquee.recommended(1), before)
        marquee.production.write_bytes(good)
        self.assertEqual(marquee.http("POST", "/reload")[0], 200)

    def test_without_model_and_data_it_says_what_to_run(self):
        marquee = self.new_instance()
        marquee.start_server(ready=False)
        wait_until(lambda: "marquee import" in marquee.http("GET", "/health")[1])
        self.assertEqual(marquee.http("GET", "/health")[0], 503)
        self.assertEqual(marquee.http("GET", "/recommend/1")[0], 503)

    def test_without_a_model_it_builds_one_from_the_data(self):
        marquee = self.new_instance()
        self.import_into(marquee, self.generate())
        marquee.start_server()
        self.assertEqual(len(marquee.recommended(1)), 20)

    def test_signals_stop_it_cleanly(self):
        marquee = self.trained_instance()
        for how in (signal.SIGTERM, signal.SIGINT):
            marquee.start_server()
            self.assertEqual(marquee.stop_server(how), 0, marquee.server_log())

    def test_a_port_that_is_taken_is_named(self):
        marquee = self.trained_instance()
        marquee.start_server()
        done = run("serve", "--data-dir", marquee.data_dir, "--port", marquee.port)
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(marquee.port), done.stderr)


if __name__ == "__main__":
    unittest.main()
