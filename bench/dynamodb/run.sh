#!/usr/bin/env bash
# Writes to DynamoDB by Marquee and by 8 threads of boto3, in turn, on a DynamoDB Local of its own.
# Usage: bench/dynamodb/run.sh [ROWS] [ROUNDS]; on an idle machine, please.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/bench/own_servers.sh"

build_bench dynamodb_writes
start_own_servers dynamodb
measure "$ROOT/bench/dynamodb/writes.py" "$BUILD" "$WORK" "${1:-50000}" "${2:-5}"
