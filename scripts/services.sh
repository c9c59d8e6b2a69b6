#!/usr/bin/env bash
# The servers of the production mode on one machine, for development and tests: see --help.
set -euo pipefail
ROOT=$(cd "$(dirname "$0")/.." && pwd)
. "$ROOT/scripts/console.sh"
. "$ROOT/scripts/ports.sh"
. "$ROOT/scripts/process_group.sh"
. "$ROOT/scripts/services/versions.sh"
for part in kafka s3 dynamodb toxiproxy; do . "$ROOT/scripts/services/$part.sh"; done

print_help() {
  cat <<'HELP'
Usage: scripts/services.sh start|stop|status|install [kafka] [s3] [dynamodb] [toxiproxy] [OPTIONS]

  start    installs what is missing, starts these services on 127.0.0.1 (kafka, s3 and dynamodb when
           none is named), waits until they answer, and prints how to reach them as lines NAME=VALUE,
           which also stand in DIR/services.env. What runs already is left as it is.
  stop     ends these services (all when none is named) and returns when they are gone
  status   one line a service; exit 1 when one of those named (of all that were started) is down
  install  only installs

  --dir DIR                     data, logs and process ids (default: build/services). Each DIR is a set
                                of services of its own; what was stopped starts again on its port
  --kafka-port N, --s3-port N, --dynamodb-port N, --toxiproxy-port N
                                this port instead of a free one
  --kafka-advertised HOST:PORT  where the broker sends its clients, such as a proxy before it
  --memory                      DynamoDB keeps its data in memory: ten times faster, gone when it stops
  --secure                      Kafka listens with SASL and with SASL over TLS, too; from the first start in DIR
  --throughput                  Kafka starts slower and then runs faster: for measurements
  --kill                        stop by SIGKILL, as a crash would
  --owner PID                   stop what is started here when process PID ends

S3 has the bucket "marquee" in region us-east-1; its account is made by chance for each DIR.
HELP
}

action=${1:-}
case $action in
  start | stop | status | install) shift ;;
  --help | -h) print_help && exit 0 ;;
  *) usage_error "expected start, stop, status or install, not '$action'" ;;
esac
services=()
dir=$ROOT/build/services
kafka_advertised="" memory=false secure=false throughput=false signal=TERM owner=""
declare -A given_port=()
while [ $# -gt 0 ]; do
  case $1 in
    kafka | s3 | dynamodb | toxiproxy) services+=("$1") ;;
    --memory) memory=true ;;
    --secure) secure=true ;;
    --throughput) throughput=true ;;
    --kill) signal=KILL ;;
    --dir | --kafka-advertised | --owner | --*-port)
      [ $# -ge 2 ] && [ -n "$2" ] || usage_error "$1 needs a value"
      case $1 in
        --dir) dir=$2 ;;
        --kafka-advertised) kafka_advertised=$2 ;;
        --owner) owner=$2 ;;
        --kafka-port | --s3-port | --dynamodb-port | --toxiproxy-port)
          is_port "$2" || usage_error "$1 must be a number from 1 to 65535, not '$2'"
          name=${1#--}
          given_port[${name%-port}]=$2
          ;;
        *) usage_error "unknown argument '$1'" ;;
      esac
      shift
      ;;
    --help | -h) print_help && exit 0 ;;
    *) usage_error "unknown argument '$1'" ;;
  esac
  shift
done
readonly PATIENCE_SECONDS=90
dir=$(realpath -m -- "$dir")

# The port that FILE records; one that is free, and is recorded, where there is none yet.
recorded_or_free_port() { # FILE
  [ -s "$1" ] || free_port >"$1"
  cat "$1"
}

port_for() { # NAME
  local file=$dir/$1/port given=${given_port[$1]:-}
  [ -z "$given" ] || echo "$given" >"$file"
  recorded_or_free_port "$file"
}

is_running() { leader_of "$dir/$1/process" >/dev/null; } # NAME

