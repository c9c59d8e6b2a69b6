#!/usr/bin/env bash
# Apache Airflow on this machine with the nightly DAG of airflow_dags/: see --help.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
. "$ROOT/scripts/ports.sh"
. "$ROOT/scripts/process_group.sh"

print_help() {
  cat <<'HELP'
Usage: scripts/airflow.sh install|start|stop|status|test [DATE] [OPTIONS]

  install      Airflow 3.3.2 with its pinned requirements into an environment of its own, .deps/airflow
  start        starts it on 127.0.0.1 with the DAG daily_model_retraining switched on, waits until it
               answers, and says where the web page and its password are
  stop         ends it, with what it has started, and returns when nothing is left
  status       whether it answers; exit 1 when it does not
  test [DATE]  runs the DAG once, here and now, for DATE (default: today), prints the state of each
               task as Airflow's database has it, and exits 0 when the run was a success

  --data-dir DIR  the program's data dir (default: data); Airflow's own files lie in DIR/airflow
  --config FILE   the program's configuration (default: config/config.yaml)
  --port N        the web page's port (default: the one it had, else a free one)
  --set KEY=VALUE with test: a setting for this run of the program, as often as needed

The DAG's other settings are environment variables; its page in Airflow describes them.
HELP
}

action=${1:-}
case $action in
  install | start | stop | status | test | supervise) shift ;;
  --help | -h) print_help && exit 0 ;;
  *) usage_error "expected install, start, stop, status or test, not '$action'" ;;
esac
data_dir=$ROOT/data config=$ROOT/config/config.yaml port="" date=""
settings=()
while [ $# -gt 0 ]; do
  case $1 in
    --data-dir | --config | --port | --set)
      [ $# -ge 2 ] && [ -n "$2" ] || usage_error "$1 needs a value"
      case $1 in
        --data-dir) data_dir=$2 ;;
        --config) config=$2 ;;
        --set) settings+=("$2") ;;
        --port) is_port "$2" || usage_error "--port must be a number, not '$2'" && port=$2 ;;
      esac
      shift
      ;;
    --help | -h) print_help && exit 0 ;;
    *)
      [ "$action" = test ] && [ -z "$date" ] && [[ $1 != -* ]] || usage_error "unknown argument '$1'"
      date=$1
      ;;
  esac
  shift
done
data_dir=$(realpath -m -- "$data_dir")
readonly HOME_DIR=$data_dir/airflow
readonly VENV=$ROOT/.deps/airflow
readonly LOCK_FILE=$ROOT/scripts/airflow-requirements.lock
readonly DAG=daily_model_retraining
readonly PATIENCE_SECONDS=240

install_airflow() {
  local wanted
  # With the place: the programs in it name it in their first line.
  wanted="$(sha256sum "$LOCK_FILE" | cut -d' ' -f1) $VENV"
  mkdir -p "$ROOT/.deps"
  exec 8>"$ROOT/.deps/airflow.lock"
  flock 8
  [ "$(cat "$VENV/requirements.sha256" 2>/dev/null)" != "$wanted" ] || return 0
  python3 -c 'import ensurepip, venv' 2>/dev/null ||
    bash "$ROOT/scripts/install_packages.sh" airflow
  say "Installing Apache Airflow through pip (290 MB)"
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  timeout 1800 "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --retries 3 --requirement "$LOCK_FILE" ||
    die "Airflow could not be installed; pip's own words stand above."
  "$VENV/bin/python" -m pip check >/dev/null || die "Airflow's requirements do not fit together."
  echo "$wanted" >"$VENV/requirements.sha256"
}

# Everything that Airflow and the DAG read, as environment.
set_up_environment() {
  mkdir -p "$HOME_DIR"
  chmod 700 "$HOME_DIR" # a password lies in it
  [ -z "$port" ] || echo "$port" >"$HOME_DIR/port"
  [ -s "$HOME_DIR/port" ] || free_port >"$HOME_DIR/port"
  port=$(cat "$HOME_DIR/port")
  export PATH=$VENV/bin:$PATH PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1
  export AIRFLOW_HOME=$HOME_DIR
  export AIRFLOW__CORE__DAGS_FOLDER=$ROOT/airflow_dags
  export AIRFLOW__CORE__LOAD_EXAMPLES=False
  export AIRFLOW__CORE__PARALLELISM=2
  export AIRFLOW__API__HOST=127.0.0.1 AIRFLOW__API__PORT=$port AIRFLOW__API__WORKERS=1
  export AIRFLOW__API__BASE_URL=http://127.0.0.1:$port
  export AIRFLOW__CORE__EXECUTION_API_SERVER_URL=http://127.0.0.1:$port/execution/
  export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=sqlite:///$HOME_DIR/airflow.db
  export MARQUEE_BINARY=${MARQUEE_BINARY:-$ROOT/build/release/marquee}
  export MARQUEE_CONFIG=$config MARQUEE_DATA_DIR=$data_dir
}

prepare() {
  install_airflow >&2
  set_up_environment
  [ -x "$MARQUEE_BINARY" ] || die "There is no program at $MARQUEE_BINARY." "Build it: ./run.sh --setup-only"
  airflow db migrate >>"$HOME_DIR/airflow.log" 2>&1 ||
    die "Airflow's database could not be made; see $HOME_DIR/airflow.log."
}

