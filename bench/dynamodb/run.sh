#!/usr/bin/env bash
# Writes to DynamoDB by Marquee and by 8 threads of boto3, in turn, on a DynamoDB Local of its own.
# Usage: bench/dynamodb/run.sh [ROWS] [ROUNDS]; on an idle machine, please.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/scripts/console.sh"
ROWS=${1:-50000} ROUNDS=${2:-5}
BUILD=$ROOT/build/release
WORK=$(mktemp -d)
finish() {
  bash "$ROOT/scripts/services.sh" stop --kill --dir "$WORK" 2>/dev/null || true
  rm -rf "$WORK"
}
trap finish EXIT

(cd "$ROOT" && cmake --preset release -DMARQUEE_BENCH=ON >/dev/null)
bash "$ROOT/scripts/build.sh" release dynamodb_writes
packages=$(bash "$ROOT/scripts/get_python_env.sh")
bash "$ROOT/scripts/services.sh" start dynamodb --dir "$WORK" --memory --owner $$ >/dev/null
PYTHONPATH=$packages python3 -B "$ROOT/bench/dynamodb/writes.py" "$BUILD" "$WORK" "$ROWS" "$ROUNDS"
