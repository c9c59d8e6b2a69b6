#!/usr/bin/env bash
# build.sh PRESET [--tests] [TARGET…]: configures where needed and builds with as many jobs as cores
# and memory allow. Quick when everything is up to date.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
[ $# -ge 1 ] || usage_error "expected PRESET [--tests] [TARGET…]"
cd "$ROOT"
preset=$1
shift
tests=OFF
if [ "${1:-}" = --tests ]; then
  tests=ON
  shift
fi

readonly JOB_MEMORY_KB=1500000 # what the largest source file takes to compile
jobs=$(awk -v cores="$(nproc)" -v job="$JOB_MEMORY_KB" '/^MemAvailable:/ {
  fit = int($2 / job); print fit < 1 ? 1 : (fit < cores ? fit : cores) }' /proc/meminfo)

has_tests() { grep -qs '^MARQUEE_TESTS:BOOL=ON' "build/$preset/CMakeCache.txt"; }

# A tree that has its tests keeps them: run.sh after test.sh must not configure anew. Presets that
# changed must, for their flags reach a tree by its configuration alone.
configured() {
  [ "build/$preset/build.ninja" -nt CMakePresets.json ] || return 1
  [ $tests = OFF ] || has_tests
}
! has_tests || tests=ON

mkdir -p "build/$preset"
exec 9>"build/$preset/build.lock"
flock 9 # two builds at once would write the same files
configured || cmake --preset "$preset" "-DMARQUEE_TESTS=$tests" >/dev/null ||
  die "CMake could not configure the build; its words stand above."
ninja -C "build/$preset" -j "$jobs" --quiet "$@" | sed '/^ninja: no work to do/d; /^-- /d' ||
  die "The build failed; the compiler's words stand above."
