"""One campaign's own topic, consumer group, bucket and ids on servers that others use too."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import boto3
import botocore.config
import confluent_kafka
import confluent_kafka.admin

BINARY = os.environ["BINARY_UNDER_TEST"]


class World:
    """`settings` are those of every marquee command; a scenario may change them before it starts one.

    Ids of users and movies lie in `ids`, which nobody had before: DynamoDB's tables are shared.
    """

    def __init__(self, servers, name, partitions=6, **settings):
        self.servers = servers
        stamp = time.time_ns() // 1000
        self.first_id = stamp << 10
        self.ids = range(self.first_id, self.first_id + 1000)
        self.topic = f"events-{name}-{stamp}"
        self.group = f"group-{name}-{stamp}"
        self.bucket = f"{name}-{stamp}"
        self.partitions = partitions
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"campaign-{name}-"))
        self.environment = self._environment()
        self.s3 = self._client("s3", servers.s3)
        self.dynamodb = self._client("dynamodb", servers.dynamodb)
        self.s3.create_bucket(Bucket=self.bucket)
        self._make_topic()
        self.settings = {
            "storage.mode": "aws", "stream.kind": "kafka", "kafka.brokers": servers.brokers,
            "kafka.topic": self.topic, "kafka.group": self.group, "s3.endpoint": servers.s3,
            "s3.bucket": self.bucket, "dynamodb.endpoint": servers.dynamodb,
            "bronze.max_object_age": 1, "bronze.max_events_per_object": 200,
            "stream.batch_events": 50, **settings}

    def _environment(self):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MARQUEE_", "AWS_"))}
        return {**clean, "AWS_ACCESS_KEY_ID": self.servers.access_key,
                "AWS_SECRET_ACCESS_KEY": self.servers.secret_key, "AWS_EC2_METADATA_DISABLED": "true"}

    def _client(self, service, endpoint):
        return boto3.client(
            service, endpoint_url=endpoint, region_name="us-east-1",
            aws_access_key_id=self.servers.access_key, aws_secret_access_key=self.servers.secret_key,
            config=botocore.config.Config(max_pool_connections=16, retries={"max_attempts": 5},
                                          s3={"addressing_style": "path"}))

    def _make_topic(self):
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.servers.brokers})
        made = admin.create_topics([confluent_kafka.admin.NewTopic(self.topic, self.partitions, 1)])
        made[self.topic].result(timeout=120)

    def command(self, *arguments, data_dir="main", **settings):
        """The command line; keyword arguments set `kafka.x` where they are called kafka_x."""
        own = {key.replace("_", ".", 1): value for key, value in settings.items()}
        return [BINARY, *map(str, arguments), "--data-dir", str(self.folder / data_dir),
                *(f"--set={key}={value}" for key, value in {**self.settings, **own}.items())]

    def run(self, *arguments, timeout=600, environment=None, **settings):
        """Runs a marquee command to its end; gives a CompletedProcess with text output."""
        return subprocess.run(self.command(*arguments, **settings), capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL,
                              env={**self.environment, **(environment or {})})

    def must(self, *arguments, **options):
        done = self.run(*arguments, **options)
        assert done.returncode == 0, \
            f"{arguments}: exit {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def _ask_group(self, question):
        """What question(reader) gives; a broker that just came back may need a while to know."""
        end = time.monotonic() + 120
        while True:
            try:
                with contextlib.closing(confluent_kafka.Consumer({
                        "bootstrap.servers": self.servers.brokers, "group.id": self.group,
                        "log_level": 0})) as reader:
                    return question(reader)
            except confluent_kafka.KafkaException:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def committed(self):
        """The group's committed offset by partition; partitions without one are left out."""
        asked = [confluent_kafka.TopicPartition(self.topic, p) for p in range(self.partitions)]
        return self._ask_group(lambda reader: {
            p.partition: p.offset for p in reader.committed(asked, timeout=10) if p.offset >= 0})

    def ends(self):
        """The offset after the last event by partition, as the broker says."""
        return self._ask_group(lambda reader: {p: reader.get_watermark_offsets(
            confluent_kafka.TopicPartition(self.topic, p), timeout=10)[1] for p in range(self.partitions)})

    def bronze_names(self):
        """Names of all objects below bronze/, from the server's own folder."""
        folder = self.servers.bucket_folder(self.bucket) / "bronze"
        return [name for _, _, names in os.walk(folder) for name in names]

    def keys(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
