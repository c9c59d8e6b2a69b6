"""run.sh --mode aws: real servers around a program that only notes how it is called."""

import os
import re
import shutil
import signal
import stat
import subprocess
import unittest

from instance import SOURCE, InstanceTest, clean_environment, free_port, wait_until

# Notes its arguments; `consume` and `serve` stay until they are told to stop, and note that, too.
PROGRAM = '''#!/usr/bin/env python3
import http.server, os, signal, sys, time
words = [word for word in sys.argv[1:] if word in ("import", "consume", "pipeline", "serve")]
def note(text):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(text + "\\n")
def stop(*_):
    note("end of " + words[0])
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
while words[0] == "pipeline" and "consume" not in open(os.environ["NOTES"]).read():
    time.sleep(0.02)  # the consumer was started before, but runs beside
note(f"{words[0]} with {os.environ['AWS_SHARED_CREDENTIALS_FILE']}")
if words[0] == "consume":
    signal.pause()
if words[0] == "serve":
    port = int(os.environ["MARQUEE_SERVER_PORT"])
    http.server.HTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler).serve_forever()
if words[0] == "pipeline":
    sys.exit(int(os.environ.get("PIPELINE_EXIT", "0")))
'''


class RunAws(InstanceTest):
    def setUp(self):
        super().setUp()
        self.project = self.folder / "project"
        shutil.copytree(SOURCE / "scripts", self.project / "scripts")
        shutil.copy(SOURCE / "run.sh", self.project)
        (self.project / ".deps").symlink_to(SOURCE / ".deps")
        for done_already in ("setup.sh", "build.sh"):
            (self.project / "scripts" / done_already).write_text("exit 0\n")
        demo_data = self.project / "scripts" / "get_demo_data.sh"
        demo_data.write_text("exit 0\n")
        program = self.project / "build" / "release" / "marquee"
        program.parent.mkdir(parents=True)
        program.write_text(PROGRAM)
        program.chmod(0o755)
        self.data_dir = self.folder / "data with a space"
        self.notes = self.folder / "notes"

    def start(self, **variables):
        self.output = open(self.folder / "output", "w+")
        self.addCleanup(self.output.close)
        env = clean_environment() | {"NOTES": str(self.notes), "AWS_SECRET_ACCESS_KEY": "a real one"} | variables
        self.script = subprocess.Popen(
            [self.project / "run.sh", "--mode", "aws", "--no-airflow", "--port", str(free_port()),
             "--data-dir", self.data_dir],
            stdout=self.output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
            start_new_session=True)
        self.addCleanup(self.stop_what_is_left)

    def stop_what_is_left(self):
        self.script.kill()
        self.script.wait()
        subprocess.run([SOURCE / "scripts" / "services.sh", "stop", "--dir", self.data_dir / "services", "--kill"],
                       capture_output=True, timeout=300, check=True)
        for process in self.processes():
            os.kill(process, signal.SIGKILL)

    def said(self):
        return (self.folder / "output").read_text()

    def noted(self):
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    def processes(self):
        """What runs with the data dir among its arguments, the script itself aside."""
        found = subprocess.run(["pgrep", "-f", re.escape(str(self.data_dir))], capture_output=True, text=True)
        return [int(word) for word in found.stdout.split() if int(word) != self.script.pid]

    def interrupt(self):
        os.killpg(self.script.pid, signal.SIGINT)  # as a terminal does
        return self.script.wait(timeout=300)

    def test_from_nothing_to_serving_and_back(self):
        self.start()
        wait_until(lambda: "Serving on" in self.said() or self.script.poll() is not None)
        self.assertIsNone(self.script.poll(), self.said())
        credentials = self.data_dir / "aws-credentials"
        self.assertEqual(self.noted(), [f"{command} with {credentials}"
                                        for command in ("import", "consume", "pipeline", "serve")])
        self.assertEqual(stat.S_IMODE(credentials.stat().st_mode), 0o600)
        secret = re.search("aws_secret_access_key = (.+)", credentials.read_text()).group(1)
        self.assertNotIn(secret, self.said() + (self.data_dir / "aws.yaml").read_text())
        self.assertGreaterEqual(len(self.processes()), 5, "three servers, the consumer, the API")
        self.assertEqual(self.interrupt(), 130, self.said())
        self.assertEqual(self.noted()[-2:], ["end of serve", "end of consume"])
        self.assertEqual(self.processes(), [])

    def test_a_failed_night_ends_it_all(self):
        self.start(PIPELINE_EXIT="1")
        self.assertEqual(self.script.wait(timeout=300), 1, self.said())
        self.assertIn("The first night failed (exit 1)", self.said())
        self.assertEqual(self.noted()[-1], "end of consume")
        self.assertEqual(self.processes(), [])


if __name__ == "__main__":
    unittest.main()
