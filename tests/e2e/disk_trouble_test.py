"""A full disk and a folder that cannot be written: nothing is lost and the old model stays.

The full disk is a small tmpfs. Where mounting is not allowed, a limit on the size of files makes the
same writes fail."""

import os
import resource
import signal
import subprocess
import unittest

from instance import InstanceTest

FULL_DISK_WORDS = ("No space left on device", "free space", "File too large")


class SmallDisk:
    """Room for the files of one instance that a test can take away and give back."""

    def __init__(self, folder, megabytes):
        self.ballast = folder / "ballast"
        self.limit = None
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
                                      capture_output=True).returncode == 0
        self.folder = folder

    def fill(self, spare):
        if self.mounted:
            self._write_ballast()
            os.truncate(self.ballast, max(0, self.ballast.stat().st_size - spare))
        else:
            self.limit = spare

    def _write_ballast(self):
        with open(self.ballast, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        self.ballast.unlink(missing_ok=True)
        self.limit = None

    def apply_limit(self):
        """In a child, before it runs the program."""
        if self.limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.limit, self.limit))

    def remove(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.folder], check=True)


class DiskTrouble(InstanceTest):
    def on_a_small_disk(self, megabytes):
        (self.folder / "small").mkdir()
        disk = SmallDisk(self.folder / "small", megabytes)
        self.addCleanup(disk.remove)
        return self.new_instance("small"), disk

    def temporaries(self, instance):
        return [path for path in instance.data_dir.rglob("*.tmp-*")]

    def assert_told(self, done, spare):
        self.assertEqual(done.returncode, 1, f"with {spare} bytes free: {done.stdout}{done.stderr}")
        self.assertTrue(any(words in done.stderr for words in FULL_DISK_WORDS), done.stderr)

    def fails_until_there_is_room(self, instance, disk, spares, command, unchanged):
        """Runs the command with ever more bytes free; each failure is told and changes nothing."""
        before = unchanged()
        failures = 0
        for spare in spares:
            disk.fill(spare)
            done = instance.run(*command, preexec_fn=disk.apply_limit)
            disk.free()
            self.assertEqual(self.temporaries(instance), [])
            if done.returncode == 0:
                break
            failures += 1
            self.assert_told(done, spare)
            self.assertEqual(unchanged(), before)
        self.assertGreater(failures, 0, "the disk was never full")
        instance.must(*command)
        return before, unchanged()

    def test_import_is_whole_or_not_at_all(self):
        marquee, disk = self.on_a_small_disk(32)
        self.import_into(marquee, self.generate("first"))
        dataset = self.generate("second", users=1000, items=500, ratings=50000, seed=8)
        before, after = self.fails_until_there_is_room(
            marquee, disk, [0, 4096, 65536, 300_000, 1_000_000, 2_000_000],
            ["import", "--ratings", dataset / "ratings.csv", "--movies", dataset / "movies.csv"],
            marquee.ratings)
        self.assertGreater(len(after), len(before))

    def test_training_leaves_the_production_model(self):
        marquee, disk = self.on_a_small_disk(64)
        self.import_into(marquee, self.generate())
        marquee.must("train", "--deploy")
        marquee.must("produce", "--count", "100")
        marquee.must("consume", "--exit-when-idle", "1")
        before, after = self.fails_until_there_is_room(
            marquee, disk, [0, 4096, 65536, 300_000],
            ["train", "--deploy", "--run-id", "20260101_020000"], marquee.production.read_bytes)
        self.assertNotEqual(before, after)

    def test_deploy_leaves_the_production_model(self):
        marquee, disk = self.on_a_small_disk(64)
        self.import_into(marquee, self.generate())
        marquee.must("train", "--deploy")
        marquee.must("produce", "--count", "100")
        marquee.must("consume", "--exit-when-idle", "1")
        for task in ("validate", "extract-features", "train", "evaluate"):
            marquee.must(task, "--run-id", "20260101_020000")
        before, after = self.fails_until_there_is_room(
            marquee, disk, [0, 4096, 65536, 300_000], ["deploy", "--run-id", "20260101_020000"],
            marquee.production.read_bytes)
        self.assertNotEqual(before, after)


class ReadOnlyFolder(InstanceTest):
    """The folder's permissions deny writing; root runs without the right to pass over them."""

    def run_denied(self, instance, *command):
        for path in [instance.data_dir, *instance.data_dir.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            return instance.run(*command, wrapper=self.without_override())
        finally:
            for path in [instance.data_dir, *instance.data_dir.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)

    def without_override(self):
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-dac_override,-dac_read_search"]

    def assert_told(self, done, instance):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(str(instance.data_dir), done.stderr, "the file is named")
        self.assertNotIn("internal", done.stderr)

    def test_import_into_a_new_data_dir(self):
        marquee = self.new_instance()
        self.assert_told(self.run_denied(marquee, "import", "--ratings", self.generate() / "ratings.csv"),
                         marquee)

    def test_each_writer_is_told_and_changes_nothing(self):
        marquee = self.trained_instance()
        marquee.must("train", "--run-id", "20260101_020000")
        marquee.must("evaluate", "--run-id", "20260101_020000")
        before = marquee.production.read_bytes(), marquee.ratings()
        other = self.generate("other", seed=8)
        for command in (["import", "--ratings", other / "ratings.csv"], ["produce", "--count", "5"],
                        ["train", "--run-id", "20260102_020000"],
                        ["deploy", "--run-id", "20260101_020000"], ["pipeline", "run"]):
            with self.subTest(command[0]):
                self.assert_told(self.run_denied(marquee, *command), marquee)
                self.assertEqual((marquee.production.read_bytes(), marquee.ratings()), before)


if __name__ == "__main__":
    unittest.main()
