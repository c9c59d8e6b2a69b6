#!/usr/bin/env bash
# fetch_wheel.sh DIR REQUIREMENT SHA256 [PLATFORM]: downloads one pinned wheel into DIR through pip
# and checks its hash. Tries three times, each within ten minutes. Fails with the last words of pip.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
[ $# -ge 3 ] || usage_error "expected DIR REQUIREMENT SHA256 [PLATFORM]"
folder=$1 requirement=$2 sha256=$3 platform=${4:-any}

pinned=$(mktemp)
log=$(mktemp)
trap 'rm -f "$pinned" "$log"' EXIT
echo "$requirement --hash=sha256:$sha256" >"$pinned"

fetch() {
  timeout 600 python3 -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
    --only-binary :all: --implementation cp --python-version 311 --platform "$platform" \
    --require-hashes --retries 3 --timeout 60 \
    --dest "$folder" --requirement "$pinned" >"$log" 2>&1
}

for try in 1 2 3; do
  fetch && exit 0
  [ "$try" = 3 ] && break
  warn "$requirement could not be downloaded, trying again"
  sleep $((try * 2))
done
tail -n 5 "$log" >&2
die "$requirement could not be downloaded through pip, or is not the file that was pinned." \
  "Check the network and pip's settings (python3 -m pip config list) and start again."
