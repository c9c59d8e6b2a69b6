#!/usr/bin/env bash
# check_system.sh: fails with clear words where Marquee cannot be built: another processor, too
# little memory, too little disk. Says nothing where it can.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"

readonly NEEDED_MEMORY_MB=1800
readonly NEEDED_DISK_MB=1500

check_kernel() {
  [ "$(uname -s)" = Linux ] ||
    die "This is $(uname -s); Marquee runs on Linux." "Use a Debian 12 machine or container."
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) die "The processor is $(uname -m); Marquee is built for x86_64 and aarch64." \
      "Its Arrow libraries are not published for other processors." ;;
  esac
}

check_memory() {
  local total_mb
  total_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  [ "$total_mb" -ge "$NEEDED_MEMORY_MB" ] ||
    die "This machine has $total_mb MB of memory; the compiler needs $NEEDED_MEMORY_MB MB."
}

# A finished build needs hardly any more room.
check_disk() {
  [ -x "$ROOT/build/release/marquee" ] && return
  local free_mb
  free_mb=$(df -Pm "$ROOT" | awk 'NR == 2 { print $4 }')
  [ "$free_mb" -ge "$NEEDED_DISK_MB" ] ||
    die "Only $free_mb MB are free where $ROOT lies; the build needs $NEEDED_DISK_MB MB." \
      "Free some space or move the project to a larger disk."
}

check_writable() {
  [ -w "$ROOT" ] || die "$ROOT cannot be written by $(id -un)." \
    "Run as the folder's owner, or clone the project into a folder of yours."
}

check_kernel
check_memory
check_disk
check_writable
