# Sourced by run.sh: the development mode. Everything lies in the data dir; one program does it all.

# How many ratings the data dir holds; 0 where there is no database yet.
stored_ratings() {
  python3 - "$data_dir/marquee.db" <<'PYTHON'
import os, sqlite3, sys
try:
    if os.path.exists(sys.argv[1]):
        print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM ratings").fetchone()[0])
    else:
        print(0)
except sqlite3.Error:
    print(0)
PYTHON
}

train_a_model() {
  say "Training, evaluating and deploying a model"
  local status=0
  run_marquee train --deploy || status=$?
  case $status in
    0) ;;
    4) warn "the model did not pass the gate; the server builds one from the data instead" ;;
    *) exit "$status" ;;
  esac
}

say_what_to_try() {
  wait_for_server || return 0
  local options=""
  [ "$data_dir" = "$ROOT/data" ] || options+=" --data-dir $(printf %q "$data_dir")"
  cat <<NEXT
==> Serving on http://localhost:$port until Ctrl-C. Try next, in another terminal in $ROOT:

    curl localhost:$port/recommend/1
    build/release/marquee$options produce --count 100
    build/release/marquee$options train --deploy && curl -X POST localhost:$port/reload

    Then ask for /recommend/1 again: the list has changed.
NEXT
}

run_embedded() {
  if [ ! -f "$data_dir/models/saved_models/production_model.safetensors" ]; then
    [ "$(stored_ratings)" != 0 ] || import_demo_data
    train_a_model
  fi
  say_what_to_try &
  exec "$marquee" --config "$config" --data-dir "$data_dir" serve --port "$port"
}
