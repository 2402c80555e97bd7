#!/usr/bin/env bash
# Measures deliveries: signed, on disk, to endpoints in another process on this machine, over HTTP that keeps connections and over
# TLS. Targets on two cores: 2,000 deliveries a second; at 200 a second p50 under 20 ms and p99 under 150 ms from the acceptance of
# an event to the first byte at the endpoint; one event to 1,000 endpoints in under 1 s.
#
#   bench/delivery.sh [NAME...]      names: one, twenty, thousand, late, fan, tls; default all; about 40 s each
#
# Needs: JDK 17+, curl, openssl, and the packaged hub (mvn -q package -DskipTests).
set -uo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
[ -x target/waystation/bin/waystation ] || mvn -q -B package -DskipTests
CLASSES=$WORK/delivery-tools
mkdir -p "$CLASSES"
javac -d "$CLASSES" -cp 'target/waystation/lib/*' bench/tools/delivery/DeliveryLoad.java
ulimit -n "$(ulimit -Hn)"
PORT=3831
WARM=${WARM:-30} # seconds of the same load before what is measured: the compilers are busy for so long

# measure NAME ENDPOINTS EVENTS_PER_S SECONDS [tool options...]
measure() {
  local name=$1 endpoints=$2 rate=$3 seconds=$4
  shift 4
  PORT=$((PORT + 1))
  hub "delivery-$name" $PORT -D waystation.delivery.insecure=true -D waystation.delivery.allowed-addresses=127.0.0.0/8,::1 \
    -D waystation.delivery.trusted-certificates="$TRUSTED"
  local line
  line=$(java -Xmx512m -cp "$CLASSES:target/waystation/lib/*" DeliveryLoad hub=http://127.0.0.1:$PORT pid="$HUB" token="$(cat "$WORK/delivery-$name/token")" \
    endpoints="$endpoints" rate="$rate" warm="$WARM" seconds="$seconds" payload="$BENCH_PAYLOAD" signature="$BENCH_SIGNATURE" "$@" \
    2> "$WORK/delivery-$name.err" | grep '^RESULT')
  say "| $name | $endpoints | $rate | $(field accepted "$line") | $(field received "$line") | $(field repeated "$line") | $(field per_s "$line") | $(field all_s "$line") | $(field p50_ms "$line") | $(field p99_ms "$line") | $(field max_ms "$line") | $(field hub_cpu_us "$line") |"
  stop "$HUB"
}

TRUSTED=
names=${*:-one twenty thousand late fan tls}
say "| run | endpoints | events/s posted | events | deliveries | repeated | deliveries/s | all, s | p50 ms | p99 ms | max ms | processor time of the hub for each, µs |"
say "|---|---|---|---|---|---|---|---|---|---|---|---|"
for name in $names; do
  case $name in
    one) measure one 1 "${RATE:-3000}" 15 ;;
    twenty) measure twenty 20 "${RATE:-150}" 15 ;;
    thousand) measure thousand 1000 "${RATE:-3}" 15 ;;
    late) measure late 20 10 15 ;;
    fan) measure fan 1000 1 1 ;;
    tls)
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$WORK/tls.key" -out "$WORK/tls.pem" 2> /dev/null
      TRUSTED=$WORK/tls.pem
      measure tls 20 "${RATE:-150}" 15 tls="$WORK/tls.pem,$WORK/tls.key"
      TRUSTED= ;;
  esac
done
