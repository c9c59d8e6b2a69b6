# Sourced: which servers, and where their files lie once installed. A new version is a new place.
readonly KAFKA_VERSION=4.4.0
readonly LOG4J_VERSION=2.25.5
readonly DYNAMODB_VERSION=2.6.1
readonly VERSITYGW_VERSION=1.8.0
readonly TOXIPROXY_VERSION=2.5.0

readonly INSTALLED=$ROOT/.deps/services
readonly KAFKA_HOME=$INSTALLED/kafka-$KAFKA_VERSION
readonly DYNAMODB_HOME=$INSTALLED/dynamodb-$DYNAMODB_VERSION
readonly VERSITYGW=$INSTALLED/versitygw-$VERSITYGW_VERSION
readonly TOXIPROXY_SERVER=$INSTALLED/toxiproxy-$TOXIPROXY_VERSION
