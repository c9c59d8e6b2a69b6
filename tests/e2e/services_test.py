"""scripts/services.sh: servers that start, come back on their ports, and are gone when they should be."""

import socket
import subprocess
import unittest

from instance import SOURCE, InstanceTest, clean_environment, free_port, wait_until

SCRIPT = SOURCE / "scripts" / "services.sh"


def answers(address):
    host, port = address.removeprefix("http://").split(":")
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, int(port))) == 0


class Services(InstanceTest):
    def setUp(self):
        super().setUp()
        self.dir = self.folder / "services"
        self.addCleanup(self.services, "stop", "--kill")

    def command(self, action, *arguments):
        return [SCRIPT, action, *arguments, "--dir", self.dir]

    def services(self, action, *arguments, code=0):
        done = subprocess.run(self.command(action, *arguments), capture_output=True, text=True, timeout=600,
                              env=clean_environment(), stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def start(self, *arguments):
        """Starts services; gives how to reach them."""
        return dict(line.split("=", 1) for line in self.services("start", *arguments).splitlines())

    def test_a_broker_that_was_killed_comes_back_on_its_port(self):
        before = self.start("kafka", "s3")
        self.services("stop", "kafka", "--kill")
        self.assertFalse(answers(before["KAFKA_BROKERS"]))
        self.assertTrue(answers(before["S3_ENDPOINT"]), "only what was named is stopped")
        self.assertIn("kafka: stopped", self.services("status", code=1))
        self.assertEqual(self.start("kafka"), before)
        self.services("status")
        self.assertTrue(answers(before["KAFKA_BROKERS"]))

    def test_two_starts_at_once_start_one_server(self):
        both = [subprocess.Popen(self.command("start", "s3"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 text=True, env=clean_environment()) for _ in range(2)]
        said = [process.communicate(timeout=600)[0] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0])
        self.assertEqual(said[0], said[1])

    def test_keys_are_made_for_each_folder_and_kept(self):
        found = self.start("s3")
        self.assertEqual(self.start("s3"), found)
        self.assertEqual((self.dir / "services.env").stat().st_mode & 0o77, 0)
        self.services("stop")
        self.dir = self.folder / "another"
        self.addCleanup(self.services, "stop", "--kill")
        self.assertNotEqual(self.start("s3")["S3_SECRET_KEY"], found["S3_SECRET_KEY"])

    def test_they_end_with_their_owner(self):
        owner = subprocess.Popen(["sleep", "300"])
        self.addCleanup(owner.kill)
        address = self.start("dynamodb", "--memory", "--owner", str(owner.pid))["DYNAMODB_ENDPOINT"]
        self.assertTrue(answers(address))
        owner.kill()
        owner.wait()
        wait_until(lambda: not answers(address))

    def test_a_stop_that_comes_late_leaves_no_folder(self):
        self.services("stop", "s3", "--kill")
        self.assertFalse(self.dir.exists())

    def test_a_taken_port_is_refused_by_name(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            done = subprocess.run(self.command("start", "s3", "--s3-port", str(port)), capture_output=True,
                                  text=True, timeout=600, env=clean_environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"Port {port}", done.stderr)

    def test_a_running_service_does_not_move(self):
        self.start("s3")
        done = subprocess.run(self.command("start", "s3", "--s3-port", str(free_port())), capture_output=True,
                              text=True, timeout=600, env=clean_environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn("runs on port", done.stderr)


if __name__ == "__main__":
    unittest.main()
