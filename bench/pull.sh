#!/usr/bin/env bash
# Measures what streams of endpoints that pull cost while nothing is owed to them: processor time of the hub.
#
#   bench/pull.sh [STREAMS...]      default: 0 1000; about 40 s each
#
# Needs: JDK 17+, curl, and the packaged hub (mvn -q package -DskipTests).
set -uo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
[ -x target/waystation/bin/waystation ] || mvn -q -B package -DskipTests
SECONDS_MEASURED=20
ulimit -n "$(ulimit -Hn)"
PORT=3861

# ticks PID: processor time it has had, in ticks
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }

# idle STREAMS
idle() {
  PORT=$((PORT + 1))
  hub "pull-$1" $PORT -D waystation.edge.pull-streams=100000 -D waystation.delivery.endpoints=100000
  : > "$WORK/pull-$1.streams"
  java -Xmx128m bench/tools/IdleStreams.java http://127.0.0.1:$PORT "$(cat "$WORK/pull-$1/token")" "$1" > "$WORK/pull-$1.streams" &
  local streams=$! pid before after
  PIDS+=("$streams")
  until grep -q OPEN "$WORK/pull-$1.streams"; do kill -0 $streams || return 1; sleep 0.2; done
  sleep 10 # until what the registrations began is over
  pid=$(pgrep -P "$HUB" java || echo "$HUB")
  before=$(ticks "$pid")
  sleep $SECONDS_MEASURED
  after=$(ticks "$pid")
  say "| $1 | $(awk "BEGIN { printf \"%.1f\", 100 * ($after - $before) / $(getconf CLK_TCK) / $SECONDS_MEASURED }") |"
  kill $streams
  stop "$HUB"
}

say "| idle streams | processor time of the hub, % of a core |"
say "|---|---|"
for streams in ${*:-0 1000}; do
  idle "$streams"
done
