#!/usr/bin/env bash
# parquet_values.sh PYTHON: runs parquet_values_test.py with pandas, pyarrow and DuckDB at hand.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH=$(bash "$HERE/../../../scripts/get_python_env.sh")
export PYTHONPATH
exec "$1" -B "$HERE/parquet_values_test.py"
