#!/usr/bin/env bash
# How training grows with its data. Takes long; leave the machine alone meanwhile.
# Usage: bench/growth/run.sh [--minutes M] [--series ratings|movies] [--plot FILE]
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
bash "$ROOT/scripts/setup.sh"
bash "$ROOT/scripts/build.sh" release marquee
exec python3 -B "$ROOT/bench/growth/growth.py" "$@"
