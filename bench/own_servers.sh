# Sourced by benchmarks that run against servers of their own. Sets WORK, a folder for them that is gone
# afterwards together with them, and BUILD.
. "$ROOT/scripts/console.sh"
BUILD=$ROOT/build/release
WORK=$(mktemp -d)
stop_own_servers() {
  bash "$ROOT/scripts/services.sh" stop --kill --dir "$WORK" 2>/dev/null || true # none were started
  rm -rf "$WORK"
}
trap stop_own_servers EXIT

# start_own_servers [ARGUMENT…]: as of services.sh start.
start_own_servers() { bash "$ROOT/scripts/services.sh" start --dir "$WORK" --memory --owner $$ "$@" >/dev/null; }

# build_bench TARGET…
build_bench() {
  (cd "$ROOT" && cmake --preset release -DMARQUEE_BENCH=ON >/dev/null)
  bash "$ROOT/scripts/build.sh" release "$@"
}

# measure SCRIPT ARGUMENT…: with Python and what tests read servers with.
measure() {
  PYTHONPATH=$(bash "$ROOT/scripts/get_python_env.sh") python3 -B "$@"
}
