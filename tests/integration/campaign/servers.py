"""The real servers that a campaign runs on, through scripts/services.sh."""

import os
import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = SOURCE / "scripts" / "services.sh"


class Servers:
    """Kafka, S3 and DynamoDB Local, shared by the tests that name the same folder."""

    def __init__(self, folder=None, options=()):
        self.folder = pathlib.Path(folder or os.environ["TEST_SERVICES"])
        self.options = options
        self.facts = {}

    def start(self, *names):
        """Starts what does not run yet of `names`, all three by default; takes seconds."""
        done = self._script("start", *names, "--memory", *self.options)
        self.facts = dict(line.split("=", 1) for line in done.stdout.splitlines())

    def stop(self, *names, kill=False):
        self._script("stop", *names, *(["--kill"] if kill else []))

    def _script(self, action, *arguments):
        done = subprocess.run(["bash", SCRIPT, action, *arguments, "--dir", self.folder], text=True,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=600)
        assert done.returncode == 0, f"services.sh {action} {arguments}: exit {done.returncode}"
        return done

    @property
    def brokers(self):
        return self.facts["KAFKA_BROKERS"]

    @property
    def s3(self):
        return self.facts["S3_ENDPOINT"]

    @property
    def dynamodb(self):
        return self.facts["DYNAMODB_ENDPOINT"]

    @property
    def access_key(self):
        return self.facts["S3_ACCESS_KEY"]

    @property
    def secret_key(self):
        return self.facts["S3_SECRET_KEY"]

    def bucket_folder(self, bucket):
        """Where the S3 server keeps a bucket: cheap to look into while a campaign runs."""
        return self.folder / "s3" / "data" / bucket
