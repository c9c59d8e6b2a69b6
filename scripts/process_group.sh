# Sourced: a server as a process group of its own, known by a file that says which process leads it.
# The file holds "BOOT PID TICKS": the machine's boot, the leader and when it started in clock ticks
# since boot, so that a process id that came round again is never taken for the server.

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# When the process started; nothing where there is none, or only a dead one that nobody waited for.
started_at() {
  { sed 's/.*) //' "/proc/$1/stat" | awk '$1 != "Z" { print $20 }'; } 2>/dev/null || true
}

group_is_empty() { # LEADER: the dead do not count
  # A process that ends while it is being looked at makes cat fail: that says nothing. One whose first
  # thread is dead is not: the others may still hold its files and ports ($18 are its threads).
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | sed 's/.*) //' |
    awk -v group="$1" '($1 != "Z" || $18 > 1) && $3 == group { found = 1 } END { exit found }'
}

# start_group FILE LOG COMMAND…: starts it apart from this script and its terminal. The descriptors
# 8 and 9, which hold locks here, are not handed on.
start_group() {
  local file=$1 log=$2 leader
  shift 2
  setsid "$@" >>"$log" 2>&1 </dev/null 8>&- 9>&- &
  leader=$!
  record_group "$file" "$leader"
  disown "$leader"
}

# record_group FILE LEADER: notes a process that was started through setsid, once it leads its group:
# before that the group would pass for one that has ended.
record_group() {
  while [ -n "$(started_at "$2")" ] && group_is_empty "$2"; do sleep 0.02; done
  echo "$(boot_id) $2 $(started_at "$2")" >"$1"
}

# Prints the leader of the group that FILE names; fails when no process of it is left.
group_of() { # FILE
  local boot leader ticks now
  read -r boot leader ticks 2>/dev/null <"$1" || return 1
  [ "$boot" = "$(boot_id)" ] || return 1
  now=$(started_at "$leader")
  [ -z "$now" ] || [ "$now" = "$ticks" ] || return 1
  ! group_is_empty "$leader" || return 1
  echo "$leader"
}

# Prints the leader while it lives; fails when it ended, though others of its group may be left.
leader_of() { # FILE
  local leader
  leader=$(group_of "$1") && [ -n "$(started_at "$leader")" ] && echo "$leader"
}

# stop_group FILE SECONDS [SIGNAL]: ends the group, by force when it takes longer, and returns when
# none of it is left. Nothing to do when none is.
stop_group() {
  local file=$1 seconds=$2 signal=${3:-TERM} leader
  if leader=$(group_of "$file"); then
    signal_group "$signal" "$leader"
    if ! wait_for_empty_group "$leader" "$seconds"; then
      signal_group KILL "$leader"
      wait_for_empty_group "$leader" 10 || die "The processes of group $leader do not end."
    fi
  fi
  rm -f "$file"
}

signal_group() { kill -s "$1" -- "-$2" 2>/dev/null || true; } # SIGNAL LEADER

wait_for_empty_group() { # LEADER SECONDS
  local end=$((SECONDS + $2))
  until group_is_empty "$1"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
