#!/usr/bin/env bash
# Kafka to Bronze on S3 against a bare consumer and a bare uploader, on servers of its own that are gone
# afterwards. See README.md beside it.
# Usage: bench/ingest/run.sh [EVENTS] [ROUNDS]; on an idle machine, please.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/bench/own_servers.sh"

build_bench ingest_limits ingest_run
start_own_servers --throughput
measure "$ROOT/bench/ingest/ingest.py" "$BUILD" "$WORK" "${1:-1000000}" "${2:-3}"
