"""What cannot be reached, or does not let us in, is named within seconds; no secret is told."""

import os
import socket
import time
import unittest

from fault_proxy import FaultProxy
from scenario import Scenario

SECONDS = 30
PLANTED = "Planted/Secret+0123456789abcdefghijKLMNOP"


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WrongFromTheStart(Scenario):
    name = "start"

    def setUp(self):
        super().setUp()
        self.make_world(partitions=1)
        self.silent = FaultProxy(self.servers.s3, self.seed)
        self.silent.set("never")
        self.slowest = 0.0

    def tearDown(self):
        self.silent.close()
        super().tearDown()

    def refuse(self, *named, environment=None, settings=None):
        """consume fails in time, and its error has all that is in `named`."""
        began = time.monotonic()
        self.world.settings.update(settings or {})
        done = self.world.run("consume", timeout=60, environment=environment)
        seconds = time.monotonic() - began
        self.slowest = max(self.slowest, seconds)
        self.assertNotEqual(done.returncode, 0)
        for text in named:
            self.assertIn(text.lower(), done.stderr.lower())
        self.assertLess(seconds, SECONDS, done.stderr)
        self.say(exit=done.returncode, seconds=round(seconds, 1), says=done.stderr.strip().replace("\n", " | "))
        return done

    def test_s3_is_not_there(self):
        endpoint = f"http://127.0.0.1:{closed_port()}"
        self.refuse(endpoint, self.world.bucket, "connect", settings={"s3.endpoint": endpoint})

    def test_s3_does_not_answer(self):
        self.refuse(self.silent.url, self.world.bucket, "time", settings={"s3.endpoint": self.silent.url})

    def test_the_bucket_is_not_there(self):
        self.refuse(self.servers.s3, "no-such-bucket", "bucket", settings={"s3.bucket": "no-such-bucket"})

    def test_the_secret_is_wrong(self):
        done = self.refuse(self.servers.s3, self.world.bucket, "SignatureDoesNotMatch",
                           environment={"AWS_SECRET_ACCESS_KEY": PLANTED}, settings={"log.level": "trace"})
        self.assert_not_told(PLANTED, done)

    def test_the_key_is_unknown(self):
        self.refuse(self.servers.s3, self.world.bucket, "access key",
                    environment={"AWS_ACCESS_KEY_ID": "AKNOBODY"})

    def test_there_are_no_credentials(self):
        home = self.world.folder / "home"
        home.mkdir()
        self.refuse("AWS_ACCESS_KEY_ID", environment={
            "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(home)})

    def test_dynamodb_is_not_there(self):
        endpoint = f"http://127.0.0.1:{closed_port()}"
        self.refuse(endpoint, "user_features", "connect", settings={"dynamodb.endpoint": endpoint})

    def test_kafka_is_not_there(self):
        brokers = f"127.0.0.1:{closed_port()}"
        self.refuse(brokers, settings={"kafka.brokers": brokers})

    def test_no_secret_is_told_while_all_is_well(self):
        password = self.world.folder / "password"
        password.write_text(PLANTED)
        self.world.settings["log.level"] = "trace"
        self.produce(500, 50).finish()
        done = self.world.run("consume", "--exit-when-idle", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_not_told(self.servers.secret_key, done)
        done = self.refuse(self.servers.brokers, settings={
            "kafka.security_protocol": "sasl_plaintext", "kafka.sasl_mechanism": "PLAIN",
            "kafka.sasl_username": "somebody", "kafka.sasl_password_file": password})
        password.unlink()
        self.assert_not_told(PLANTED, done)

    def assert_not_told(self, secret, done):
        """Neither in what it printed nor in any file that it left."""
        self.assertNotIn(secret, done.stdout + done.stderr)
        for folder, _, names in os.walk(self.world.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(secret.encode(), file.read(), name)


if __name__ == "__main__":
    unittest.main(verbosity=0)
