"""The nightly DAG in a real Airflow: the state of every task as Airflow's own database has it."""

import json
import os
import subprocess
import tempfile
import unittest

from instance import BINARY, SOURCE, Instance, InstanceTest, clean_environment, free_port

TASKS = ["validate_data", "extract_features_batch", "train_hybrid_model", "evaluate_model",
         "deploy_model", "reload_api"]
DAG_FILE = SOURCE / "airflow_dags" / "daily_model_retraining.py"


def dag_environment(settings, **variables):
    """What the DAG and, through it, the program are told by the environment."""
    program = {f"MARQUEE_{key.upper().replace('.', '_')}": str(value) for key, value in settings.items()}
    return clean_environment() | program | {"MARQUEE_BINARY": BINARY, "MARQUEE_RETRY_SECONDS": "1"} | variables


class OperatorTest(unittest.TestCase):
    """The DAG file by itself, in Airflow's Python."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="marquee-e2e-") as home:
            env = dag_environment({"server.port": 8099}, AIRFLOW_HOME=home,
                                  MARQUEE_SCHEDULE_TIMEZONE="Europe/Berlin")
            done = subprocess.run(
                [SOURCE / ".deps" / "airflow" / "bin" / "python", "-B",
                 SOURCE / "tests" / "e2e" / "airflow_operator_check.py", DAG_FILE,
                 *map(str, (0, 1, 2, 3, 4, 127, 137))],
                capture_output=True, text=True, timeout=600, env=env, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        cls.found = json.loads(done.stdout.splitlines()[-1])

    def test_what_each_exit_code_means_to_airflow(self):
        exceptions = {code: outcome[0] for code, outcome in self.found["outcomes"].items()}
        self.assertEqual(exceptions, {
            "0": "",
            "1": "AirflowException",  # tried again
            "2": "AirflowFailException",  # not tried again
            "3": "AirflowFailException",
            "4": "AirflowSkipException",
            "127": "AirflowFailException",
            "137": "AirflowException"})

    def test_the_reason_is_kept_and_the_programs_settings_reach_it(self):
        self.assertEqual(self.found["outcomes"]["4"][1], "evaluate: exit 4: binary hidden, port 8099")
        self.assertIsNone(self.found["outcomes"]["0"][1])

    def test_run_ids(self):
        self.assertEqual(self.found["scheduled"], "20260302_020000")
        self.assertEqual(self.found["manual"], "20260301_143059", "a manual run has no logical date")

    def test_how_tasks_are_bounded(self):
        self.assertEqual(self.found["retries"], {task: 3 for task in TASKS})
        self.assertTrue(self.found["timeouts"])
        self.assertEqual(self.found["timezone"], "Europe/Berlin")


class NightCase(InstanceTest):
    """One data dir with a model and a server; each test is a night of its own in the same Airflow."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="marquee-e2e-")
        cls.addClassCleanup(folder.cleanup)
        cls.night_dir = folder.name
        cls.marquee = Instance(folder.name)
        dataset = f"{folder.name}/dataset"
        cls.marquee.must("generate", "--users", 200, "--items", 300, "--ratings", 10000, "--seed", 7,
                         "--out", dataset)
        cls.marquee.must("import", "--ratings", f"{dataset}/ratings.csv", "--movies", f"{dataset}/movies.csv")
        cls.marquee.must("train", "--deploy")
        cls.addClassCleanup(lambda: cls.marquee.stop_server())
        cls.marquee.start_server()

    def night(self, date, *settings, data_dir=None, **variables):
        """Runs the DAG for that date; gives its exit code and the state of each task and of the run."""
        options = [word for setting in settings for word in ("--set", setting)]
        done = subprocess.run(
            [SOURCE / "scripts" / "airflow.sh", "test", date, "--data-dir", data_dir or self.night_dir,
             *options], capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL,
            env=dag_environment(self.marquee.settings, **variables))
        self.log = done.stdout + done.stderr
        lines = [line.split() for line in done.stdout.splitlines()[-len(TASKS) - 1:]]
        states = {words[0]: words[1] for words in lines}
        self.assertEqual(set(states), {*TASKS, "run"}, self.log)
        self.tries = {words[0]: int(words[3].rstrip(")")) for words in lines if len(words) > 2}
        return done.returncode, states

    def expect(self, states, found):
        self.assertEqual(found, dict(zip([*TASKS, "run"], states)), self.log)

    def served(self):
        return json.loads(self.marquee.http("GET", "/health")[1])["model"]["version"]


class NightTest(NightCase):
    def test_all_well(self):
        code, states = self.night("2026-11-20")
        self.expect(["success"] * 7, states)
        self.assertEqual(code, 0)
        self.assertEqual(self.served(), "hybrid_model_20261120_000000")

    def test_the_gate_refuses(self):
        before = self.served()
        code, states = self.night("2026-11-21", "gate.min_precision_at_10=1")
        self.expect(["success"] * 3 + ["skipped"] * 3 + ["success"], states)
        self.assertEqual(code, 0)
        self.assertIn("evaluate: exit 4: the gate keeps the present model", self.log)
        self.assertEqual(self.served(), before)


class FullNightTest(NightCase):
    """What the long campaign adds."""

    def test_data_not_fit(self):
        empty = self.folder / "empty"
        alerts = self.folder / "alerts"
        before = self.served()
        code, states = self.night("2026-11-22", data_dir=empty, MARQUEE_ALERT_COMMAND=f"cat >>'{alerts}'")
        self.expect(["failed"] + ["upstream_failed"] * 5 + ["failed"], states)
        self.assertEqual(code, 1)
        self.assertEqual(self.tries["validate_data"], 1, "the same data is not judged again")
        lines = alerts.read_text().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("daily_model_retraining.validate_data", lines[0])
        self.assertIn("validate: exit 3: ", lines[0])
        self.assertEqual(self.served(), before)

    def test_the_reload_fails(self):
        before = self.served()
        code, states = self.night("2026-11-23", MARQUEE_SERVER_PORT=str(free_port()))
        self.expect(["success"] * 5 + ["failed"] * 2, states)
        self.assertEqual(code, 1)
        self.assertEqual(self.served(), before, "the old model serves on")
        self.assertEqual(self.tries["reload_api"], 4, "tried again three times")


if not os.environ.get("TEST_CAMPAIGN"):
    del FullNightTest

if __name__ == "__main__":
    unittest.main()
