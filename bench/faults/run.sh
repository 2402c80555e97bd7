#!/usr/bin/env bash
# Runs the fault tests with their full counts and appends what they print to bench/faults/RESULTS.md.
#
#   bench/faults/run.sh [rounds] [seed] [tests]      50 rounds, a fresh seed and all fault tests by default
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-50}
seed=${2:-$(date +%s)}
tests=${3:-io.waystation.fault.*Test,GroupKillTest,JournalCrashTest}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
mvn -B test -Dtest="$tests" -Dtest.forks=1 -Dwaystation.faults="$rounds" -Dfaults.seed="$seed" > "$log" 2>&1 || status=$?
{
  echo "## $(date -u +%F), commit $(git rev-parse --short HEAD), $rounds rounds of $tests, seed $seed, exit code $status"
  echo '```'
  grep -E '^(crash|update crash|release crash|npm clients|big bodies|group crash|delivery fault|journal crash|malformed)[a-z ]*:|^\[(INFO|ERROR|WARNING)\] Tests run:.*(Test|Skipped)' "$log" || true
  echo '```'
} | tee -a bench/faults/RESULTS.md
exit "$status"
