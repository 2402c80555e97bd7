#!/usr/bin/env bash
# Measures how long after a change of an operation's state browsers have its event: operations of work items with progress in
# between, followed by 1, 100 and 1,000 browsers at once, client and hub on this machine. Target: p99 under 100 ms.
#
#   bench/operations.sh [OPERATIONS]      default 200; about a minute
#
# Needs: JDK 17+, curl, openssl, and the packaged hub (mvn -q package -DskipTests).
set -uo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
prepare
OPERATIONS=${1:-200}

hub operations 3811 -D waystation.operations.streams=5000
TOKEN=$(cat "$WORK/operations/token")
say "| browsers | operations | events received | p50 ms | p99 ms | max ms |"
say "|---|---|---|---|---|---|"
for browsers in 1 100 1000; do
  # 1,000 browsers get 28,000 events a second: more is what the machine can carry, not how late an event is
  pause=$((browsers > 100 ? 250 : 20))
  line=$(java -Xmx512m -cp "$WORK/tools" OperationDelay url=http://127.0.0.1:3811 token="$TOKEN" \
    browsers="$browsers" operations="$OPERATIONS" pause="$pause" warm=20)
  say "| $browsers | $OPERATIONS | $(field events "$line") | $(field p50_ms "$line") | $(field p99_ms "$line") | $(field max_ms "$line") |"
done
stop "$HUB"
