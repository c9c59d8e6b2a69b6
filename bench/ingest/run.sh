#!/usr/bin/env bash
# Kafka to Bronze on S3 against a bare consumer and a bare uploader, on servers of its own that are gone
# afterwards. See README.md beside it.
# Usage: bench/ingest/run.sh [EVENTS] [ROUNDS]; on an idle machine, please.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/scripts/console.sh"
EVENTS=${1:-1000000} ROUNDS=${2:-3}
BUILD=$ROOT/build/release
WORK=$(mktemp -d)
finish() {
  bash "$ROOT/scripts/services.sh" stop --kill --dir "$WORK" 2>/dev/null || true
  rm -rf "$WORK"
}
trap finish EXIT

(cd "$ROOT" && cmake --preset release -DMARQUEE_BENCH=ON >/dev/null)
bash "$ROOT/scripts/build.sh" release ingest_limits ingest_run
packages=$(bash "$ROOT/scripts/get_python_env.sh")
bash "$ROOT/scripts/services.sh" start --dir "$WORK" --memory --throughput --owner $$ >/dev/null
PYTHONPATH=$packages python3 -B "$ROOT/bench/ingest/ingest.py" "$BUILD" "$WORK" "$EVENTS" "$ROUNDS"
