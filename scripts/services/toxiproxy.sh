# Sourced by services.sh: toxiproxy, which puts delays and cuts between a client and a server. Its
# proxies are made through its HTTP API, and are gone when it stops.

toxiproxy_command() { command=("$TOXIPROXY_SERVER" -host 127.0.0.1 -port "$2"); } # FOLDER PORT
toxiproxy_answers() { # FOLDER PORT
  port_answers "$2" && curl -sf -o /dev/null --max-time 10 --noproxy '*' "http://127.0.0.1:$2/version"
}
toxiproxy_ready() { :; }
toxiproxy_environment() { echo "TOXIPROXY=127.0.0.1:$2"; } # FOLDER PORT
