#!/usr/bin/env bash
# Measures GET /recommend beside an empty RESTinio handler: the same run, the same cores, answers of the same
# length, the two taking turns. Prints requests a second, the 99th percentile, their ratio and peak memory.
# Usage: bench/serve/run.sh [SECONDS] [ROUNDS]; on an idle machine, please.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
SECONDS_EACH=${1:-8} ROUNDS=${2:-3} CONNECTIONS=${CONNECTIONS:-32}
BUILD=$ROOT/build/release
WORK=$(mktemp -d)
PIDS=()
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$WORK"
}
trap finish EXIT

(cd "$ROOT" && cmake --preset release -DMARQUEE_BENCH=ON >/dev/null)
ninja -C "$BUILD" marquee empty_server model_slot_bench >/dev/null

MARQUEE=$BUILD/marquee
"$MARQUEE" generate --users 943 --items 1682 --ratings 100000 --seed 1 --out "$WORK/set" --quiet
mkdir -p "$WORK/data/models/saved_models"
"$MARQUEE" train --ratings "$WORK/set/ratings.csv" --movies "$WORK/set/movies.csv" --quiet \
  --model "$WORK/data/models/saved_models/production_model.safetensors"

# The first half of the cores serves, the rest asks.
CORES=$(nproc)
THREADS=$((CORES > 1 ? CORES / 2 : 1))
SERVER_CORES=0-$((THREADS - 1))
CLIENT_CORES=$((CORES > 1 ? THREADS : 0))-$((CORES - 1))

taskset -c "$SERVER_CORES" "$MARQUEE" serve --data-dir "$WORK/data" --port 0 --json \
  --set server.threads="$THREADS" --set log.level=warn >"$WORK/ready" &
PIDS+=($!)
MARQUEE_PID=$!
until [ -s "$WORK/ready" ]; do sleep 0.05; done
URL=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$WORK/ready")
LENGTH=$(curl -s "$URL/recommend/1" | wc -c)
EMPTY_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
taskset -c "$SERVER_CORES" "$BUILD/bin/empty_server" "$EMPTY_PORT" "$THREADS" "$LENGTH" &
PIDS+=($!)
EMPTY_PID=$!
until curl -s -o "$WORK/empty" "http://127.0.0.1:$EMPTY_PORT/"; do sleep 0.05; done

cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
# measure URL PID: "requests-a-second p99 cpu-microseconds-a-request"; fails when an answer was no 200. The last
# figure stays comparable when something else keeps the machine busy.
measure() {
  local before after
  before=$(cpu_ticks "$2")
  taskset -c "$CLIENT_CORES" wrk -t "$THREADS" -c "$CONNECTIONS" -d "${SECONDS_EACH}s" --latency \
    -s "$ROOT/bench/serve/recommend.lua" "$1" >"$WORK/wrk"
  after=$(cpu_ticks "$2")
  if grep -q Non-2xx "$WORK/wrk"; then cat "$WORK/wrk" >&2; return 1; fi
  awk -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" '/99%/ {p99 = $2}
    /requests in/ {n = $1} /Requests\/sec/ {rps = $2}
    END {printf "%s %s %.2f\n", rps, p99, ticks * 1e6 / hertz / n}' "$WORK/wrk"
}
peak() { awk '/VmHWM/ {printf "%.1f MB", $2 / 1024}' "/proc/$1/status"; }

measure "$URL/" "$MARQUEE_PID" >/dev/null  # warms both the server and the clock of the cores
row() { printf '%-6s %-13s %12s %10s %16s %10s %10s\n' "$@"; }
row round server requests/s p99 'CPU us/request' 'ratio rps' 'ratio CPU'
for round in $(seq "$ROUNDS"); do
  read -r empty_rps p99 empty_cpu <<<"$(measure "http://127.0.0.1:$EMPTY_PORT/" "$EMPTY_PID")"
  row "$round" 'empty handler' "$empty_rps" "$p99" "$empty_cpu" 1 1
  read -r rps p99 cpu <<<"$(measure "$URL/" "$MARQUEE_PID")"
  row "$round" /recommend "$rps" "$p99" "$cpu" \
    "$(awk "BEGIN {printf \"%.3f\", $rps / $empty_rps}")" "$(awk "BEGIN {printf \"%.3f\", $empty_cpu / $cpu}")"
done
echo "server threads $THREADS on cores $SERVER_CORES, wrk on $CLIENT_CORES, $CONNECTIONS connections, bodies of $LENGTH bytes"
echo "peak memory: empty handler $(peak "$EMPTY_PID"), marquee $(peak "$MARQUEE_PID")"
"$BUILD/bin/model_slot_bench" --benchmark_min_time=0.2 2>/dev/null
