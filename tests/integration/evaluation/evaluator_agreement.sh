#!/usr/bin/env bash
# evaluator_agreement.sh PYTHON: runs evaluator_agreement_test.py with pytrec_eval at hand.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH=$(bash "$HERE/../../../scripts/get_python_env.sh")
export PYTHONPATH
exec "$1" -B "$HERE/evaluator_agreement_test.py"
