#!/usr/bin/env bash
# Measures updates: from a signed webhook to the start of the process task, with an idle lane and no quiet period (target: p99
# under 150 ms); what an event of a repository nobody follows costs; and how long it takes to decide about 200 subsystems
# (target: under 1 s). Upstreams are repositories on this disk, so the network to a forge comes on top.
#
#   bench/updates.sh [RUNS]      default 200; about three minutes
#
# Needs: JDK 17+, curl, openssl, git, task (on the PATH or in .tools/bin), and the packaged hub (mvn -q package -DskipTests).
set -uo pipefail
cd "$(dirname "$0")/.."
. bench/lib.sh
prepare
RUNS=${1:-200} UNRELATED=${UNRELATED:-2000} SUBSYSTEMS=200 OLD_TAGS=500 WARM=30
TASK=$(PATH="$PWD/.tools/bin:$PATH" command -v task) || { note "task is not installed"; exit 1; }
PROJECT=$WORK/project
HOME_FOLDER=$WORK/home

# upstream NAME: a repository with OLD_TAGS tags
upstream() {
  git init -q -b main "$WORK/upstream/$1"
  git -C "$WORK/upstream/$1" -c user.name=bench -c user.email=bench@example.com commit -q --allow-empty -m first
  local commit
  commit=$(git -C "$WORK/upstream/$1" rev-parse HEAD)
  for ((i = 1; i <= OLD_TAGS; i++)); do printf 'create refs/tags/v0.%d.0 %s\n' "$i" "$commit"; done \
    | git -C "$WORK/upstream/$1" update-ref --stdin
  git -C "$WORK/upstream/$1" pack-refs --all
}

# stanza NAME UPSTREAM
stanza() {
  printf '%s\n' "- templatedRoute:" "    routeTemplateRef: upstream" "    routeId: upstream-$1" "    prefixId: $1" "    parameters:" \
    "      - {name: subsystem, value: $1}" "      - {name: repository, value: \"acme/$1=file://$WORK/upstream/$2\"}" \
    "      - {name: quiet, value: 0s}" "      - {name: mode, value: dev}" >> "$HOME_FOLDER/routes/bench-upstreams.camel.yaml"
}

note "making $((SUBSYSTEMS + 1)) upstreams of $OLD_TAGS tags"
mkdir -p "$PROJECT" "$WORK/upstream"
upstream bench
upstream pattern
last=$(git -C "$WORK/upstream/bench" rev-parse HEAD)
for ((n = 1; n <= RUNS + WARM; n++)); do
  last=$(git -C "$WORK/upstream/bench" -c user.name=bench -c user.email=bench@example.com \
    commit-tree -p "$last" -m "$n" "$last^{tree}")
  echo "$last" >> "$WORK/commits"
done
for ((n = 1; n <= SUBSYSTEMS; n++)); do cp -r "$WORK/upstream/pattern" "$WORK/upstream/s$n"; done
cp -r target/waystation "$HOME_FOLDER"
"$HOME_FOLDER/bin/archive-classes" > /dev/null
cp bench/routes/*.camel.yaml "$HOME_FOLDER/routes/"
stanza bench bench
for ((n = 1; n <= SUBSYSTEMS; n++)); do stanza "s$n" "s$n"; done
cat > "$HOME_FOLDER/routes/bench-source.camel.yaml" << SOURCE
- templatedRoute:
    routeTemplateRef: source
    routeId: source-updates
    prefixId: updates
    parameters:
      - {name: address, value: /webhook/updates}
      - {name: provider, value: github}
      - {name: channel, value: updates}
      - {name: secrets, value: "literal:$BENCH_SECRET"}
SOURCE
cat > "$PROJECT/Taskfile.yml" << TASKS
version: '3'
tasks:
  bench:src:update:
    cmds:
      - date +%s%N >> first-command
  bench:bin:build:
    cmds:
      - mkdir -p bench/.bin
      - printf '%s' "\$BENCH_VERSION" > bench/.bin/bench
TASKS
# Says when it was started, without starting anything else, and becomes task.
printf '%s\n' '#!/bin/bash' "printf '%s\\n' \"\$EPOCHREALTIME\" >> \"$PROJECT/started\"" "exec \"$TASK\" \"\$@\"" > "$WORK/task"
chmod +x "$WORK/task"

hub updates 3821 -D waystation.secrets.literal=true -D waystation.update.project="$PROJECT" -D waystation.update.task="$WORK/task" \
  -D waystation.update.file-upstreams=true -D waystation.update.reconcile=false -D waystation.update.soak=0s \
  -D waystation.update.health-needed=1 -D waystation.update.health-of=1 -D waystation.update.health-interval=10ms
TOKEN=$(cat "$WORK/updates/token")
updates() { java -Xmx128m -cp "$WORK/tools" UpdateDelay url=http://127.0.0.1:3821 token="$TOKEN" project="$PROJECT" \
  upstream="$WORK/upstream/bench" pid="$HUB" "$@"; }

line=$(updates mode=start warm="$WARM" runs="$RUNS" commits="$WORK/commits")
say "| signed webhook to | runs | p50 ms | p99 ms | max ms |"
say "|---|---|---|---|---|"
say "| its answer | $(field runs "$line") | $(field answer_p50_ms "$line") | $(field answer_p99_ms "$line") | $(field answer_max_ms "$line") |"
say "| \`task\` started | $(field runs "$line") | $(field start_p50_ms "$line") | $(field start_p99_ms "$line") | $(field start_max_ms "$line") |"
say "| first command of its target | $(field runs "$line") | $(field command_p50_ms "$line") | $(field command_p99_ms "$line") | $(field command_max_ms "$line") |"
say ""
line=$(updates mode=unrelated runs="$UNRELATED")
say "An event of a repository nobody follows: $(field cpu_us "$line") µs of processor time from the post to the end of the group's turn ($(field runs "$line") events, $(field processes "$line") processes started, $(field operations "$line") operations made)."
say ""
for turn in "the first time" again "the third time"; do
  seconds=$(curl -s -o "$WORK/check.json" -w '%{time_total}' -H "Authorization: Bearer $TOKEN" http://127.0.0.1:3821/api/updates)
  say "- $(grep -o '"update_available"' "$WORK/check.json" | wc -l) subsystems of $OLD_TAGS tags decided, $turn: $seconds s."
done
stop "$HUB"
