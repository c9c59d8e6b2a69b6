"""`marquee consume` as processes that are started, killed, paused and watched."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time

ASSIGNED = re.compile(r"Kafka partitions (assigned|handed over|lost): (.*)")
OBJECT_OF = re.compile(r"^(?:event|dead)_.*-(\d+)-(\d{20})-(\d{20})\.json(?:\.zst)?$")


PATIENCE = 300  # seconds; what is not done by then on the slowest machine never will be


def wait_until(condition, what):
    """Polls until the condition holds; the test fails by it when PATIENCE is over."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.05)


def object_partition(name):
    return int(OBJECT_OF.match(name)[1])


class Consumer:
    """One member of the group with a data dir, and so an instance id, of its own."""

    def __init__(self, world, name, **settings):
        self.world, self.name, self.settings = world, name, settings
        self.log_path = world.folder / f"{name}.log"
        self.process = None
        self.log_start = 0  # where the present start's words begin in the log

    def start(self):
        self.log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.world.command("consume", data_dir=self.name, **self.settings), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self.world.environment)
        return self

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        """What it has said since its last start."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def partitions(self):
        """The partitions that are its own now, as it has said."""
        if self.process.returncode is not None:
            return set()
        assert self.runs, f"{self.name} ended by itself:\n{self.log()[-3000:]}"
        own = set()
        for what, names in ASSIGNED.findall(self.log()):
            named = {int(name.rpartition("/")[2]) for name in names.split()}
            own = own | named if what == "assigned" else own - named
        return own

    def kill(self):
        assert self.runs, f"{self.name} ended by itself:\n{self.log()[-3000:]}"
        self.process.kill()
        self.process.wait(30)

    def leave(self):
        """SIGTERM: it hands everything over and exits 0."""
        assert self.runs, f"{self.name} ended by itself:\n{self.log()[-3000:]}"
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        assert code == 0, f"{self.name}: exit {code} after SIGTERM\n{self.log()[-3000:]}"

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def wake(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """However the test ends, the process does not outlive it."""
        if self.runs:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait(30)

    def memory_mib(self):
        """Resident now; 0 when it does not run."""
        with contextlib.suppress(OSError, ProcessLookupError):
            with open(f"/proc/{self.process.pid}/statm", "rb") as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        return 0.0


class Progress:
    """How far a consumer came, by its traces outside of it: committed offsets and Bronze objects."""

    def __init__(self, world):
        self.world = world

    def of(self, partitions):
        """Grows only when somebody worked on these partitions."""
        objects = sum(object_partition(name) in partitions for name in self.world.bronze_names())
        offsets = sum(o for p, o in self.world.committed().items() if p in partitions)
        return objects, offsets


class MemoryWatch:
    """Samples the memory of consumers until it is stopped; the highest of each stays."""

    def __init__(self, consumers):
        self.highest = {consumer.name: 0.0 for consumer in consumers}
        self._consumers, self._stop = consumers, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(0.2):
            for consumer in self._consumers:
                self.highest[consumer.name] = max(self.highest[consumer.name], consumer.memory_mib())

    def stop(self):
        """The highest of all, in MiB."""
        self._stop.set()
        self._thread.join()
        return max(self.highest.values())


def settle(world, consumers):
    """The consumers go on until every event is committed, and then leave well."""
    wait_until(lambda: world.committed() == {p: end for p, end in world.ends().items() if end},
               "everything is committed")
    for consumer in consumers:
        consumer.leave()


def drain(world, name="main"):
    """Consumes what is left until nothing comes; then every offset is committed."""
    world.must("consume", "--exit-when-idle", "2", data_dir=name)
    ends = {partition: end for partition, end in world.ends().items() if end > 0}
    assert world.committed() == ends, f"committed {world.committed()}, but the ends are {ends}"
