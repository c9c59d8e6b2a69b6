"""A program run to its end, and the memory that it and its children held at most."""

import os
import pathlib
import subprocess
import sys
import tempfile
import threading

PAGE = os.sysconf("SC_PAGE_SIZE")
INTERVAL = 0.05  # seconds between two looks


def resident(session):
    """MB of all processes of a session."""
    pages = 0
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[3]) == session:
            pages += int(fields[21])
    return pages * PAGE / 1e6


def run(command):
    """(standard output, MB at most); ends this program when the other one fails."""
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=complaints,
                                   text=True, start_new_session=True)
        ended, highest = threading.Event(), [0.0]

        def watch():
            while not ended.wait(INTERVAL):
                highest[0] = max(highest[0], resident(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        said = process.communicate()[0]
        ended.set()
        watcher.join()
        if process.returncode != 0:
            complaints.seek(0)
            sys.exit(f"{' '.join(map(str, command))} failed:\n{complaints.read()[-3000:]}")
    return said, highest[0]