refuse_another_port() { # NAME, which runs
  local given=${given_port[$1]:-} present
  present=$(cat "$dir/$1/port")
  [ -z "$given" ] || [ "$given" = "$present" ] ||
    die "$1 runs on port $present already." "Stop it first: scripts/services.sh stop $1 --dir $dir"
}

launch() { # NAME
  local name=$1 folder=$dir/$1 port command
  if is_running "$name"; then
    refuse_another_port "$name"
    return
  fi
  stop_group "$folder/process" 5 KILL # what a leader left that died
  mkdir -p "$folder"
  port=$(port_for "$name")
  ! port_answers "$port" || die "Port $port, where $name should start, is taken by another program." \
    "Give another one: scripts/services.sh start $name --$name-port N --dir $dir"
  : >"$folder/server.log"
  "${name}_command" "$folder" "$port"
  echo "Starting $name on 127.0.0.1:$port" >&2
  start_group "$folder/process" "$folder/server.log" "${command[@]}"
}

await() { # NAME
  local name=$1 folder=$dir/$1 port end=$((SECONDS + PATIENCE_SECONDS))
  port=$(cat "$folder/port")
  until "${name}_answers" "$folder" "$port"; do
    if ! is_running "$name" || [ $SECONDS -ge $end ]; then
      tail -n 15 "$folder/server.log" >&2
      stop_group "$folder/process" 5
      die "$name did not start; the end of $folder/server.log stands above."
    fi
    sleep 0.1
  done
  "${name}_ready" "$folder" "$port"
}

write_environment() {
  local name
  for name in kafka s3 dynamodb toxiproxy; do
    [ ! -s "$dir/$name/port" ] || "${name}_environment" "$dir/$name" "$(cat "$dir/$name/port")"
  done >"$dir/services.env.new"
  mv "$dir/services.env.new" "$dir/services.env"
}

# Stops the services when the owner ends, however it ends.
watch_owner() {
  local watcher='tail --pid="$1" -s 0.5 -f /dev/null; shift; exec "$@"'
  setsid bash -c "$watcher" watch "$owner" "$ROOT/scripts/services.sh" stop "${services[@]}" \
    --dir "$dir" --kill </dev/null >/dev/null 2>&1 8>&- 9>&- &
  disown $!
}

start() {
  local name
  [ ${#services[@]} -gt 0 ] || services=(kafka s3 dynamodb)
  bash "$ROOT/scripts/services/install.sh" "${services[@]}" >&2
  for name in "${services[@]}"; do launch "$name"; done
  [ -z "$owner" ] || watch_owner
  for name in "${services[@]}"; do await "$name"; done
  write_environment
  cat "$dir/services.env"
}

# The named services, or those that were ever started here.
known_services() {
  local name
  if [ ${#services[@]} -gt 0 ]; then
    printf '%s\n' "${services[@]}"
    return
  fi
  for name in toxiproxy kafka s3 dynamodb; do
    [ ! -d "$dir/$name" ] || echo "$name"
  done
}

stop() {
  local name
  for name in $(known_services); do
    ! group_of "$dir/$name/process" >/dev/null || echo "Stopping $name" >&2
    stop_group "$dir/$name/process" 20 "$signal"
  done
}

status() {
  local name down=0
  for name in $(known_services); do
    if is_running "$name" && "${name}_answers" "$dir/$name" "$(cat "$dir/$name/port")"; then
      echo "$name: answers on 127.0.0.1:$(cat "$dir/$name/port")"
    elif is_running "$name"; then
      echo "$name: runs as process $(leader_of "$dir/$name/process"), but does not answer"
      down=1
    else
      echo "$name: stopped"
      down=1
    fi
  done
  return $down
}

if [ "$action" = install ]; then
  exec bash "$ROOT/scripts/services/install.sh" "${services[@]}"
fi
if [ "$action" = status ]; then
  status
  exit
fi
if [ "$action" = stop ] && [ ! -d "$dir" ]; then
  echo "Nothing was started in $dir" >&2
  exit # a watcher that comes late must not make the folder again
fi
mkdir -p "$dir"
umask 077 # keys lie in it
exec 9>"$dir/services.lock"
flock 9 # two at once: the second waits and finds everything done
"$action"
