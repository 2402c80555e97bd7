#!/usr/bin/env bash
# Measures the work: queue by itself: items of 2 KB added by 512 producers at once and run by a route that does nothing.
#
#   bench/work.sh [ITEMS]      default 40000; about a minute
#
# Needs compiled tests: mvn -q test-compile
set -euo pipefail
cd "$(dirname "$0")/.."
ITEMS=${1:-40000}
CLASSPATH_FILE=target/bench-classpath
[ -s "$CLASSPATH_FILE" ] || mvn -q -B dependency:build-classpath -Dmdep.outputFile="$CLASSPATH_FILE" -Dmdep.includeScope=test
WORK=${BENCH_WORK:-$(mktemp -d)}
trap '[ -n "${BENCH_WORK:-}" ] || rm -rf "$WORK"' EXIT

echo "| work queue, $ITEMS items | added/s | run/s |"
echo "|---|---|---|"
java -Xmx1g -cp "target/test-classes:target/classes:$(cat "$CLASSPATH_FILE")" io.waystation.work.WorkThroughput "$WORK" "$ITEMS" 2>/dev/null \
  | grep '^|' | grep -v 'warm up'
