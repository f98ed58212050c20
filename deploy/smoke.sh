#!/bin/sh
# Talks to a running slabkv with curl and netcat and checks each answer: put, get, miss, delete,
# raw bytes, readiness. For images and clusters that have just come up.
# Usage: deploy/smoke.sh [HOST [PORT]]
set -eu
host=${1:-127.0.0.1}
port=${2:-7171}
url=http://$host:$port

fail() {
  echo "smoke: $1" >&2
  exit 1
}

# Runs the rest and compares what it prints with $1.
expect() {
  wanted=$1
  shift
  got=$("$@") || fail "failed: $*"
  [ "$got" = "$wanted" ] || fail "expected $wanted from: $* but got: $got"
}

command -v nc >/dev/null 2>&1 || fail "netcat (nc) is not installed"
tries=0
until curl -fs -m 2 -o /dev/null "$url/ready"; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || fail "not ready within 30 s: $url"
  sleep 0.5
done

ok='{"status":"OK","message":"Key inserted/updated successfully."}'
key=smoke-$$
expect "$ok" curl -s -m 5 -d "{\"key\":\"$key\",\"value\":\"grün\"}" "$url/put"
expect "{\"status\":\"OK\",\"key\":\"$key\",\"value\":\"grün\"}" curl -s -m 5 "$url/get?key=$key"
expect '{"status":"OK","message":"Key deleted successfully."}' \
  curl -s -m 5 -X DELETE "$url/delete?key=$key"
expect '{"status":"ERROR","message":"Key not found."}' curl -s -m 5 "$url/get?key=$key"
expect 200 curl -s -m 5 -o /dev/null -w '%{http_code}' -T "$0" "$url/store/$key"
expect "$(cksum <"$0")" sh -c "curl -s -m 5 '$url/get/$key' | cksum"
expect '{"status":"healthy"}' curl -s -m 5 "$url/health"

# Ncat says at the end of its input that no more will come, which nginx takes for a client that is gone:
# the input stays open for a second.
answer=$({
  printf 'GET /ready HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host:$port"
  sleep 1
} | nc -w 3 "$host" "$port")
case $answer in
  "HTTP/1.1 200 "*) ;;
  *) fail "expected 200 by netcat but got: $answer" ;;
esac
echo "smoke: all answers of $url are right"
