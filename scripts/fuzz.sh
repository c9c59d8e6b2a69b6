#!/usr/bin/env bash
# fuzz.sh [SECONDS]: builds the fuzz targets of tests/fuzz with clang and runs each for SECONDS (60).
# Inputs that were worth keeping stay below build/fuzz. Fails with the input that broke a target.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
cd "$ROOT"
seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || usage_error "expected a number of seconds, not '$seconds'"

configure() {
  cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMARQUEE_FUZZ=ON \
    -DCCACHE=OFF -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DMARQUEE_SANITIZE=address,undefined,fuzzer-no-link >/dev/null
}

# A small model and a few events to start from.
make_seeds() {
  mkdir -p build/fuzz/seeds/model_file build/fuzz/seeds/rating_event
  build/release/marquee generate --users 20 --items 15 --ratings 100 --seed 1 \
    --out build/fuzz/dataset --quiet
  build/release/marquee train --ratings build/fuzz/dataset/ratings.csv \
    --movies build/fuzz/dataset/movies.csv --model build/fuzz/seeds/model_file/small --quiet \
    --set model.precomputed_top_n=5
  echo '{"user_id": 123, "movie_id": 456, "rating": 4.5, "timestamp": "2025-03-15T10:00:00Z"}' \
    >build/fuzz/seeds/rating_event/plain
}

export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-19/bin/llvm-symbolizer
bash scripts/build.sh release marquee
[ -f build/fuzz/build.ninja ] || configure
ninja -C build/fuzz --quiet fuzz_targets
make_seeds
for source in tests/fuzz/*_fuzz.cc; do
  target=$(basename "$source" _fuzz.cc)
  say "Fuzzing $target for $seconds s"
  mkdir -p "build/fuzz/corpus/$target"
  arguments=("build/fuzz/corpus/$target")
  for seeds in "build/fuzz/seeds/$target" "tests/fuzz/corpus/$target"; do
    [ ! -d "$seeds" ] || arguments+=("$seeds")
  done
  [ ! -f "tests/fuzz/$target.dict" ] || arguments+=("-dict=tests/fuzz/$target.dict")
  "build/fuzz/bin/${target}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="build/fuzz/$target-" \
    "${arguments[@]}"
done
