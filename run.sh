#!/usr/bin/env bash
# From a bare Debian 12 to recommendations on http://localhost:8082, and quickly there again.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")" && pwd)
. "$ROOT/scripts/console.sh"

print_help() {
  cat <<'HELP'
Usage: ./run.sh [--setup-only] [--port N] [--data-dir DIR]

Installs what is missing, builds Marquee, gets the demo data (MovieLens 100K), imports it, trains,
evaluates and deploys a model, and serves it until Ctrl-C. What is done already is not done again.

  --setup-only    install and build, no more
  --port N        serve on this port (default 8082)
  --data-dir DIR  keep everything that is written below DIR (default: data, beside run.sh)
  --help          this text
HELP
}

port=${MARQUEE_SERVER_PORT:-8082}
data_dir=$ROOT/data
setup_only=false
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) print_help && exit 0 ;;
    --setup-only) setup_only=true ;;
    --port=*) port=${1#*=} ;;
    --data-dir=*) data_dir=${1#*=} ;;
    --port | --data-dir)
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      if [ "$1" = --port ]; then port=$2; else data_dir=$2; fi
      shift
      ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
  shift
done
[[ $port =~ ^[0-9]{1,5}$ ]] && ((10#$port >= 1 && 10#$port <= 65535)) ||
  usage_error "--port must be a number from 1 to 65535, not '$port'"
[ -n "$data_dir" ] || usage_error "--data-dir needs a folder"
data_dir=$(realpath -m -- "$data_dir")
readonly marquee=$ROOT/build/release/marquee
cd "$ROOT"

# The program with this run's settings.
run_marquee() {
  "$marquee" --config config/config.yaml --data-dir "$data_dir" "$@"
}

refuse_a_taken_port() {
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
  die "Port $port is taken: another program, perhaps another Marquee, serves there." \
    "Stop it, or choose another port: ./run.sh --port $((port == 65535 ? 8083 : port + 1))"
}

# How many ratings the data dir holds; 0 where there is no database yet.
stored_ratings() {
  python3 - "$data_dir/marquee.db" <<'PYTHON'
import os, sqlite3, sys
try:
    if os.path.exists(sys.argv[1]):
        print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM ratings").fetchone()[0])
    else:
        print(0)
except sqlite3.Error:
    print(0)
PYTHON
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
  [ "$(stored_ratings)" = 0 ] || return 0
  local folder
  folder=$(demo_data)
  say "Importing $folder"
  run_marquee import --ratings "$folder"
}

train_a_model() {
  say "Training, evaluating and deploying a model"
  local status=0
  run_marquee train --deploy || status=$?
  case $status in
    0) ;;
    4) warn "the model did not pass the gate; the server builds one from the data instead" ;;
    *) exit "$status" ;;
  esac
}

# Waits beside the server until it answers, then says what to try.
say_what_to_try() {
  until curl -fs -o /dev/null "http://127.0.0.1:$port/health"; do
    kill -0 $$ 2>/dev/null || return 0
    sleep 0.1
  done
  local options=""
  [ "$data_dir" = "$ROOT/data" ] || options+=" --data-dir $(printf %q "$data_dir")"
  cat <<NEXT
==> Serving on http://localhost:$port until Ctrl-C. Try next, in another terminal in $ROOT:

    curl localhost:$port/recommend/1
    build/release/marquee$options produce --count 100
    build/release/marquee$options train --deploy && curl -X POST localhost:$port/reload

    Then ask for /recommend/1 again: the list has changed.
NEXT
}

[ $setup_only = true ] || refuse_a_taken_port
bash scripts/setup.sh
[ -x "$marquee" ] || say "Building; the first time takes minutes"
bash scripts/build.sh release marquee
if [ $setup_only = true ]; then
  say "Ready: build/release/marquee --help"
  exit 0
fi
if [ ! -f "$data_dir/models/saved_models/production_model.safetensors" ]; then
  import_demo_data
  train_a_model
fi
say_what_to_try &
exec "$marquee" --config config/config.yaml --data-dir "$data_dir" serve --port "$port"
