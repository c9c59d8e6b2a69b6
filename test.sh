#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. Prints each phase with its time; ctest's own
# summary closes the output. The exit code is 0 only when everything passed.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")" && pwd)
. "$ROOT/scripts/console.sh"

print_help() {
  cat <<'HELP'
Usage: ./test.sh [unit|full]

  (nothing)  unit, integration and end-to-end tests, bounded
  unit       unit tests only
  full       all of them with the long campaigns, the sanitizer builds (asan, tsan) and fuzzing
HELP
}

[ $# -le 1 ] || usage_error "one argument at most"
case ${1:-} in
  "" | unit | full) readonly scope=${1:-bounded} ;;
  --help | -h) print_help && exit 0 ;;
  *) usage_error "unknown argument '$1': expected unit or full" ;;
esac
cd "$ROOT"
logs=$ROOT/build/test-logs
mkdir -p "$logs"
phases=()
failed_log=""
failures=$logs/failures.log
: >"$failures"

# phase NAME COMMAND…: runs it, keeps its output, records time and outcome.
phase() {
  local name=$1 start=$SECONDS status=0 log
  log=$logs/${name// /-}.log
  shift
  say "$name"
  "$@" 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  local outcome=passed
  [ $status = 0 ] || outcome=FAILED
  phases+=("$(printf '%-34s %5d s  %s' "$name" $((SECONDS - start)) $outcome)")
  if [ $status != 0 ] && [ -z "$failed_log" ]; then failed_log=$log; fi
  return $status
}

# must NAME COMMAND…: a phase without which the others make no sense.
must() { phase "$@" || finish; }

# A phase that fails lets the others run; finish tells.
try() { phase "$@" || true; }

run_ctest() { # PRESET LABELS [ARGUMENT…]
  local preset=$1 labels=$2
  shift 2
  ctest --test-dir "build/$preset" -L "^($labels)\$" --output-on-failure --no-tests=error \
    -j "$(nproc)" "$@" && return
  keep_failures "build/$preset/Testing/Temporary" >>"$failures"
  return 1
}

# keep_failures FOLDER: the end of what each failed test of ctest's last run there said.
keep_failures() {
  [ -s "$1/LastTestsFailed.log" ] || return 0
  awk -v most=40 '
    NR == FNR { sub(/^[0-9]+:/, ""); failed[$0]; next }
    /^[0-9]+\/[0-9]+ Test: / { name = substr($0, index($0, " Test: ") + 7) }
    /^Output:$/ { count = 0; inside = 1; next }
    /^<end of output>$/ {
      if (name in failed) {
        print "--- " name
        for (k = count > most ? count - most + 1 : 1; k <= count; ++k) print "    " line[k]
      }
      inside = 0
    }
    inside { line[++count] = $0 }' "$1/LastTestsFailed.log" "$1/LastTest.log"
}

# What failed tests said, the table of phases, then ctest's summary of the first phase that failed, or
# else of the last.
finish() {
  if [ -s "$failures" ]; then
    echo
    say "What the failed tests said last:"
    cat "$failures"
  fi
  echo
  say "What ran:"
  printf '    %s\n' "${phases[@]}"
  echo
  local log=${failed_log:-$last_log}
  sed -n '/% tests passed/,$p' "$log" | grep . || tail -n 20 "$log"
  [ -z "$failed_log" ] || exit 1
  exit 0
}

sanitized() { # PRESET
  phase "build $1" bash scripts/build.sh "$1" --tests || return 0
  try "unit tests under $1" run_ctest "$1" unit --timeout 900
  try "integration tests under $1" run_ctest "$1" integration --timeout 1800
}

must "setup" bash scripts/setup.sh --tests
must "build release" bash scripts/build.sh release --tests
if [ "$scope" = full ]; then
  export TEST_CAMPAIGN=full # not MARQUEE_…: the program would take that for a setting
  export TSAN_OPTIONS="suppressions=$ROOT/tests/sanitizers/tsan.supp"
  sanitized asan
  sanitized tsan
  [ ! -x scripts/fuzz.sh ] || try "fuzzing" scripts/fuzz.sh
fi
case $scope in
  unit) name="unit tests" labels="unit" ;;
  *) name="unit, integration and e2e tests" labels="unit|integration|e2e" ;;
esac
last_log=$logs/${name// /-}.log
try "$name" run_ctest release "$labels"
finish
