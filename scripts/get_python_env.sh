#!/usr/bin/env bash
# get_python_env.sh: pandas, pyarrow, DuckDB, boto3, Kafka's client and trec_eval into .deps/python, for
# tests that read as analysts do, look at real servers and judge the evaluator; nothing that is
# installed with the program needs them. Does nothing when the pinned ones are there. Killed at any moment, the next run starts over. Prints the folder for PYTHONPATH.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
readonly REQUIREMENTS=$ROOT/scripts/python-requirements.txt

target=$ROOT/.deps/python
wanted=$(sha256sum <"$REQUIREMENTS")
if [ "$(cat "$target/requirements.sha256" 2>/dev/null)" != "$wanted" ]; then
  mkdir -p "$ROOT/.deps"
  exec 9>"$ROOT/.deps/python.lock"
  flock 9 # two tests at once would fetch the same files
  if [ "$(cat "$target/requirements.sha256" 2>/dev/null)" != "$wanted" ]; then
    say "Getting pandas, pyarrow, DuckDB, boto3, confluent-kafka and pytrec_eval (130 MB)" >&2
    rm -rf "$ROOT"/.deps/python.new-*
    fresh=$(mktemp -d "$ROOT/.deps/python.new-XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    log=$(timeout 900 python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --require-hashes --retries 3 --timeout 60 --target "$fresh" \
      --requirement "$REQUIREMENTS" 2>&1) || {
      printf '%s\n' "$log" | tail -n 5 >&2
      die "The Python packages could not be installed through pip." \
        "Check the network and pip's settings (python3 -m pip config list) and start again."
    }
    echo "$wanted" >"$fresh/requirements.sha256"
    rm -rf "$target"
    mv -T "$fresh" "$target"
  fi
fi
echo "$target"
