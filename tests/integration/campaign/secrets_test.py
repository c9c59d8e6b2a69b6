"""A planted secret is in no log, metric, error, answer, report or model, whatever goes well or wrong."""

import base64
import json
import os
import re
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

from scenario import Scenario
from start_test import closed_port

TOKEN = "Planted/Session+Token==0123456789abcdef"
WRONG_KEY = "Planted/Wrong+Key/0123456789abcdefghij"
WRONG_PASSWORD = "Planted-Wrong-Password-0123456789"


def spellings(secret):
    """As it is, and as a log or an address might show it."""
    return {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret),
            json.dumps(secret).replace("/", "\\/")[1:-1], base64.b64encode(secret.encode()).decode()}


class NothingIsTold(Scenario):
    name = "secrets"
    server_options = ("--secure",)

    def setUp(self):
        super().setUp()
        facts = self.servers.facts
        self.make_world(partitions=2)
        with open(facts["KAFKA_PASSWORD_FILE"]) as file:
            password = file.read().strip()
        self.secrets = [self.servers.secret_key, password, TOKEN, WRONG_KEY, WRONG_PASSWORD]
        self.world.settings.update({
            "log.level": "trace", "kafka.brokers": facts["KAFKA_SASL_BROKERS"],
            "kafka.security_protocol": "sasl_plaintext", "kafka.sasl_mechanism": "PLAIN",
            "kafka.sasl_username": facts["KAFKA_USERNAME"],
            "kafka.sasl_password_file": facts["KAFKA_PASSWORD_FILE"]})
        self.wrong_password_file = self.world.folder / "wrong-password"
        self.wrong_password_file.write_text(WRONG_PASSWORD)
        self.dataset = self.world.folder / "dataset"
        self.world.must("generate", "--users", 60, "--items", 90, "--ratings", 2500, "--out", self.dataset)
        self.said = {}  # by what said it

    def note(self, what, text):
        self.said[what] = self.said.get(what, "") + text

    def run_noted(self, *arguments, must_work=True, **options):
        done = self.world.run(*arguments, **options)
        self.note(" ".join(map(str, arguments)), done.stdout + done.stderr)
        if must_work is not None:
            self.assertEqual(done.returncode == 0, must_work, f"{arguments}: {done.stdout}{done.stderr}")

    def import_data(self, **options):
        self.run_noted("import", "--ratings", self.dataset / "ratings.csv",
                       "--movies", self.dataset / "movies.csv", **options)

    def the_whole_flow(self):
        self.import_data()
        self.run_noted("produce", "--count", 40)
        self.run_noted("consume", "--exit-when-idle", "0.5")
        self.run_noted("train", "--deploy", timeout=300)
        self.run_noted("features", "get", "user", "1")
        self.run_noted("lake", "verify")
        self.run_noted("models", "list")

    def commands_that_fail(self, **options):
        """What is tried with something wrong about the servers."""
        self.import_data(must_work=False, **options)
        self.run_noted("consume", "--exit-when-idle", "0.5", must_work=False, **options)
        self.run_noted("train", "--deploy", must_work=False, **options)
        self.run_noted("features", "get", "user", "1", must_work=None, **options)  # lets any key in
        self.run_noted("doctor", must_work=False, **options)

    def serve(self, *, environment=None, **settings):
        """Asks everything of a server, and notes its answers and its log."""
        server = subprocess.Popen(
            self.world.command("--json", "serve", server_port=0, **settings), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**self.world.environment, **(environment or {})})
        self.addCleanup(server.kill)
        url = json.loads(server.stdout.readline())["url"]
        event = b'{"user_id": 1, "movie_id": 2, "rating": 4}'
        for path, body in (("/health", None), ("/recommend/1", None), ("/user/1/profile", None),
                           ("/events", event), ("/reload", b""), ("/events", b"{}"), ("/metrics", None)):
            self.note(f"serve {path}", self.ask(url + path, body))
        server.terminate()
        self.note("serve", "".join(server.communicate(timeout=60)))

    @staticmethod
    def ask(url, body):
        try:
            with urllib.request.urlopen(url, data=body, timeout=90) as answer:
                return str(answer.headers) + answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return str(refused.headers) + refused.read().decode()

    def files(self):
        """What the program left in the data dir and in the bucket."""
        for folder in (self.world.folder / "main", self.servers.bucket_folder(self.world.bucket)):
            for place, _, names in os.walk(folder):
                for name in names:
                    with open(os.path.join(place, name), "rb") as file:
                        yield name, file.read()

    def assert_nothing_is_told(self):
        patterns = {secret: re.compile(b"|".join(re.escape(s.encode()) for s in spellings(secret)))
                    for secret in self.secrets}
        looked_at = 0
        for where, content in [*((w, t.encode()) for w, t in self.said.items()), *self.files()]:
            looked_at += 1
            for secret, pattern in patterns.items():
                self.assertIsNone(pattern.search(content), f"{where} tells {secret[:8]}…")
        self.say(outputs=len(self.said), files=looked_at - len(self.said))

    def test_while_all_is_well(self):
        self.the_whole_flow()
        self.serve()
        kept = [name for name, _ in self.files()]
        self.assertTrue([name for name in kept if name.endswith(".safetensors")], kept)
        self.assert_nothing_is_told()

    def test_while_something_is_wrong(self):
        self.the_whole_flow()
        wrong_key = {"AWS_SECRET_ACCESS_KEY": WRONG_KEY}
        self.commands_that_fail(environment=wrong_key)
        self.serve(environment=wrong_key)
        token = {"AWS_SESSION_TOKEN": TOKEN}  # this S3 server takes none
        self.commands_that_fail(environment=token)
        self.serve(environment=token)
        nowhere = f"http://127.0.0.1:{closed_port()}"
        self.commands_that_fail(s3_endpoint=nowhere, dynamodb_endpoint=nowhere)
        self.serve(s3_endpoint=nowhere, dynamodb_endpoint=nowhere)
        for wrong in ({"kafka_sasl_password_file": self.wrong_password_file},
                      {"kafka_brokers": f"127.0.0.1:{closed_port()}"}):
            self.run_noted("produce", "--count", 1, must_work=False, **wrong)
            self.run_noted("consume", "--exit-when-idle", "0.5", must_work=False, **wrong)
            self.run_noted("doctor", must_work=False, **wrong)
            self.serve(**wrong)
        self.assertIn("authentication", self.said["doctor"].lower())
        self.assertIn(" debug ", self.said["serve"], "the log is as wordy as can be")
        self.assert_nothing_is_told()


if __name__ == "__main__":
    unittest.main(verbosity=0)
