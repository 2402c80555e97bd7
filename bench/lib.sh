# Shared by the bench scripts: starting and stopping servers, and small measurements. Sourced, not run.
# Every server listens on loopback only.

export BENCH_SECRET=bench-secret
export BENCH_PAYLOAD=$PWD/bench/payloads/push.json
BENCH_SIGNATURE=sha256=$(openssl dgst -sha256 -hmac "$BENCH_SECRET" -hex < "$BENCH_PAYLOAD" | sed 's/.*= *//')
export BENCH_SIGNATURE

WORK=${BENCH_WORK:-$(mktemp -d)}
RESULTS=${RESULTS:-bench/RESULTS.md}
PIDS=()

say() { printf '%s\n' "$*" | tee -a "$RESULTS"; }
note() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

cleanup() {
  for pid in "${PIDS[@]:-}"; do [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; done
  [ -n "${BENCH_WORK:-}" ] || rm -rf "$WORK"
}
trap cleanup EXIT

# await URL: until it answers anything, 60 s at most
await() {
  for _ in $(seq 1 1200); do
    curl -s -o /dev/null --max-time 1 "$1" && return 0
    sleep 0.05
  done
  note "no answer from $1"
  return 1
}

# hub NAME PORT [serve options...]: the packaged hub with the bench routes beside its own; its pid is in $HUB
hub() {
  local name=$1 port=$2
  shift 2
  local home=$WORK/home
  if [ ! -d "$home" ]; then
    cp -r target/waystation "$home"
    "$home/bin/archive-classes" > /dev/null # the archive fits one place on disk
    cp bench/routes/*.camel.yaml "$home/routes/"
  fi
  local loops
  loops=$(grep '^waystation.http.event-loop-routes=' "$home/application.properties" | cut -d= -f2-)
  "$home/bin/waystation" serve --port "$port" --data "$WORK/$name" \
    -D waystation.http.event-loop-routes="$loops,bench-answer" \
    -D waystation.channels.open-events-per-second=1000000 -D waystation.channels.open-burst=1000000 \
    -D waystation.channels.open-bytes-per-day=10000GiB -D waystation.channels.open-total-bytes-per-day=10000GiB \
    -D waystation.channels.open-subscribers=20000 "$@" \
    > "$WORK/$name.out" 2>&1 &
  HUB=$!
  PIDS+=("$HUB")
  await "http://127.0.0.1:$port/livez"
}

stop() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null; true; }

# rss PID: resident memory in KB
rss() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
# pss PID: proportional memory in KB
pss() { awk '/^Pss:/ {print $2}' "/proc/$1/smaps_rollup"; }

# post_load URL CONNECTIONS SECONDS: one line from wrk, see post.lua
post_load() {
  local threads=1
  wrk -t"$threads" -c"$2" -d"${3}s" --timeout 10s --latency -s bench/tools/post.lua "$1" | grep '^RESULT' | sed 's/^RESULT //'
}

# field NAME LINE
field() { printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"; }

fan_out() { java -Xmx512m -cp "$WORK/tools" FanOut "$@"; }

prepare() {
  mkdir -p "$WORK/tools"
  javac -d "$WORK/tools" bench/tools/*.java
  [ -x target/waystation/bin/waystation ] || mvn -q -B package -DskipTests
  ulimit -n "$(ulimit -Hn)"
}
