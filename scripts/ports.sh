# Sourced: TCP ports of this machine.

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A free port below those that the system gives to outgoing connections, so that none of them can
# take it while its server is being restarted.
free_port() {
  local port
  while true; do
    port=$((20000 + (RANDOM << 15 | RANDOM) % 12000))
    port_answers $port || break
  done
  echo $port
}

is_port() { [[ $1 =~ ^[0-9]{1,5}$ ]] && ((10#$1 >= 1 && 10#$1 <= 65535)); }
