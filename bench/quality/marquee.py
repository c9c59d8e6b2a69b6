"""Marquee as a black box: trains through the program, reads nothing but its lists."""

import subprocess
import tempfile
import pathlib
import time

import splits


def lists_of(program, train, movies, settings):
    """(user → 20 movies, seconds of `marquee train`)."""
    options = [f"--set={s}" for s in settings]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        splits.write_training_files(folder, train, movies)
        model, lists = folder / "model.safetensors", folder / "lists.csv"
        begin = time.monotonic()
        subprocess.run([program, "train", "--ratings", folder / "ratings.csv", "--movies", folder / "movies.csv",
                        "--model", model, "--quiet", *options], check=True)
        seconds = time.monotonic() - begin
        subprocess.run([program, "recommend", "--all", "--model", model, "--top-n", "20", "--out", lists,
                        "--quiet", *options], check=True)
        with open(lists, encoding="utf-8") as lines:
            rows = (line.rstrip("\n").split(",") for line in lines)
            return {int(user): [int(i) for i in items.split()] for user, items in rows}, seconds
