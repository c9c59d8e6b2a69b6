# Sourced by the other scripts: how they speak to a person, and how they give up.

say() { printf '==> %s\n' "$*"; }
warn() { printf '==> warning: %s\n' "$*" >&2; }
die() {
  printf '==> %s\n' "$1" >&2
  shift
  if [ $# -gt 0 ]; then printf '    %s\n' "$@" >&2; fi
  exit 1
}
usage_error() {
  printf '%s: %s\nTry: %s --help\n' "$0" "$*" "$0" >&2
  exit 2
}
