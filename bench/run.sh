#!/usr/bin/env bash
# Measures the hub and its peers side by side on this machine, load generator included, and writes its sections of
# bench/RESULTS.md; those of other scripts stay as they are.
#
#   bench/run.sh              everything (about 15 minutes)
#   bench/run.sh fan memory   only these parts of: ingest fan memory stalled started work
#   QUICK=1 bench/run.sh      the same with short runs, to try it out
#   CONNECTIONS=64 bench/run.sh ingest    with these numbers of connections only
#
# Needs: JDK 17+, Maven, curl, openssl, wrk. Peers are measured where they are there: nginx with nchan
# (apt-get install nginx libnginx-mod-nchan), SMEE=<folder of smee.io with its packages, built>, GOSMEE=<gosmee binary>.
set -uo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
prepare

PARTS=${*:-ingest fan memory stalled started work}
SECONDS_EACH=${SECONDS_EACH:-10} INGEST=60 MESSAGES=${MESSAGES:-400} EVENTS=100000 MANY=${MANY:-1000000}
[ -n "${QUICK:-}" ] && SECONDS_EACH=2 INGEST=4 MESSAGES=40 EVENTS=2000 MANY=20000
CALLED="SECONDS_EACH=$SECONDS_EACH MESSAGES=$MESSAGES $CALLED"

ingest() {
  say "Disk: $(java -cp "$WORK/tools" Fsync "$WORK") (append 2 KB + fdatasync, one thread)."
  say ""
  say "| server | connections | posts/s | p50 ms | p99 ms | refused | failed |"
  say "|---|---|---|---|---|---|---|"
  hub ingest 3801
  note "warming up"
  post_load http://127.0.0.1:3801/webhook/bench 64 "$((SECONDS_EACH))" > /dev/null
  post_load http://127.0.0.1:3801/bench/answer 64 "$((SECONDS_EACH / 2 + 1))" > /dev/null
  for connections in ${CONNECTIONS:-1 16 64 256}; do
    row "Waystation, durable" "$connections" "$(post_load http://127.0.0.1:3801/webhook/bench "$connections" "$SECONDS_EACH")"
    row "Waystation, same stack, nothing stored" "$connections" "$(post_load http://127.0.0.1:3801/bench/answer "$connections" "$SECONDS_EACH")"
  done
  sustained
  stop "$HUB"
  if [ -n "${GOSMEE:-}" ]; then
    "$GOSMEE" server --port 3802 --address 127.0.0.1 > "$WORK/gosmee.out" 2>&1 & PIDS+=($!); local pid=$!
    await http://127.0.0.1:3802/health
    for connections in ${CONNECTIONS:-1 16 64 256}; do
      row "gosmee 0.32, memory" "$connections" "$(post_load http://127.0.0.1:3802/benchchannel1 "$connections" "$SECONDS_EACH")"
    done
    stop "$pid"
  fi
  if [ -n "${SMEE:-}" ]; then
    (cd "$SMEE" && PORT=3803 NODE_ENV=test exec node index.js > "$WORK/smee.out" 2>&1) & PIDS+=($!); local pid=$!
    await http://127.0.0.1:3803/new
    for connections in ${CONNECTIONS:-1 16 64 256}; do
      row "smee.io, memory" "$connections" "$(post_load http://127.0.0.1:3803/benchchannel1 "$connections" "$SECONDS_EACH")"
    done
    stop "$pid"
  fi
  say ""
  say "In the long run the hub took ${CPU_US:-?} µs of processor time for each event, its compilers included. Counted by it:"
  say '```'
  say "${COMMITS:-}"
  say '```'
  say "Log on disk after it: ${LOG_BYTES:-?} bytes."
}

row() {
  say "| $1 | $2 | $(per_second "$3") | $(field p50_ms "$3") | $(field p99_ms "$3") | $(field refused "$3") | $(field failed "$3") |"
}

# per_second LINE: posts in a second, of a line of post_load
per_second() { awk -v p="$(field posts "$1")" -v s="$(field seconds "$1")" 'BEGIN {printf "%.0f", (s > 0) ? p / s : 0}'; }

