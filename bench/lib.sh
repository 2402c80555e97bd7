# Shared by the bench scripts: starting and stopping servers, and small measurements. Sourced, not run.
# Every server listens on loopback only.

export BENCH_SECRET=bench-secret
export BENCH_PAYLOAD=$PWD/bench/payloads/push.json
BENCH_SIGNATURE=sha256=$(openssl dgst -sha256 -hmac "$BENCH_SECRET" -hex < "$BENCH_PAYLOAD" | sed 's/.*= *//')
export BENCH_SIGNATURE

WORK=${BENCH_WORK:-$(mktemp -d)}
RESULTS=${RESULTS:-bench/RESULTS.md}
CALLED="bench/${0##*/}${*:+ $*}"
PIDS=()

say() { printf '%s\n' "$*" | tee -a "${SECTION:-/dev/null}"; }
note() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }

# section TITLE COMMAND...: what the command says takes the place of the section of this title in bench/RESULTS.md, or follows its
# last one. A script writes its own sections only; a command that is interrupted changes nothing.
section() {
  local title=$1
  shift
  SECTION=$WORK/section.md
  printf '## %s\n\nBy `%s` on %s, commit %s, %s cores, %s.\n\n' "$title" "$CALLED" "$(date -u +%F)" \
    "$(git rev-parse --short HEAD)" "$(nproc)" "$(java -version 2>&1 | sed -n '1s/ version//p' | tr -d '"')" > "$SECTION"
  "$@"
  awk -v title="## $title" -v file="$SECTION" '
    function insert() { while ((getline line < file) > 0) print line; print ""; inserted = 1 }
    /^## / { skipping = ($0 == title); if (skipping && !inserted) insert() }
    !skipping
    END { if (!inserted) { print ""; insert() } }' "$RESULTS" | cat -s | sed '${/^$/d}' > "$WORK/results.md"
  cp "$WORK/results.md" "$RESULTS"
  SECTION=
}

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

# install: the packaged hub with the bench routes beside its own, once; its folder is in $HUB_HOME
install() {
  HUB_HOME=$WORK/home
  if [ ! -d "$HUB_HOME" ]; then
    cp -r target/waystation "$HUB_HOME"
    "$HUB_HOME/bin/archive-classes" > /dev/null # the archive fits one place on disk
    cp bench/routes/*.camel.yaml "$HUB_HOME/routes/"
  fi
}

# launch NAME PORT [serve options...]: starts the hub and does not wait; its pid is in $HUB
launch() {
  local name=$1 port=$2
  shift 2
  install
  local loops
  loops=$(grep '^waystation.http.event-loop-routes=' "$HUB_HOME/application.properties" | cut -d= -f2-)
  "$HUB_HOME/bin/waystation" serve --port "$port" --data "$WORK/$name" \
    -D waystation.http.event-loop-routes="$loops,bench-answer" \
    -D waystation.channels.open-events-per-second=1000000 -D waystation.channels.open-burst=1000000 \
    -D waystation.channels.open-bytes-per-day=10000GiB -D waystation.channels.open-total-bytes-per-day=10000GiB \
    -D waystation.channels.open-subscribers=20000 "$@" \
    > "$WORK/$name.out" 2>&1 &
  HUB=$!
  PIDS+=("$HUB")
}

# hub NAME PORT [serve options...]: starts the hub and waits until it answers; its pid is in $HUB
hub() {
  launch "$@"
  await "http://127.0.0.1:$2/livez"
}

# hub_accepts NAME PORT: starts the hub; milliseconds from the command until it had accepted a webhook are in $ACCEPTED_MS, and
# until every route was up in $UP_MS
hub_accepts() {
  local answer='' start
  install
  start=$(date +%s%N)
  launch "$@"
  while [[ $answer != *' 202 '* ]]; do
    answer=
    if { exec 3<> "/dev/tcp/127.0.0.1/$2"; } 2> /dev/null; then
      printf 'POST /start-bench-1 HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}' >&3
      IFS= read -r -t 10 answer <&3
      exec 3>&-
    else
      sleep 0.01
    fi
  done
  ACCEPTED_MS=$((($(date +%s%N) - start) / 1000000))
  until grep -q 'Waystation listens' "$WORK/$1.out" || ! kill -0 "$HUB" 2> /dev/null; do sleep 0.01; done
  UP_MS=$((($(date +%s%N) - start) / 1000000))
}

stop() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null; true; }

# cpu_ticks PID: processor time so far, in hundredths of a second
cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
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
