# Sourced by services.sh: one Kafka broker that is its own controller. Nothing in it expires.
. "$ROOT/scripts/services/kafka_security.sh"

kafka_command() { # FOLDER PORT
  local folder=$1 port=$2 controller advertised users=()
  controller=$(recorded_or_free_port "$folder/controller.port")
  [ -z "$kafka_advertised" ] || echo "$kafka_advertised" >"$folder/advertised"
  advertised=$(cat "$folder/advertised" 2>/dev/null || echo "127.0.0.1:$port")
  write_kafka_settings "$folder" "$port" "$controller" "$advertised"
  # From the first start or never: the storage is formatted with the users.
  [ "$secure" = false ] || [ -d "$folder/data" ] || make_kafka_secrets "$folder"
  if [ -d "$folder/security" ]; then
    add_secure_listeners "$folder"
    mapfile -t users < <(kafka_scram_users "$folder")
  fi
  # -XX:TieredStopAtLevel=1 halves the time to start; the throughput of a long run is lower by it.
  local java=(java -Xms512m -Xmx512m -XX:+UseG1GC "-Dkafka.logs.dir=$folder"
    "-Dlog4j2.configurationFile=$folder/log4j2.yaml" -cp "$KAFKA_HOME/lib/*")
  [ "$throughput" = true ] || java+=(-XX:TieredStopAtLevel=1)
  [ -f "$folder/data/meta.properties" ] ||
    "${java[@]}" kafka.tools.StorageTool format -t "$(new_kafka_cluster_id)" \
      -c "$folder/server.properties" "${users[@]}" >>"$folder/server.log" 2>&1 ||
    die "Kafka could not format $folder/data; see $folder/server.log."
  command=("${java[@]}" kafka.Kafka "$folder/server.properties")
}

add_secure_listeners() { # FOLDER
  local settings=$1/server.properties sasl tls
  sasl=$(recorded_or_free_port "$1/sasl.port")
  tls=$(recorded_or_free_port "$1/tls.port")
  sed -i -e "s|^\(advertised.\)\?listeners=.*|&,SASL://127.0.0.1:$sasl,TLS://127.0.0.1:$tls|" \
    -e 's|^listener.security.protocol.map=.*|&,SASL:SASL_PLAINTEXT,TLS:SASL_SSL|' "$settings"
  kafka_security_settings "$1" >>"$settings"
}

new_kafka_cluster_id() {
  python3 -c 'import base64, uuid
print(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A"))'
}

write_kafka_settings() { # FOLDER PORT CONTROLLER-PORT ADVERTISED
  cat >"$1/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://$4
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/data
auto.create.topics.enable=false
num.partitions=3
log.retention.ms=-1
offsets.retention.minutes=5256000
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=2097152
log.cleaner.threads=1
num.network.threads=2
num.io.threads=4
SETTINGS
  cat >"$1/log4j2.yaml" <<'SETTINGS'
Configuration:
  Appenders:
    Console: {name: OUT, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: OUT}}
    Logger: [{name: kafka.server.KafkaRaftServer, level: INFO}]
SETTINGS
}

kafka_answers() { # FOLDER PORT
  port_answers "$2" && grep -q 'Kafka Server started' "$1/server.log"
}

kafka_ready() { :; }
kafka_environment() { # FOLDER PORT
  echo "KAFKA_BROKERS=127.0.0.1:$2"
  [ ! -d "$1/security" ] || kafka_security_environment "$1"
}
