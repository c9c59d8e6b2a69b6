#!/usr/bin/env bash
# Marquee beside other recommenders, on the same data in one run: quality, then speed. Takes long; leave
# the machine alone meanwhile.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/scripts/console.sh"

print_help() {
  cat <<'HELP'
Usage: bench/peers/run.sh [quality|speed] [ARGUMENT…]

  quality   NDCG@10, Recall@20, coverage@10 beside tuned peers (--ratings FILE --movies FILE for other data)
  speed     seconds and memory of a fit at 100k, 1m and 20m ratings (--size, --without "Spark ALS")

Without an argument both, on MovieLens 100K and synthetic data. More: bench/peers/run.sh quality --help
HELP
}

what=${1:-}
case $what in
  "" | quality | speed) ;;
  --help | -h) print_help && exit 0 ;;
  *) usage_error "unknown argument '$what': expected quality or speed" ;;
esac
[ $# = 0 ] || shift

bash "$ROOT/scripts/setup.sh" --tests
bash "$ROOT/scripts/build.sh" release marquee
bash "$ROOT/scripts/get_demo_data.sh" "$ROOT/demo-data"
env=$ROOT/.deps/peers
wanted=$(sha256sum <"$ROOT/bench/peers/requirements.txt")
if [ "$(cat "$env/requirements.sha256" 2>/dev/null)" != "$wanted" ]; then
  say "Installing the peers (600 MB)"
  rm -rf "$env"
  python3 -m venv "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check --requirement "$ROOT/bench/peers/requirements.txt" ||
    die "The peers could not be installed through pip." "Check the network and start again."
  echo "$wanted" >"$env/requirements.sha256"
fi
for each in ${what:-quality speed}; do
  say "Peers: $each"
  "$env/bin/python" -B "$ROOT/bench/peers/$each.py" "$@"
done