# In the foreground: Airflow's parts, each of which needs the others. What remains ends with the first.
# The scheduler need not serve logs, which lie on this machine, on all interfaces.
supervise() {
  set_up_environment
  airflow api-server &
  airflow scheduler --skip-serve-logs &
  airflow dag-processor &
  trap 'kill $(jobs -p) 2>/dev/null; wait' TERM INT
  wait -n || true
  kill $(jobs -p) 2>/dev/null || true
  wait
}

answers() {
  curl -sf --max-time 10 --noproxy '*' "http://127.0.0.1:$port/api/v2/monitor/health" 2>/dev/null |
    python3 -c 'import json, sys
health = json.load(sys.stdin)
parts = ("metadatabase", "scheduler", "dag_processor")
sys.exit(any(health[part]["status"] != "healthy" for part in parts))' 2>/dev/null
}

start() {
  prepare
  if leader_of "$HOME_DIR/process" >/dev/null; then
    say "Airflow runs already on http://127.0.0.1:$port"
    return
  fi
  stop_airflow # what is left of one that died
  ! port_answers "$port" || die "Port $port is taken by another program." "Choose another: --port N"
  say "Starting Airflow on http://127.0.0.1:$port; it takes a minute"
  airflow dags reserialize >>"$HOME_DIR/airflow.log" 2>&1 && airflow dags unpause --yes "$DAG" \
    >>"$HOME_DIR/airflow.log" 2>&1 || die "The DAG could not be read; see $HOME_DIR/airflow.log."
  start_group "$HOME_DIR/process" "$HOME_DIR/airflow.log" "$ROOT/scripts/airflow.sh" supervise \
    --data-dir "$data_dir" --config "$config"
  local end=$((SECONDS + PATIENCE_SECONDS))
  until answers; do
    if [ $SECONDS -ge $end ] || ! leader_of "$HOME_DIR/process" >/dev/null; then
      stop_airflow
      die "Airflow did not start; see $HOME_DIR/airflow.log."
    fi
    sleep 1
  done
  say "Airflow: http://127.0.0.1:$port; user and password: $HOME_DIR/simple_auth_manager_passwords.json.generated"
}

# Airflow gives each task's program a session of its own, so the group is not all there is.
processes_of_this_home() (
  unset AIRFLOW_HOME # or these very commands would be among them
  grep -lzsx "AIRFLOW_HOME=$HOME_DIR" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || true
)

signal_processes_of_this_home() { # SIGNAL
  local left
  left=$(processes_of_this_home)
  [ -z "$left" ] || kill -s "$1" $left 2>/dev/null || true
}

stop_airflow() {
  stop_group "$HOME_DIR/process" 40
  signal_processes_of_this_home TERM
  local end=$((SECONDS + 30)) forced=$((SECONDS + 20))
  until [ -z "$(processes_of_this_home)" ]; do
    [ $SECONDS -lt $end ] || die "These processes of Airflow do not end: $(processes_of_this_home | paste -sd' ')"
    [ $SECONDS -lt $forced ] || signal_processes_of_this_home KILL
    sleep 0.2
  done
}

status() {
  port=$(cat "$HOME_DIR/port" 2>/dev/null || echo 0)
  if ! leader_of "$HOME_DIR/process" >/dev/null; then
    echo "airflow: stopped" && return 1
  elif answers; then
    echo "airflow: answers on http://127.0.0.1:$port"
  else
    echo "airflow: runs as process $(leader_of "$HOME_DIR/process"), but is not healthy; see $HOME_DIR/airflow.log"
    return 1
  fi
}

print_states() { # DATE: one line a task; exit 0 when the run was a success
  python3 - "$HOME_DIR/airflow.db" "$DAG" "$1" <<'PYTHON'
import sqlite3, sys
path, dag, date = sys.argv[1:]
database = sqlite3.connect(path)
run, state = database.execute("SELECT run_id, state FROM dag_run WHERE dag_id = ? AND logical_date LIKE ?",
                              (dag, date + "%")).fetchone() or ("none", "no run")
for row in database.execute("SELECT task_id, state, try_number FROM task_instance WHERE run_id = ? "
                            "ORDER BY start_date IS NULL, start_date", (run,)):
    print(f"{row[0]:24} {row[1]} (try {row[2]})")
print(f"{'run':24} {state}")
sys.exit(state != "success")
PYTHON
}

run_parameters() {
  python3 -c 'import json, sys; print(json.dumps({"settings": sys.argv[1:]}))' "${settings[@]}"
}

test_dag() {
  date=${date:-$(date -u +%F)}
  [[ $date =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || usage_error "expected a date as 2026-03-01, not '$date'"
  prepare
  # Its exit code does not tell a skipped deployment from one that was made.
  airflow dags test --conf "$(run_parameters)" "$DAG" "$date" || true
  print_states "$date"
}

case $action in
  install) install_airflow ;;
  stop) stop_airflow ;;
  test) test_dag ;;
  *) "$action" ;;
esac
