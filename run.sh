#!/usr/bin/env bash
# From a bare Debian 12 to recommendations on http://localhost:8082, and quickly there again; or the
# whole production flow with Kafka, S3, DynamoDB and Airflow: see --help.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")" && pwd)
. "$ROOT/scripts/console.sh"
. "$ROOT/scripts/ports.sh"

print_help() {
  cat <<'HELP'
Usage: ./run.sh [--mode embedded|aws] [--setup-only] [--port N] [--data-dir DIR] [--no-airflow]

Installs what is missing, builds Marquee, gets the demo data (MovieLens 100K), imports it, trains,
evaluates and deploys a model, and serves it until Ctrl-C. What is done already is not done again.

  --mode MODE     embedded (default): a journal and a database in the data dir
                  aws: the production mode, with Kafka, an S3 server, DynamoDB Local and Airflow
                  on this machine; Ctrl-C stops them all
  --setup-only    install and build, no more
  --port N        serve on this port (default 8082)
  --data-dir DIR  keep everything that is written below DIR (default: data, beside run.sh; with
                  --mode aws data/aws)
  --no-airflow    with --mode aws: no Airflow, so no run at night
  --help          this text
HELP
}

unset MARQUEE_CONFIG MARQUEE_DATA_DIR # as left by another run's aws.env
port=${MARQUEE_SERVER_PORT:-8082}
mode=embedded
data_dir=""
data_dir_given=false
setup_only=false
with_airflow=true
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) print_help && exit 0 ;;
    --setup-only) setup_only=true ;;
    --no-airflow) with_airflow=false ;;
    --port=*) port=${1#*=} ;;
    --data-dir=*) data_dir=${1#*=} data_dir_given=true ;;
    --mode=*) mode=${1#*=} ;;
    --port | --data-dir | --mode)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      case $1 in
        --port) port=$2 ;;
        --data-dir) data_dir=$2 data_dir_given=true ;;
        --mode) mode=$2 ;;
      esac
      shift
      ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
  shift
done
is_port "$port" || usage_error "--port must be a number from 1 to 65535, not '$port'"
case $mode in
  embedded)
    [ "$with_airflow" = true ] || usage_error "--no-airflow goes with --mode aws"
    [ $data_dir_given = true ] || data_dir=$ROOT/data
    ;;
  aws) [ $data_dir_given = true ] || data_dir=$ROOT/data/aws ;;
  *) usage_error "--mode must be embedded or aws, not '$mode'" ;;
esac
[ -n "$data_dir" ] || usage_error "--data-dir needs a folder"
data_dir=$(realpath -m -- "$data_dir")
readonly marquee=$ROOT/build/release/marquee
config=$ROOT/config/config.yaml
cd "$ROOT"

# The program with this run's settings.
run_marquee() {
  "$marquee" --config "$config" --data-dir "$data_dir" "$@"
}

refuse_a_taken_port() {
  port_answers "$port" || return 0
  die "Port $port is taken: another program, perhaps another Marquee, serves there." \
    "Stop it, or choose another port: ./run.sh --port $((port == 65535 ? 8083 : port + 1))"
}

# The folder with the data to import: MovieLens 100K, or synthetic data where that cannot be had.
demo_data() {
  if bash scripts/get_demo_data.sh demo-data >&2; then
    echo demo-data/ml-100k
    return
  fi
  warn "MovieLens 100K cannot be had; SYNTHETIC ratings are made instead (marquee generate)."
  "$marquee" generate --users 1000 --items 1500 --ratings 100000 --seed 1 \
    --out demo-data/synthetic >&2
  echo demo-data/synthetic
}

import_demo_data() {
  local folder
  folder=$(demo_data)
  say "Importing $folder"
  run_marquee import --ratings "$folder"
}

# Returns when the server answers; fails when this script is no more.
wait_for_server() {
  until curl -fs -o /dev/null "http://127.0.0.1:$port/health"; do
    kill -0 $$ 2>/dev/null || return 1
    sleep 0.1
  done
}

[ $setup_only = true ] || refuse_a_taken_port
bash scripts/setup.sh
[ -x "$marquee" ] || say "Building; the first time takes minutes"
bash scripts/build.sh release marquee
if [ $setup_only = true ]; then
  say "Ready: build/release/marquee --help"
  exit 0
fi
. "$ROOT/scripts/run_$mode.sh"
"run_$mode"
