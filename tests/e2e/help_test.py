"""Each subcommand explains itself, with an example that names it."""

import unittest

from instance import run

COMMANDS = ["import", "generate", "produce", "consume", "validate", "extract-features", "train",
            "evaluate", "backtest", "deploy", "reload", "recommend", "similar", "pipeline run",
            "pipeline schedule", "models list", "models show", "models diff", "models rollback",
            "models prune", "features get", "forget", "serve", "doctor"]


class Help(unittest.TestCase):
    def test_each_command_has_an_example(self):
        for command in COMMANDS:
            with self.subTest(command):
                done = run(*command.split(), "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("Example", done.stdout)
                example = done.stdout[done.stdout.index("Example"):]
                self.assertIn(f"marquee {command}", example)

    def test_the_overview_names_every_command(self):
        text = run("--help").stdout
        for command in COMMANDS:
            self.assertIn(command.split()[0], text)


if __name__ == "__main__":
    unittest.main()
