#!/usr/bin/env bash
# Measures what the README promises: import, training, the whole night, start-up, reload, requests a
# second; then the production mode on real servers: Kafka to Bronze, DynamoDB, the lake. Prints tables
# with peak memory. Takes many minutes; leave the machine alone meanwhile.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
case ${1:-} in
  "") ;;
  --help | -h) echo "Usage: bench/run.sh"; exit 0 ;;
  *) usage_error "unknown argument '$1'" ;;
esac

bash "$ROOT/scripts/setup.sh" --tests
bash "$ROOT/scripts/build.sh" release --tests marquee
bash "$ROOT/scripts/get_demo_data.sh" "$ROOT/demo-data"
say "The flow"
python3 -B "$ROOT/bench/flow.py" "$ROOT/build/release/marquee" "$ROOT/demo-data/ml-100k"
say "Quality on MovieLens 100K"
python3 -B "$ROOT/bench/quality/ndcg.py"
say "Serving"
bash "$ROOT/bench/serve/run.sh"
say "Kafka to Bronze"
bash "$ROOT/bench/ingest/run.sh"
say "DynamoDB"
bash "$ROOT/bench/dynamodb/run.sh"
say "The lake"
(cd "$ROOT" && cmake --preset release -DMARQUEE_BENCH=ON >/dev/null)
bash "$ROOT/scripts/build.sh" release silver_ratings_bench
"$ROOT/build/release/bin/silver_ratings_bench"
