# What the run script is made of. A machine is a folder $scratch/NAME with home (routes and settings of its hub), data,
# and project (Taskfile and process-compose file).

started=() # what to end, in the order it was started: process ids

say() {
    printf '\n== %s\n' "$*"
}

fail() {
    printf '\nFAILED: %s\n' "$*" >&2
    exit 1
}

need() {
    local command
    for command in "$@"; do
        command -v "$command" > /dev/null || fail "this example runs the real $command, which is neither on the PATH nor in .tools/bin"
    done
}

# Waits until a command succeeds: what for, the command.
await() {
    local what=$1 deadline=$((SECONDS + ${FLEET_PATIENCE:-300}))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "this did not happen: $what"
        sleep 0.2
    done
    echo "$what"
}

# Ends all that was started, the last first; shows the ends of the logs when something failed.
finish() {
    local code=$? number log
    trap '' INT TERM
    for ((number = ${#started[@]} - 1; number >= 0; number--)); do
        end "${started[$number]}"
    done
    if [ "$code" -ne 0 ]; then
        for log in "$scratch"/*/*.log; do
            [ ! -s "$log" ] || { printf '\n-- the end of %s\n' "$log"; tail -n 40 "$log"; } >&2
        done
    fi
    if [ -n "$keep" ]; then
        echo "everything is left in $scratch"
    else
        chmod -R u+w "$scratch"
        rm -rf "$scratch"
    fi
    exit "$code"
}

end() {
    local tries
    kill -TERM "$1" 2> /dev/null || return 0
    for ((tries = 0; tries < 150; tries++)); do
        kill -0 "$1" 2> /dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2> /dev/null || true
}

# A port nobody listens on; below those that clients' sockets are given.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
    done
}

# --- The upstream

make_upstream() {
    git init --quiet --bare --initial-branch=main "$scratch/upstream.git"
    openssl rand -hex 32 > "$scratch/upstream.git/hooks/hook-secret"
    chmod 600 "$scratch/upstream.git/hooks/hook-secret"
    git init --quiet --initial-branch=main "$scratch/work"
    cp "$example"/greeter/* "$scratch/work/"
    git -C "$scratch/work" remote add origin "$scratch/upstream.git"
}

# Commits what is in the working copy, tags it and pushes both: tag, "quietly" when there is no hub to tell yet.
release() {
    git -C "$scratch/work" add --all
    git -C "$scratch/work" commit --quiet --allow-empty --message "greeter $1"
    git -C "$scratch/work" tag --annotate --message "greeter $1" "$1"
    git -C "$scratch/work" push --quiet origin main "$1"
    if [ "${2:-}" = quietly ]; then
        cp "$example/post-receive" "$scratch/upstream.git/hooks/"
    fi
}

# Tells the hub of a tag once more, in a delivery of its own.
tell() {
    echo "$(printf '0%.0s' {1..40}) $(git -C "$scratch/work" rev-parse "$1") refs/tags/$1" | "$scratch/upstream.git/hooks/post-receive"
}

# --- Machines

# A new machine: its name, and dev or user.
machine() {
    mkdir -p "$scratch/$1/home/routes" "$scratch/$1/data" "$(project "$1")"
    if [ -n "${FLEET_CLASSPATH:-}" ]; then
        cp "$repository"/src/main/resources/routes/* "$scratch/$1/home/routes/"
    else
        [ -d "$repository/target/waystation/routes" ] || fail "there is no target/waystation: run mvn -DskipTests package"
        cp "$repository"/target/waystation/routes/* "$scratch/$1/home/routes/"
    fi
    cp "$example/routes/$2"/* "$scratch/$1/home/routes/"
    echo "$2" > "$scratch/$1/role"
    cp "$example/application.properties" "$scratch/$1/home/"
    cp "$example"/project/* "$(project "$1")/"
    free_port > "$scratch/$1/port"
}

project() {
    echo "$scratch/$1/project"
}

port() {
    cat "$scratch/$1/port"
}

address() {
    cat "$scratch/$1/data/address"
}

start_supervisor() {
    (
        cd "$(project "$1")"
        export GREETER_PORT GREETER_MACHINE PC_DISABLE_DOTENV=1
        GREETER_PORT=$(port "$1")
        GREETER_MACHINE=$(cat "$scratch/$1/role")
        exec process-compose up --config process-compose.yaml --tui=false --keep-project --unix-socket "$scratch/$1/supervisor.sock" \
            --log-file "$scratch/$1/supervisor.log" > "$scratch/$1/supervisor-output.log" 2>&1
    ) &
    started+=($!)
    await "process-compose of $1 answers" test -S "$scratch/$1/supervisor.sock"
}

# Becomes a command of Waystation for a machine: name, command.
become() {
    local name=$1
    shift
    export WAYSTATION_DATA=$scratch/$name/data
    if [ -n "${FLEET_CLASSPATH:-}" ]; then
        exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx512m -XX:TieredStopAtLevel=1 -cp "$FLEET_CLASSPATH" \
            "-Dwaystation-home=$scratch/$name/home" io.waystation.Waystation "$@"
    else
        export WAYSTATION_HOME=$scratch/$name/home
        exec "$repository/target/waystation/bin/waystation" "$@"
    fi
}

waystation() {
    (become "$@")
}

# Starts the hub of a machine: name, further settings.
start_hub() {
    local name=$1
    shift
    become "$name" serve "$@" \
        -D "waystation.update.project=$(project "$name")" \
        -D "waystation.update.supervisor=unix:$scratch/$name/supervisor.sock" \
        -D "greeter.port=$(port "$name")" > "$scratch/$name/hub.log" 2>&1 &
    started+=($!)
    await "the hub of $name listens" test -s "$scratch/$name/data/address"
}

# The hub of the machine that builds. Its port is known before it starts, because it stands in its releases.
start_builder() {
    local port
    port=$(free_port)
    start_hub "$1" --port "$port" \
        -D waystation.name=dev \
        -D "waystation.releases.base-url=http://127.0.0.1:$port/download" \
        -D "waystation.releases.signing-key=file:$scratch/$1/signing.key" \
        -D "greeter.upstream=file://$scratch/upstream.git" \
        -D "greeter.secret=$scratch/upstream.git/hooks/hook-secret"
}

# The hub of a machine that takes the releases of "dev".
start_follower() {
    start_hub "$1" --port 0 \
        -D "waystation.machine.id=$(cat "$scratch/$1.id")" \
        -D "waystation.releases.from=$(address dev)/releases" \
        -D "waystation.releases.token=file:$scratch/dev/machines.token" \
        -D "waystation.releases.trusted-keys=$(openssl pkey -in "$scratch/dev/signing.key" -pubout -outform DER | tail -c 32 | base64)" \
        -D waystation.releases.plain-http=true \
        -D "waystation.fleet.hub=$(address dev)" \
        -D "waystation.fleet.token=file:$scratch/dev/machines.token"
}

# A machine's place for a version, 0 to 99, as hubs compute it.
place() {
    echo $((16#$(printf '%s/greeter/%s' "$1" "$2" | sha256sum | cut -c 1-8) % 100))
}

# Names for two machines, so that of v1.3.0 the first one is in the first ring and the second one is not.
choose_names() {
    local number=1
    while [ "$(place "edge-$number" v1.3.0)" -ge 50 ]; do number=$((number + 1)); done
    echo "edge-$number" > "$scratch/first.id"
    number=1
    while [ "$(place "edge-$number" v1.3.0)" -lt 50 ]; do number=$((number + 1)); done
    echo "edge-$number" > "$scratch/second.id"
    echo "the first machine is $(cat "$scratch/first.id"), the second $(cat "$scratch/second.id")"
}

# --- What is seen

# What the server of a machine says of itself; nothing while it does not answer.
greeting() {
    curl --silent --max-time 2 "http://127.0.0.1:$(port "$1")/" || true
}

serves() {
    [ "$(greeting "$1")" = "greeter $2" ]
}

# The manifest of a machine, without blanks and line ends.
manifest() {
    [ ! -f "$(project "$1")/.version-manifest.json" ] || tr -d ' \n' < "$(project "$1")/.version-manifest.json"
}

# Whether a version is the current one, and no change is under way.
current() {
    manifest "$1" | grep -q "\"current_tag\":\"$2\"" && ! manifest "$1" | grep -q '"changing":{'
}

# Whether a version is in quarantine, and no change is under way.
quarantined() {
    manifest "$1" | sed 's/.*"quarantined"://' | grep -q "\"tag\":\"$2\"" && ! manifest "$1" | grep -q '"changing":{'
}

# Process id of the server that the supervisor runs.
process() {
    curl --silent --unix-socket "$scratch/$1/supervisor.sock" http://supervisor/process/greeter | grep -o '"pid":[0-9]*'
}

builds() {
    grep -c . "$(project "$1")/greeter/builds.log"
}

# How many updates have ended.
runs() {
    operations "$1" succeeded,failed
}

# Whether no update waits or runs.
idle() {
    [ "$(operations "$1" open)" = 0 ]
}

operations() {
    local answer
    answer=$(ask "$1" "/api/operations?kind=update&state=$2") && printf '%s' "$answer" | { grep -o '"kind"' || true; } | wc -l
}

# Asks the hub of a machine as its commands do, but without starting Java each time: name, path.
ask() {
    curl --silent --fail --max-time 10 --header "Authorization: Bearer $(cat "$scratch/$1/data/token")" "$(address "$1")$2"
}

ran() {
    [ "$(runs "$1")" -gt "$2" ]
}

# What the hub says of the releases of greeter, on one line without blanks.
rollout() {
    ask "$1" /api/fleet/greeter | tr -d ' \n'
}

# Whether a version is released to so many percent of machines.
released() {
    rollout "$1" | grep -q "\"version\":\"$2\".*\"admits\":$3,\"halted\":false"
}

halted() {
    rollout "$1" | grep -q "\"version\":\"$2\".*\"halted\":true"
}

# Whether so many machines have said that a version runs on them.
reported() {
    [ "$(rollout "$1" | grep -o "\"state\":\"[a-z-]*\",\"version\":\"$3\"" | grep -c 'updated\|current')" -ge "$2" ]
}

show() {
    echo "$1:"
    printf 'the server says:   %s\n' "$(greeting "$1")"
    printf 'the manifest says: %s\n' "$(manifest "$1" | grep -o '"current_tag":"[^"]*"' | tail -n 1)"
}
