"""run.sh and test.sh: their arguments, and where they refuse to go on."""

import os
import socket
import subprocess
import unittest

from instance import SOURCE, InstanceTest, clean_environment


def script(name, *arguments, env=None):
    return subprocess.run([SOURCE / name, *arguments], capture_output=True, text=True, timeout=300,
                          env=env or clean_environment(), stdin=subprocess.DEVNULL)


class Scripts(InstanceTest):
    def expect(self, code, words, done):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(words, done.stdout + done.stderr)

    def test_help(self):
        self.expect(0, "Usage: ./run.sh", script("run.sh", "--help"))
        self.expect(0, "Usage: ./test.sh", script("test.sh", "--help"))

    def test_wrong_arguments(self):
        for arguments, words in ((["--nosuch"], "--nosuch"), (["--port"], "needs a value"),
                                 (["--port", "x"], "'x'"), (["--port", "0"], "65535"),
                                 (["--port", "70000"], "65535"), (["--data-dir", ""], "folder"),
                                 (["extra"], "extra"), (["--mode", "nosuch"], "'nosuch'"),
                                 (["--no-airflow"], "--mode aws")):
            self.expect(2, words, script("run.sh", *arguments))
        self.expect(2, "nosuch", script("test.sh", "nosuch"))
        self.expect(2, "one argument", script("test.sh", "unit", "full"))

    def test_services_script(self):
        services = "scripts/services.sh"
        self.expect(0, "Usage: scripts/services.sh", script(services, "--help"))
        self.expect(0, "Usage: scripts/airflow.sh", script("scripts/airflow.sh", "--help"))
        for arguments, words in (([], "expected start"), (["start", "nosuch"], "nosuch"),
                                 (["start", "--dir"], "needs a value"),
                                 (["start", "--s3-port", "x"], "'x'"),
                                 (["start", "--other-port", "1"], "--other-port")):
            self.expect(2, words, script(services, *arguments))

    def test_a_taken_port(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            done = script("run.sh", "--port", port, "--data-dir", str(self.folder / "data"))
        self.expect(1, f"Port {port} is taken", done)
        self.assertFalse((self.folder / "data").exists())

    def pretend(self, program, output):
        """An environment in which `program` prints `output`."""
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        fake = folder / program
        fake.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\n")
        fake.chmod(0o755)
        return clean_environment() | {"PATH": f"{folder}:{os.environ['PATH']}"}

    def test_another_processor_is_refused(self):
        env = self.pretend("uname", "riscv64")
        self.expect(1, "riscv64", script("scripts/check_system.sh", env=env))

    def test_too_little_disk_is_refused(self):
        copy = self.copy_of_scripts()
        env = self.pretend("df", "Filesystem 1M-blocks Used Available Capacity Mounted\nd 9 9 12 99% /")
        done = subprocess.run([copy / "scripts" / "check_system.sh"], capture_output=True, text=True, env=env)
        self.expect(1, "Only 12 MB are free", done)

    def copy_of_scripts(self):
        copy = self.folder / "project"
        (copy / "scripts").mkdir(parents=True)
        for path in (SOURCE / "scripts").iterdir():
            if path.is_file():
                (copy / "scripts" / path.name).write_bytes(path.read_bytes())
                (copy / "scripts" / path.name).chmod(0o755)
        return copy

    def test_another_system_is_refused_with_what_it_lacks(self):
        copy = self.copy_of_scripts()
        install = copy / "scripts" / "install_packages.sh"
        install.write_text(install.read_text()
                           .replace("/etc/os-release", str(self.folder / "os-release"))
                           .replace("zip.h", "no_such_header.h"))
        (self.folder / "os-release").write_text('ID=fedora\nVERSION_ID="41"\nPRETTY_NAME="Fedora 41"\n')
        done = subprocess.run([install], capture_output=True, text=True, env=clean_environment())
        self.expect(1, "Fedora 41", done)
        self.expect(1, "<no_such_header.h>", done)
        self.expect(1, "Debian 12", done)


if __name__ == "__main__":
    unittest.main()
