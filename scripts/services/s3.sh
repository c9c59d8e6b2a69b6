# Sourced by services.sh: an S3 server over a folder, with one account and the bucket "marquee".
# Never with --keep-alive: multipart uploads through Arrow then fail now and then.

readonly S3_BUCKET=marquee
readonly S3_REGION=us-east-1

s3_command() { # FOLDER PORT
  local folder=$1 port=$2
  [ -f "$folder/credentials" ] || new_s3_credentials >"$folder/credentials"
  . "$folder/credentials"
  mkdir -p "$folder/data" "$folder/metadata" "$folder/versions"
  command=(env "ROOT_ACCESS_KEY=$S3_ACCESS_KEY" "ROOT_SECRET_KEY=$S3_SECRET_KEY"
    "$VERSITYGW" --region "$S3_REGION" --port "127.0.0.1:$port" --quiet
    posix --sidecar "$folder/metadata" --versioning-dir "$folder/versions" "$folder/data")
}

new_s3_credentials() {
  python3 -c 'import secrets
print("S3_ACCESS_KEY=AK" + secrets.token_hex(9).upper())
print("S3_SECRET_KEY=" + secrets.token_hex(20))'
}

s3_request() { # FOLDER PORT METHOD PATH: prints the HTTP status
  . "$1/credentials"
  # The account comes in by a pipe: arguments can be read by everyone on the machine.
  printf 'user = "%s:%s"\n' "$S3_ACCESS_KEY" "$S3_SECRET_KEY" |
    curl -s -o /dev/null -w '%{http_code}' --max-time 10 --noproxy '*' --config - \
      --aws-sigv4 "aws:amz:$S3_REGION:s3" \
      -H "x-amz-content-sha256: $(printf '' | sha256sum | cut -d' ' -f1)" \
      -X "$3" "http://127.0.0.1:$2$4" || true
}

s3_answers() { port_answers "$2" && [ "$(s3_request "$1" "$2" GET /)" = 200 ]; } # FOLDER PORT

s3_ready() { # FOLDER PORT
  local status
  [ "$(s3_request "$1" "$2" HEAD "/$S3_BUCKET")" != 200 ] || return 0
  status=$(s3_request "$1" "$2" PUT "/$S3_BUCKET")
  [ "$status" = 200 ] || die "The bucket $S3_BUCKET could not be made: HTTP status $status."
}

s3_environment() { # FOLDER PORT
  echo "S3_ENDPOINT=http://127.0.0.1:$2"
  cat "$1/credentials"
}
