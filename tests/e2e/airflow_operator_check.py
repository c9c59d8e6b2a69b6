"""Run by Airflow's own Python (see airflow_dag_test.py): prints, as JSON, what the operator of the DAG
makes of a program's exit code, and which run ids the DAG gives. Arguments: the DAG file, exit codes."""

import importlib.util
import json
import sys
from datetime import datetime, timezone
from types import SimpleNamespace

import jinja2


def load(path):
    spec = importlib.util.spec_from_file_location("dag_under_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Task:
    """Stands in for the task instance: keeps what is pushed."""
    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value


def outcome_of(dag_file, code):
    """The name of the exception that the operator raises, and the reason it left."""
    operator = dag_file.MarqueeOperator(task_id=f"exit_{code}", subcommand="evaluate")
    operator.bash_command = f"echo binary ${{MARQUEE_BINARY:-hidden}}, port $MARQUEE_SERVER_PORT; exit {code}"
    task = Task()
    try:
        operator.execute({"ti": task})
    except Exception as raised:  # which one is what the test wants to know
        return type(raised).__name__, task.pushed.get("reason")
    return "", task.pushed.get("reason")


def run_id(dag_file, logical_date):
    run = SimpleNamespace(logical_date=logical_date,
                          run_after=datetime(2026, 3, 1, 14, 30, 59, 123456, tzinfo=timezone.utc))
    return jinja2.Template(dag_file.RUN_ID).render(dag_run=run)


def main(path, *codes):
    dag_file = load(path)
    print(json.dumps({
        "outcomes": {code: outcome_of(dag_file, int(code)) for code in codes},
        "scheduled": run_id(dag_file, datetime(2026, 3, 2, 2, tzinfo=timezone.utc)),
        "manual": run_id(dag_file, None),
        "retries": {task.task_id: task.retries for task in dag_file.dag.tasks},
        "timeouts": all(task.execution_timeout for task in dag_file.dag.tasks),
        "timezone": str(dag_file.dag.timetable.timezone),
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
