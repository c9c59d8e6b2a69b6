#!/usr/bin/env bash
# The campaigns of tests/integration/campaign for as long as one likes: see --help.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/scripts/console.sh"

print_help() {
  cat <<'HELP'
Usage: tests/integration/campaign.sh [--minutes N] [--seed S] [--only NAME] [--full]

  --minutes N  goes on with new seeds until N minutes are over (default 10); the scenario that runs
               then is brought to its end
  --seed S     of the first round (default: drawn); the rounds after it take S+1, S+2, …
  --only NAME  this scenario alone, such as kill; may be given more than once
  --full       each scenario at full length

Prints the seed and every figure of each scenario. Exit 1 at the first round in which something was
lost or doubled, or did not recover; the lines above say what, and TEST_SEED repeats it.
HELP
}

minutes=10 seed=$((RANDOM * 32768 + RANDOM)) only=() full=""
while [ $# -gt 0 ]; do
  case $1 in
    --minutes | --seed)
      [[ ${2:-} =~ ^[0-9]+$ ]] || usage_error "$1 needs a whole number"
      [ "$1" = --seed ] && seed=$2 || minutes=$2
      shift
      ;;
    --only)
      [ -f "$ROOT/tests/integration/campaign/${2:-}_test.py" ] || usage_error "there is no scenario '${2:-}'"
      only+=("$2")
      shift
      ;;
    --full) full=full ;;
    --help | -h) print_help && exit 0 ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
  shift
done

readonly TESTS=$ROOT/tests/integration/campaign
export BINARY_UNDER_TEST=${BINARY_UNDER_TEST:-$ROOT/build/release/marquee}
[ -x "$BINARY_UNDER_TEST" ] || die "There is no program at $BINARY_UNDER_TEST." "Build it: ./test.sh unit"
PYTHONPATH=$(bash "$ROOT/scripts/get_python_env.sh")
export PYTHONPATH
services=$(mktemp -d "${TMPDIR:-/tmp}/campaign-services-XXXXXX")
export TEST_SERVICES=$services
cleanup() {
  bash "$ROOT/scripts/services.sh" stop --dir "$services" && rm -rf "$services"
}
trap cleanup EXIT
[ -z "$full" ] || export TEST_CAMPAIGN=full

scenarios=("${only[@]}")
if [ ${#only[@]} = 0 ]; then
  for file in "$TESTS"/*_test.py; do
    name=${file##*/}
    scenarios+=("${name%_test.py}")
  done
fi
end=$((SECONDS + minutes * 60))
rounds=0
while :; do
  for scenario in "${scenarios[@]}"; do
    say "seed $seed: $scenario"
    TEST_SEED=$seed python3 -B "$TESTS/${scenario}_test.py" 2>&1 ||
      die "$scenario failed with seed $seed." "Again: tests/integration/campaign.sh --only $scenario --seed $seed --minutes 0"
    [ $SECONDS -lt $end ] || break 2
  done
  rounds=$((rounds + 1))
  seed=$((seed + 1))
done
say "All well: $rounds whole rounds in $((SECONDS / 60)) minutes."
