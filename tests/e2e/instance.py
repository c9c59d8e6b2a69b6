"""One installation of Marquee under test: a data dir, its commands and its server."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

BINARY = os.environ["BINARY_UNDER_TEST"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def clean_environment():
    """The environment without settings of the person who runs the tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith("MARQUEE_")}


def run(*arguments, wrapper=(), timeout=600, cwd=None, env=None, preexec_fn=None):
    """Runs the program to its end, behind `wrapper`; gives a CompletedProcess with text output."""
    return subprocess.run([*wrapper, BINARY, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, cwd=cwd, env=env or clean_environment(),
                          stdin=subprocess.DEVNULL, preexec_fn=preexec_fn)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=300):
    """Polls until the condition holds; a test fails by it when time is up."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"nothing happened within {seconds} s")
        time.sleep(0.02)


class Instance:
    def __init__(self, folder):
        self.data_dir = pathlib.Path(folder)
        self.port = free_port()
        self.settings = {"server.port": self.port, "model.threads": 2, "evaluation.bootstrap_samples": 50}
        self.server = None

    def run(self, *arguments, **options):
        settings = [f"--set={key}={value}" for key, value in self.settings.items()]
        return run(*arguments, "--data-dir", self.data_dir, *settings, **options)

    def must(self, *arguments, **options):
        """Runs a command that has to succeed; gives its standard output."""
        done = self.run(*arguments, **options)
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    @property
    def production(self):
        return self.data_dir / "models" / "saved_models" / "production_model.safetensors"

    def query(self, sql, *parameters):
        with contextlib.closing(sqlite3.connect(self.data_dir / "marquee.db")) as database:
            return database.execute(sql, parameters).fetchall()

    def ratings(self):
        return sorted(self.query("SELECT user_id, movie_id, rating FROM ratings"))

    def start_server(self, *arguments, ready=True):
        """Starts `serve` and waits until it answers (and, with `ready`, has a model)."""
        self.log = open(self.data_dir / "server.log", "ab")
        settings = [f"--set={key}={value}" for key, value in self.settings.items()]
        self.server = subprocess.Popen(
            [BINARY, "serve", "--data-dir", str(self.data_dir), *settings, *arguments],
            stdout=self.log, stderr=self.log, env=clean_environment())
        wait_until(lambda: self._answers(ready))

    def _answers(self, ready):
        assert self.server.poll() is None, "the server ended:\n" + self.server_log()
        try:
            return self.http("GET", "/health")[0] == 200 or not ready
        except OSError:
            return False

    def server_log(self):
        return (self.data_dir / "server.log").read_text(errors="replace")

    def stop_server(self, how=signal.SIGTERM):
        """Stops the server; gives its exit code."""
        if self.server is None:
            return None
        self.server.send_signal(how)
        code = self.server.wait(timeout=300)
        self.server = None
        self.log.close()
        return code

    def http(self, method, path, body=None, timeout=300):
        """One request; gives (status, body as text)."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def recommended(self, user):
        """The ids of GET /recommend/{user}, best first."""
        status, text = self.http("GET", f"/recommend/{user}")
        assert status == 200, text
        return [int(word) for word in text.strip().split(",")]


class InstanceTest(unittest.TestCase):
    """A test with instances in a folder of its own, which goes when the test ends."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="marquee-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def new_instance(self, name="data"):
        (self.folder / name).mkdir(exist_ok=True)
        instance = Instance(self.folder / name)
        self.addCleanup(instance.stop_server, signal.SIGKILL)
        return instance

    def generate(self, name="dataset", users=200, items=300, ratings=10000, seed=7):
        """A small synthetic data set; gives its folder."""
        folder = self.folder / name
        done = run("generate", "--users", users, "--items", items, "--ratings", ratings,
                   "--seed", seed, "--out", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder

    def import_into(self, instance, dataset):
        instance.must("import", "--ratings", dataset / "ratings.csv", "--movies", dataset / "movies.csv")

    def trained_instance(self, name="data"):
        """An instance with imported data and a model in production."""
        instance = self.new_instance(name)
        self.import_into(instance, self.generate())
        instance.must("train", "--deploy")
        return instance
