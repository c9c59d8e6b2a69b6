#!/usr/bin/env bash
# setup.sh [--tests]: makes a machine ready to build Marquee: checks the system, installs Debian
# packages that are missing, and gets Arrow; with --tests also the servers and the Airflow that the
# tests start. Says what it installs; quick when all is there.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
bash "$ROOT/scripts/check_system.sh"
mkdir -p "$ROOT/.deps"
exec 9>"$ROOT/.deps/setup.lock"
flock 9 # two set-ups at once: the second waits and finds everything done
bash "$ROOT/scripts/install_packages.sh" "$@"
bash "$ROOT/scripts/get_arrow.sh"
if [ "${1:-}" = --tests ]; then
  bash "$ROOT/scripts/services/install.sh"
  bash "$ROOT/scripts/airflow.sh" install
  bash "$ROOT/scripts/get_python_env.sh"
fi