# A long run, counted until the recorder has written the last event's row.
sustained() {
  local token start posts seconds result behind
  token=$(cat "$WORK/ingest/token")
  local ticks
  ticks=$(cpu_ticks "$HUB")
  start=$(date +%s.%N)
  result=$(post_load http://127.0.0.1:3801/webhook/bench 64 "$INGEST")
  posts=$(field posts "$result")
  for _ in $(seq 1 600); do
    behind=$(curl -s -H "Authorization: Bearer $token" http://127.0.0.1:3801/observe/metrics | sed -n 's/^waystation_group_lag{.*group="recorder".*} //p' | tail -1)
    [ "${behind%.*}" = 0 ] && break
    sleep 0.1
  done
  seconds=$(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN {print b - a}')
  CPU_US=$(awk -v t="$(($(cpu_ticks "$HUB") - ticks))" -v p="$posts" 'BEGIN {printf "%.0f", t * 10000 / p}')
  say "| Waystation, durable, ${INGEST} s and until the recorder has caught up | 64 | $(awk -v p="$posts" -v s="$seconds" 'BEGIN {printf "%.0f", p / s}') | $(field p50_ms "$result") | $(field p99_ms "$result") | $(field refused "$result") | $(field failed "$result") |"
  COMMITS=$(curl -s -H "Authorization: Bearer $token" http://127.0.0.1:3801/observe/metrics | grep -E '^waystation_journal_(commit_seconds_count|events_total|commit_events_total|batch_size)')
  LOG_BYTES=$(du -sb "$WORK/ingest/log" | cut -f1)
}

nginx_nchan() {
  command -v nginx > /dev/null || return 1
  local module
  module=$(ls /usr/lib/nginx/modules/ngx_nchan_module.so 2>/dev/null) || return 1
  mkdir -p "$WORK/nginx"
  cat > "$WORK/nginx/nginx.conf" <<CONF
load_module $module;
worker_processes 1;
worker_rlimit_nofile 20000;
pid $WORK/nginx/pid;
error_log $WORK/nginx/error.log;
events { worker_connections 16000; }
http {
  access_log off;
  client_body_temp_path $WORK/nginx/body;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:3804 backlog=8192;
    location /pub { nchan_publisher; nchan_channel_id c; nchan_message_buffer_length 0; }
    location /sub { nchan_subscriber eventsource; nchan_channel_id c; nchan_subscriber_first_message newest; }
    location / { return 202; }
  }
}
CONF
  nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx" -g 'daemon off;' > "$WORK/nginx/out" 2>&1 &
  NGINX=$!
  PIDS+=("$NGINX")
  await http://127.0.0.1:3804/
}

fan() {
  say "| server | subscribers | deliveries/s | publish to last, ms |"
  say "|---|---|---|---|"
  for subscribers in 1000 5000; do
    local messages=$MESSAGES
    [ "$subscribers" = 5000 ] && messages=$((MESSAGES / 4))
    hub "fan$subscribers" 3811
    fan_row "Waystation, durable" "$subscribers" "$messages" http://127.0.0.1:3811/fan-out-bench http://127.0.0.1:3811/fan-out-bench
    stop "$HUB"
    if nginx_nchan; then
      fan_row "nginx + nchan, memory" "$subscribers" "$messages" http://127.0.0.1:3804/sub http://127.0.0.1:3804/pub
      stop "$NGINX"
    fi
    if [ -n "${SMEE:-}" ] && [ "$subscribers" = 1000 ]; then
      (cd "$SMEE" && PORT=3803 NODE_ENV=test exec node index.js > "$WORK/smee.out" 2>&1) & PIDS+=($!); local pid=$!
      await http://127.0.0.1:3803/new
      fan_row "smee.io, memory" "$subscribers" "$((messages / 4))" http://127.0.0.1:3803/benchchannel1 http://127.0.0.1:3803/benchchannel1
      stop "$pid"
    fi
  done
}

fan_row() {
  local through latency
  through=$(fan_out mode=throughput subscribers="$2" subscribe="$4" publish="$5" messages="$3" warm="$3" inflight=4 settle=3000)
  latency=$(fan_out mode=latency subscribers="$2" subscribe="$4" publish="$5" messages=100 settle=3000)
  say "| $1 | $2 | $(field deliveries_per_s "$through") $(printf '%s' "$through" | grep -o 'MISSING=[0-9]*') | $(printf '%s' "$latency" | sed -n 's/^publish_to_last_ms \(.*\) messages.*/\1/p') |"
}

memory() {
  hub memory 3821
  post_load http://127.0.0.1:3821/webhook/bench 4 3 > /dev/null
  sleep 5
  local before after
  before=$(pss "$HUB")
  fan_out mode=hold subscribers=5000 subscribe=http://127.0.0.1:3821/memory-bench seconds=6 & local holder=$!
  sleep 9
  after=$(pss "$HUB")
  wait "$holder"
  say "- 5,000 idle subscribers: $(( (after - before) * 1024 / 5000 )) bytes each (growth of the process, $before to $after KB)."
  post_events memory-resume 100
  local id
  say "- 1,000 clients resume 100 events each: $(fan_out mode=resume subscribers=1000 events=100 subscribe=http://127.0.0.1:3821/memory-resume lastEventId=0-0)"
  post_events memory-long "$EVENTS"
  say "- One client resumes $EVENTS events: $(fan_out mode=resume subscribers=1 events="$EVENTS" subscribe=http://127.0.0.1:3821/memory-long lastEventId=0-0)"
  stop "$HUB"
  hub idle 3822
  sleep 8
  say "- Idle hub, just started: $(rss "$HUB") KB resident."
  stop "$HUB"
}

# What a reader that stalls costs while it does: live heap, buffers outside it and the kernel's memory of the hub's sockets with many
# such readers, less the same without, divided by their number. One alone is lost in what the hub holds anyway, which
# differs by megabytes from one look to the next; so does the resident memory of the process.
stalled() {
  local readers=20 turns=${TURNS:-3} turn http2
  WAYSTATION_JAVA_OPTS=-XX:NativeMemoryTracking=summary hub stall 3823 -D waystation.relay.ring-idle=1s -D waystation.relay.stall-timeout=10m
  stall_round "$readers" 1 warm > /dev/null
  for http2 in 0 1; do
    local costs='' parts='' without with
    for turn in $(seq 1 "$turns"); do
      without=$(stall_round 0 0 "without$http2$turn")
      with=$(stall_round "$readers" "$http2" "with$http2$turn")
      costs="$costs${costs:+, }$(awk -v a="$without" -v b="$with" -v n="$readers" 'BEGIN {split(a, x); split(b, y); printf "%.0f", (y[1] + y[2] + y[3] - x[1] - x[2] - x[3]) / n}')"
      parts="$parts${parts:+; }$(awk -v a="$without" -v b="$with" -v n="$readers" 'BEGIN {split(a, x); split(b, y); printf "%.0f, %.0f, %.0f", (y[1] - x[1]) / n, (y[2] - x[2]) / n, (y[3] - x[3]) / n}')"
    done
    say "- $readers readers over HTTP/$((http2 + 1)) that stall while 15,000 events of 2 KB pass, a healthy one beside them: $costs KB each in $turns turns (live heap, buffers outside it, the kernel's for its socket: $parts; $(tr '\n' ' ' < "$WORK/readers.out"))."
  done
  stop "$HUB"
}

# stall_round STALLED HTTP2 NAME: what the hub holds after the events have passed, while the readers are connected still
stall_round() {
  local url=http://127.0.0.1:3823/memory-$3 reader
  rm -f "$WORK/measured"
  fan_out mode=stall stalled="$1" http2="$2" settle=300 until="$WORK/measured" subscribe="$url" publish="$url" messages="${STALL_MESSAGES:-15000}" > "$WORK/readers.out" &
  reader=$!
  until grep -qs healthy_received "$WORK/readers.out" || ! kill -0 "$reader" 2> /dev/null; do sleep 0.2; done
  sleep 2
  held "$HUB" 3823
  touch "$WORK/measured"
  wait "$reader"
}

# held PID PORT: KB of live objects, of memory outside the heap that buffers take, and of the kernel for its sockets. What the second
# of two collections finds no user of has been freed outside the heap as well.
held() {
  jcmd "$1" GC.run > "$WORK/gc.out"
  sleep 1
  jcmd "$1" GC.class_histogram | awk '/^Total/ {printf "%d ", $3 / 1024}'
  jcmd "$1" VM.native_memory summary scale=KB | awk -F'[=,K]' '/ Other \(/ {printf "%d ", $2}'
  ss -Htmn state established "sport = :$2" | grep -o 'skmem:([^)]*)' | tr -d '(' | tr ':,' '  ' \
    | awk '{for (i = 2; i <= NF; i++) if ($i ~ /^[rfw][0-9]|^bl[0-9]/) {gsub(/[a-z]/, "", $i); bytes += $i}} END {printf "%d\n", bytes / 1024}'
}

# post_events CHANNEL COUNT: numbered events with the marker the load tool counts
post_events() {
  printf '{"mark":"~#~","fill":"%s"}' "$(head -c 1500 /dev/zero | tr '\0' x)" > "$WORK/marked.json"
  seq 1 "$2" | sed "s#.*#url = \"http://127.0.0.1:3821/$1\"\\noutput = /dev/null\\ndata-binary = \"@$WORK/marked.json\"\\nheader = \"Content-Type: application/json\"\\nnext#" | sed '$d' > "$WORK/posts.curl"
  curl -s --no-progress-meter -K "$WORK/posts.curl"
}

# The same with an empty data folder and with few and many stored events: none of it may grow with them.
started() {
  say "| stored events | from the command to the first accepted webhook, ms | to every route up, ms | resident, idle, KB | posts/s at 64 connections | p99 ms | deliveries/s to 1,000 |"
  say "|---|---|---|---|---|---|---|"
  with_stored empty 0
  with_stored few 1000
  with_stored many "$MANY"
}

# with_stored NAME COUNT: a row for a data folder with at least so many events
with_stored() {
  local name=$1 count=$2 times='' up='' idle posts fan
  hub "$name" 3831
  while [ "$(stored "$name")" -lt "$count" ]; do
    post_load http://127.0.0.1:3831/webhook/bench 64 "$([ "$count" -gt 100000 ] && echo 10 || echo 1)" > /dev/null
  done
  count=$(stored "$name")
  [ "$count" = 0 ] || sleep 5
  stop "$HUB"
  for turn in 1 2 3; do
    [ "$count" = 0 ] && name=empty$turn
    hub_accepts "$name" 3831
    times="$times${times:+, }$ACCEPTED_MS" up="$up${up:+, }$UP_MS"
    [ "$turn" = 3 ] || stop "$HUB"
  done
  sleep 8
  idle=$(rss "$HUB")
  post_load http://127.0.0.1:3831/webhook/bench 64 "$((SECONDS_EACH * 2))" > /dev/null
  posts=$(post_load http://127.0.0.1:3831/webhook/bench 64 "$SECONDS_EACH")
  sleep 2
  fan=$(fan_out mode=throughput subscribers=1000 subscribe=http://127.0.0.1:3831/stored-bench publish=http://127.0.0.1:3831/stored-bench messages="$MESSAGES" inflight=4 settle=3000)
  say "| $count | $times | $up | $idle | $(per_second "$posts") | $(field p99_ms "$posts") | $(field deliveries_per_s "$fan") |"
  stop "$HUB"
}

# stored NAME: how many events the hub of this name has taken in since it started
stored() {
  curl -s http://127.0.0.1:3831/observe/metrics -H "Authorization: Bearer $(cat "$WORK/$1/token")" \
    | sed -n 's/^waystation_journal_events_total[^ ]* //p' | cut -d. -f1
}

work() {
  say "Items of 2 KB, added by 512 producers at once and run by a route that does nothing (\`bench/work.sh\`)."
  say ""
  [ -d target/test-classes ] || mvn -q -B test-compile
  bench/work.sh $([ -n "${QUICK:-}" ] && echo 2000) | while IFS= read -r line; do say "$line"; done
}

for part in $PARTS; do
  note "$part"
  case $part in
    ingest) section "Signed ingest, 2 KB posts" ingest ;;
    fan) section "Fan-out of 2 KB events" fan ;;
    memory) section "Memory and resume" memory ;;
    stalled) section "Readers that stall" stalled ;;
    started) section "Start, and what stored events cost" started ;;
    work) section "Work queue" work ;;
    *) note "no such part: $part" ;;
  esac
done
