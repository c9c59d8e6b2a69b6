# Sourced by kafka.sh: two more listeners of the broker, one with SASL in plain text and one with SASL
# over TLS, for a user, a password and a certificate authority that are made by chance for each FOLDER.

readonly KAFKA_USER=marquee

make_kafka_secrets() { # FOLDER
  local folder=$1/security
  mkdir -p "$folder"
  openssl rand -hex 24 >"$folder/password"
  make_kafka_certificates "$folder"
}

make_kafka_certificates() { # FOLDER
  (
    cd "$1"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout ca.key -out ca.pem -subj /CN=marquee-development
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out server.crt \
      -extfile <(echo 'subjectAltName = IP:127.0.0.1, DNS:localhost')
    cat server.key server.crt >server.pem
  ) 2>>"$1/openssl.log" || die "No certificate for Kafka could be made; see $1/openssl.log."
}

# In the broker's settings; its listeners are called SASL and TLS.
kafka_security_settings() { # FOLDER
  local folder=$1/security password plain='org.apache.kafka.common.security.plain.PlainLoginModule'
  local scram='org.apache.kafka.common.security.scram.ScramLoginModule' listener
  password=$(cat "$folder/password")
  echo 'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'
  for listener in sasl tls; do
    echo "listener.name.$listener.plain.sasl.jaas.config=$plain required user_$KAFKA_USER=\"$password\";"
    echo "listener.name.$listener.scram-sha-256.sasl.jaas.config=$scram required;"
    echo "listener.name.$listener.scram-sha-512.sasl.jaas.config=$scram required;"
  done
  echo 'ssl.keystore.type=PEM'
  echo "ssl.keystore.location=$folder/server.pem"
}

# What the broker's storage is formatted with.
kafka_scram_users() { # FOLDER
  local mechanism password
  password=$(cat "$1/security/password")
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    printf '%s\n' --add-scram "$mechanism=[name=$KAFKA_USER,password=$password]"
  done
}

kafka_security_environment() { # FOLDER
  echo "KAFKA_SASL_BROKERS=127.0.0.1:$(cat "$1/sasl.port")"
  echo "KAFKA_TLS_BROKERS=127.0.0.1:$(cat "$1/tls.port")"
  echo "KAFKA_USERNAME=$KAFKA_USER"
  echo "KAFKA_PASSWORD_FILE=$1/security/password"
  echo "KAFKA_CA_FILE=$1/security/ca.pem"
}
