#!/usr/bin/env bash
# get_arrow.sh: Arrow C++ (headers and libraries) from the pinned pyarrow wheel into .deps/arrow.
# Does nothing when that wheel's files are there. Killed at any moment, the next run starts over.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"

readonly REQUIREMENT=pyarrow==26.0.0
declare -A sha256=(
  [x86_64]=6e89dee53aaeb50505ed6152ea55bc7ddfd4f4df264f5427ea255288d8f0e580
  [aarch64]=7aa12ab8e236789b1ecd2d6ecaef036b4e63d675ddf1864a43c6799d18f2d028
)
machine=$(uname -m)
wanted=${sha256[$machine]:-}
[ -n "$wanted" ] || die "There is no Arrow for the processor $machine."

target=$ROOT/.deps/arrow
[ "$(cat "$target/wheel.sha256" 2>/dev/null)" = "$wanted" ] && exit 0

say "Getting Arrow C++ from the wheel $REQUIREMENT (54 MB)"
mkdir -p "$ROOT/.deps"
rm -rf "$ROOT"/.deps/arrow.new-*
fresh=$(mktemp -d "$ROOT/.deps/arrow.new-XXXXXX")
chmod 755 "$fresh"
trap 'rm -rf "$fresh"' EXIT
bash "$ROOT/scripts/fetch_wheel.sh" "$fresh" "$REQUIREMENT" "$wanted" "manylinux_2_28_$machine"
python3 - "$fresh" <<'PYTHON'
import glob, re, sys, zipfile
folder = sys.argv[1]
wanted = re.compile(r"pyarrow/include/.*"
                    r"|pyarrow/lib(arrow|arrow_compute|arrow_acero|arrow_s3|parquet)\.so\.\d+$"
                    r"|pyarrow-[^/]*\.dist-info/licenses/.*")
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    wheel.extractall(folder, [name for name in wheel.namelist() if wanted.match(name)])
PYTHON
rm "$fresh"/*.whl
echo "$wanted" >"$fresh/wheel.sha256"
rm -rf "$target"
mv -T "$fresh" "$target"
