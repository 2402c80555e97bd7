-- Work items. state: waiting (until next_at), ready, running, then succeeded, dead, cancelled or superseded.
-- seq orders the items of a queue by arrival. fence rises with each attempt; a write names the one it holds.
CREATE TABLE work_item (
    seq         ${key64} PRIMARY KEY,
    queue       TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    item_key    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    waits_for   TEXT,
    reason      TEXT,
    error_class TEXT,
    route_id    TEXT,
    priority    INTEGER NOT NULL,
    next_at     BIGINT  NOT NULL,
    latest_at   BIGINT,
    attempt     INTEGER NOT NULL,
    lost        INTEGER NOT NULL,
    fence       BIGINT  NOT NULL,
    owner       TEXT,
    shielded    BOOLEAN NOT NULL,
    stop_state  TEXT,
    stop_reason TEXT,
    retry       TEXT,
    operation   TEXT,
    cause       TEXT,
    causes      INTEGER NOT NULL,
    size        BIGINT  NOT NULL,
    added_at    BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX work_item_id ON work_item (queue, id);
CREATE INDEX work_item_ready ON work_item (queue, item_key, priority DESC, seq) WHERE state = 'ready';
CREATE INDEX work_item_waiting ON work_item (queue, item_key, seq) WHERE state = 'waiting';
CREATE INDEX work_item_due ON work_item (queue, next_at) WHERE state = 'waiting';
CREATE INDEX work_item_running ON work_item (queue, item_key, seq) WHERE state = 'running';
CREATE INDEX work_item_dead ON work_item (queue, seq) WHERE state = 'dead';
CREATE INDEX work_item_finished ON work_item (queue, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX work_item_operation ON work_item (operation) WHERE operation IS NOT NULL;

-- Body and attributes, apart from the rows that change often; gone once the item has succeeded.
CREATE TABLE work_payload (
    seq        ${key64} PRIMARY KEY,
    attributes TEXT NOT NULL,
    body       BLOB NOT NULL
);

-- Additions that were coalesced into an item: their ids are known, too.
CREATE TABLE work_cause (
    queue    TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    item_seq BIGINT NOT NULL,
    cause    TEXT   NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (queue, id)
);
CREATE INDEX work_cause_item ON work_cause (item_seq, added_at);

-- Keys with something to run or running. turn orders the keys that are in rotation.
CREATE TABLE work_key (
    queue       TEXT    NOT NULL,
    item_key    TEXT    NOT NULL,
    running     INTEGER NOT NULL,
    priority    INTEGER NOT NULL,
    turn        BIGINT,
    wait_until  BIGINT,
    wait_reason TEXT,
    PRIMARY KEY (queue, item_key)
);
CREATE INDEX work_key_turn ON work_key (queue, priority DESC, turn) WHERE turn IS NOT NULL;
CREATE INDEX work_key_wait ON work_key (queue, wait_until) WHERE wait_until IS NOT NULL;

-- Processes that hold leases, with their latest sign of life.
CREATE TABLE work_owner (
    id         TEXT   PRIMARY KEY,
    started_at BIGINT NOT NULL,
    beat_at    BIGINT NOT NULL
);
