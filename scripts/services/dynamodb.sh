# Sourced by services.sh: DynamoDB Local. It takes every account.

dynamodb_command() { # FOLDER PORT
  local folder=$1 port=$2 place
  mkdir -p "$folder/data"
  [ "$memory" = false ] || touch "$folder/in-memory"
  if [ -f "$folder/in-memory" ]; then place=(-inMemory); else place=(-dbPath "$folder/data"); fi
  command=(java -Xms256m -Xmx512m "-Djava.library.path=$DYNAMODB_HOME/lib"
    "-Dsqlite4java.library.path=$DYNAMODB_HOME/lib"
    -cp "$DYNAMODB_HOME/classes:$DYNAMODB_HOME/lib/*"
    LoopbackDynamoDb -port "$port" -sharedDb -disableTelemetry "${place[@]}")
}

dynamodb_answers() { # FOLDER PORT
  port_answers "$2" && curl -s -o /dev/null --max-time 10 --noproxy '*' "http://127.0.0.1:$2/"
}

dynamodb_ready() { :; }
dynamodb_environment() { echo "DYNAMODB_ENDPOINT=http://127.0.0.1:$2"; } # FOLDER PORT
