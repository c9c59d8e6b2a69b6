"""The night of the production mode as an Airflow DAG: six tasks, each one `marquee` subcommand.

All logic is in the program; this file says when it runs, what follows what, and what each exit code
means to Airflow. Settings come from the environment of Airflow's processes; DAG_DOC names them.
"""

import json
import logging
import os
import pathlib
import shlex
import subprocess
import time
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

DAG_DOC = """
### The nightly retraining

Ratings that came in during the day become tomorrow's recommendations. All six tasks read one snapshot,
written by the first; a task can be cleared and run again and gives the same result.

| task | what it does | when it stops the run |
| --- | --- | --- |
| `validate_data` | checks the quality of the data | not fit to train on: **fails at once**, nothing is trained |
| `extract_features_batch` | compacts ratings, computes all features | |
| `train_hybrid_model` | trains the model of this run | |
| `evaluate_model` | measures it and asks the gate | not good enough: this and the rest are **skipped**, the run is green |
| `deploy_model` | makes it the production model | as above |
| `reload_api` | has the server load it | fails when no server answers; the old model serves on |

What a task did stands in its log and in `runs/<run id>/<subcommand>.json` of the data dir; why it was
skipped or failed also in its XCom `reason`. The run id is the logical date, or the time of the trigger
where there is none, as `YYYYMMDD_HHMMSS` in UTC.

**Exit codes:** 0 done · 1 failed, tried again with growing pauses · 2 wrong settings and 3 unfit data,
not tried again · 4 the gate keeps the present model, skipped.

**Environment of Airflow's processes**

| variable | default | meaning |
| --- | --- | --- |
| `MARQUEE_BINARY` | `build/release/marquee` of the project | the program |
| `MARQUEE_CONFIG` | `config/config.yaml` of the project | its configuration |
| `MARQUEE_DATA_DIR` | `data` in the project | its data dir |
| `MARQUEE_SCHEDULE_TIMEZONE` | `UTC` | whose 02:00 it is, such as `Europe/Berlin` |
| `MARQUEE_ALERT_COMMAND` | none | run by a shell when a task has failed for good, the alert on its standard input |
| `MARQUEE_RETRY_SECONDS` | 60 | the first pause before a task is tried again; it doubles |

Other `MARQUEE_…` variables and the AWS ones reach the program as they are.
"""

LOG = logging.getLogger("airflow.task")

PROJECT = pathlib.Path(__file__).resolve().parents[1]
BINARY = os.environ.get("MARQUEE_BINARY", str(PROJECT / "build" / "release" / "marquee"))
CONFIG = os.environ.get("MARQUEE_CONFIG", str(PROJECT / "config" / "config.yaml"))
DATA_DIR = os.environ.get("MARQUEE_DATA_DIR", str(PROJECT / "data"))
TIMEZONE = os.environ.get("MARQUEE_SCHEDULE_TIMEZONE", "UTC")
RETRY_PAUSE = timedelta(seconds=float(os.environ.get("MARQUEE_RETRY_SECONDS", "60")))

# Meant for this file; the program would refuse them as unknown settings.
NOT_FOR_THE_PROGRAM = ("MARQUEE_BINARY", "MARQUEE_CONFIG", "MARQUEE_DATA_DIR", "MARQUEE_ALERT_COMMAND",
                       "MARQUEE_RETRY_SECONDS")

GATE_KEEPS_PRESENT_MODEL = 4
# Wrong usage, unfit data, a program that cannot be started: the same again tomorrow, so not again now.
NEVER_RETRIED = (2, 3, 126, 127)

RUN_ID = "{{ (dag_run.logical_date or dag_run.run_after).strftime('%Y%m%d_%H%M%S') }}"
SETTINGS = "{% for setting in params.settings %} --set {{ setting | quote }}{% endfor %}"


class MarqueeOperator(BashOperator):
    """Runs one subcommand of `marquee` and turns its exit code into what Airflow does next."""

    template_fields = (*BashOperator.template_fields, "marquee_run")

    def __init__(self, *, subcommand, options="", **kwargs):
        command = shlex.join([BINARY, subcommand, "--config", CONFIG, "--data-dir", DATA_DIR])
        super().__init__(bash_command=f"exec {command} --run-id {RUN_ID}{options}{SETTINGS}", **kwargs)
        self.subcommand = subcommand
        self.marquee_run = RUN_ID

    def get_env(self, context):
        env = super().get_env(context)
        return {name: value for name, value in env.items() if name not in NOT_FOR_THE_PROGRAM}

    def execute(self, context):
        started = time.time()
        result = self.subprocess_hook.run_command(["bash", "-c", self.bash_command],
                                                  env=self.get_env(context))
        if result.exit_code == 0:
            return
        reason = self.recorded_error(started) or result.output or "see the task's log"
        reason = f"{self.subcommand}: exit {result.exit_code}: {reason}"
        context["ti"].xcom_push("reason", reason)
        if result.exit_code == GATE_KEEPS_PRESENT_MODEL:
            raise AirflowSkipException(reason)
        if result.exit_code in NEVER_RETRIED:
            raise AirflowFailException(reason)
        raise AirflowException(reason)

    def recorded_error(self, started):
        """What the task's own record says went wrong; none when this attempt left no record."""
        record = pathlib.Path(DATA_DIR) / "runs" / self.marquee_run / f"{self.subcommand}.json"
        try:
            if record.stat().st_mtime >= started:
                return json.loads(record.read_text())["error"]["what"]
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None


def alert(context):
    """One line in the log for a task that failed for good, and the operator's own command."""
    task = context["ti"]
    line = f"ALERT {task.dag_id}.{task.task_id} of {task.run_id} failed: {context.get('exception')}"
    LOG.error(line)
    command = os.environ.get("MARQUEE_ALERT_COMMAND")
    if not command:
        return
    try:
        subprocess.run(command, shell=True, input=line + "\n", text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        LOG.error("MARQUEE_ALERT_COMMAND did not work: %s", error)


with DAG(
    dag_id="daily_model_retraining",
    description="Ratings of the day into tomorrow's recommendations",
    doc_md=DAG_DOC,
    # No start date: a new Airflow begins with the next 02:00. A night that it misses later on, it
    # makes up for with one run.
    schedule=CronTriggerTimetable("0 2 * * *", timezone=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    tags=["marquee"],
    user_defined_filters={"quote": shlex.quote},
    params={
        "settings": Param(
            [], type="array", items={"type": "string", "pattern": "^[a-z0-9_.]+=.*$"},
            title="Settings for this run",
            description="key=value, one a line, each handed to every task as --set; for instance "
                        "validate.min_volume_share=0 to accept a night without new ratings"),
    },
    default_args={
        "retries": 3,
        "retry_delay": RETRY_PAUSE,
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
        "on_failure_callback": alert,
    },
) as dag:
    def step(task_id, subcommand, hours, options=" --wait"):  # --wait: who trains by hand is let finish
        return MarqueeOperator(task_id=task_id, subcommand=subcommand, options=options,
                               execution_timeout=timedelta(hours=hours))

    validate = step("validate_data", "validate", 2)
    extract_features = step("extract_features_batch", "extract-features", 4)
    train = step("train_hybrid_model", "train", 6)
    evaluate = step("evaluate_model", "evaluate", 4)
    deploy = step("deploy_model", "deploy", 1)
    reload_api = step("reload_api", "reload", 0.5, options="")

    validate >> extract_features >> train >> evaluate >> deploy >> reload_api
