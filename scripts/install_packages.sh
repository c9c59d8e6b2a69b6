#!/usr/bin/env bash
# install_packages.sh [--tests | SET…]: installs the Debian packages of packages.txt that are missing
# (of the set "build", with --tests also of "test", or of the sets that are named), as root or through
# sudo, and says which. Quick and silent when nothing is missing. On another system it goes on only
# when everything that the build includes is there already.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"

readonly LIST=$ROOT/scripts/packages.txt
readonly NEEDED_DISK_MB=2000
sets=build
case ${1:-} in
  "") ;;
  --tests) sets="build test" ;;
  *) sets=$* ;;
esac

system_name() { (. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-unknown}") || echo unknown; }
is_debian_12() {
  grep -qs '^ID=debian' /etc/os-release && grep -qs '^VERSION_ID="12"' /etc/os-release
}
wanted() { awk -v sets=" $sets " '!/^#/ && index(sets, " " $1 " ") { print $2, $3 }' "$LIST"; }

# Name and version of each wanted package that is fully installed.
installed() {
  wanted | cut -d' ' -f1 |
    xargs dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Version}\n' 2>/dev/null |
    awk -F'|' '$1 == "ii " { print $2, $3 }'
}

missing() { comm -23 <(wanted | cut -d' ' -f1 | sort) <(installed | cut -d' ' -f1 | sort); }

warn_of_other_versions() {
  join <(wanted | awk 'NF == 2' | sort) <(installed | sort) | while read -r name expected found; do
    case ${found#*:} in
      "$expected"*) ;;
      *) warn "$name is $found; Marquee is tried with $expected" ;;
    esac
  done
}

# On a system without these packages: the headers and programs themselves.
missing_by_hand() {
  local name
  for name in g++ cmake ninja pkg-config python3 curl; do
    command -v "$name" >/dev/null || echo "$name"
  done
  command -v g++ >/dev/null || return 0
  for name in expected absl/time/time.h CLI/CLI.hpp eigen3/Eigen/Core asio.hpp cblas.h curl/curl.h \
    fmt/format.h http_parser.h lapacke.h librdkafka/rdkafka.h nlohmann/json.hpp openssl/evp.h \
    prometheus/registry.h pugixml.hpp rapidjson/reader.h restinio/all.hpp \
    spdlog/spdlog.h sqlite3.h utf8.h xxhash.h \
    yaml-cpp/yaml.h zip.h zstd.h; do
    printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$name" |
      g++ -std=c++23 -E -x c++ - >/dev/null 2>&1 || echo "<$name>"
  done
}

refuse_unless_complete() {
  local lacking
  lacking=$(missing_by_hand | paste -sd' ')
  [ -z "$lacking" ] && return
  die "This is $(system_name); packages are installed by themselves on Debian 12 (bookworm) only." \
    "Use a Debian 12 machine or container, or install these by hand: $lacking"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 \
    -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}

install() {
  local packages
  mapfile -t packages <<<"$1"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "Packages are missing, and $(id -un) is neither root nor has sudo." \
      "As root: apt-get install --no-install-recommends ${packages[*]}"
  fi
  local free_mb
  free_mb=$(df -Pm /usr | awk 'NR == 2 { print $4 }')
  [ "$free_mb" -ge "$NEEDED_DISK_MB" ] ||
    die "Only $free_mb MB are free on /usr; the packages need up to $NEEDED_DISK_MB MB."
  say "Installing ${#packages[@]} Debian packages: ${packages[*]}"
  as_root dpkg --configure -a # an installation that was interrupted
  apt update || warn "the package lists could not be brought up to date"
  apt install -y --no-install-recommends "${packages[@]}" >/dev/null ||
    die "The packages could not be installed; apt-get's own words stand above." \
      "Mend what it names (network, package sources, disk) and start again."
}

if ! is_debian_12; then
  refuse_unless_complete
  exit 0
fi
lacking=$(missing)
[ -z "$lacking" ] || install "$lacking"
warn_of_other_versions
