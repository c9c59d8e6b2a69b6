# Sourced by run.sh: the production mode on one machine. Kafka, S3 and DynamoDB run beside the program
# as they would elsewhere; what is started here ends with run.sh, and what it keeps lies in the data dir.
. "$ROOT/scripts/process_group.sh"

readonly SERVICES="kafka s3 dynamodb"
readonly CONSUMER_PATIENCE_SECONDS=60 # to close its objects and commit

start_services() {
  bash scripts/services.sh start $SERVICES --dir "$data_dir/services" >/dev/null
  . "$data_dir/services/services.env"
}

# What the program needs to know of them: endpoints in a file of settings, keys in one of their own.
write_settings() {
  cat >"$config" <<SETTINGS
# Written by run.sh --mode aws at every start.
storage:
  mode: aws
stream:
  kind: kafka
kafka:
  brokers: $KAFKA_BROKERS
s3:
  endpoint: $S3_ENDPOINT
  bucket: marquee
  region: us-east-1
dynamodb:
  endpoint: $DYNAMODB_ENDPOINT
bronze:
  max_object_age: 5 # seconds: whoever tries things by hand does not wait for a full object
SETTINGS
  (
    umask 077
    cat >"$data_dir/aws-credentials" <<KEYS
[default]
aws_access_key_id = $S3_ACCESS_KEY
aws_secret_access_key = $S3_SECRET_KEY
KEYS
  )
  unset S3_ACCESS_KEY S3_SECRET_KEY
  cat >"$data_dir/aws.env" <<SHELL
# For a shell beside run.sh --mode aws: marquee, by whatever name it is called, with the settings of that run.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
export AWS_SHARED_CREDENTIALS_FILE=$(printf %q "$data_dir/aws-credentials")
export AWS_EC2_METADATA_DISABLED=true
export MARQUEE_SERVER_PORT=$port
export MARQUEE_CONFIG=$(printf %q "$config")
export MARQUEE_DATA_DIR=$(printf %q "$data_dir")
marquee() { $(printf %q "$marquee") "\$@"; }
SHELL
  . "$data_dir/aws.env"
}

# The import is an event of its own for each rating: done once.
import_once() {
  [ ! -f "$data_dir/imported" ] || return 0
  import_demo_data
  touch "$data_dir/imported"
}

start_consumer() {
  leader_of "$data_dir/consumer.process" >/dev/null ||
    start_group "$data_dir/consumer.process" "$data_dir/consumer.log" \
      "$marquee" --config "$config" --data-dir "$data_dir" consume
  say "The consumer runs; its log: $data_dir/consumer.log"
}

run_a_first_night() {
  [ ! -f "$data_dir/models/saved_models/production_model.safetensors" ] || return 0
  say "The six tasks of a night, to have a model"
  local status=0
  run_marquee pipeline run || status=$?
  case $status in
    0) ;;
    4) warn "the model did not pass the gate: there is none to serve yet" ;;
    *) die "The first night failed (exit $status)." "What the program said stands above." ;;
  esac
}

say_what_to_try() {
  cat <<NEXT
==> Serving on http://localhost:$port until Ctrl-C. Try next, in another terminal in $ROOT:

    . $(printf %q "$data_dir/aws.env")
    curl localhost:$port/recommend/1
    marquee produce --count 100
    curl localhost:$port/recommend/1    # as before: events alone change nothing
    marquee train --deploy
    curl -X POST localhost:$port/reload
    curl localhost:$port/recommend/1    # the list has changed

    marquee doctor                      # what is there, and what it lacks
    marquee lake ls                     # what lies on S3

NEXT
}

start_airflow() {
  bash scripts/airflow.sh start --data-dir "$data_dir" --config "$config" ||
    warn "Airflow did not start: there will be no run at night. Serving goes on."
}

stop_everything() {
  local status=$?
  trap '' INT TERM HUP # once is enough
  trap - EXIT
  say "Stopping what was started here"
  bash scripts/airflow.sh stop --data-dir "$data_dir" || true
  stop_group "$data_dir/server.process" 30 || true
  stop_group "$data_dir/consumer.process" $CONSUMER_PATIENCE_SECONDS || true
  bash scripts/services.sh stop --dir "$data_dir/services" || true
  exit $status
}

# The server speaks to this terminal, yet Ctrl-C reaches only this script, which ends all in order.
start_server() {
  setsid "$marquee" --config "$config" --data-dir "$data_dir" serve 9>&- &
  server=$!
  record_group "$data_dir/server.process" $server
  until port_answers "$port"; do
    [ -n "$(started_at $server)" ] || return 0
    sleep 0.1
  done
}

wait_for_the_end() {
  local status=0
  wait $server || status=$?
  die "The server ended by itself (exit $status)."
}

hold_data_dir() {
  mkdir -p "$data_dir"
  exec 9>"$data_dir/run.lock"
  flock -n 9 || die "Another run.sh uses $data_dir." "Stop it, or give this one a --data-dir of its own."
}

run_aws() {
  config=$data_dir/aws.yaml
  hold_data_dir
  trap stop_everything EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  start_services
  write_settings
  import_once
  start_consumer
  run_a_first_night
  start_server
  say_what_to_try
  [ "$with_airflow" = false ] || start_airflow
  wait_for_the_end
}
