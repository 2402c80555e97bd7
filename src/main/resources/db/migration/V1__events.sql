-- One row per event of the log, without its body. ${key64} is the 64-bit integer type that makes the best key.
CREATE TABLE event (
    log_offset  ${key64} PRIMARY KEY,
    log_millis  BIGINT NOT NULL,
    event_id    TEXT   NOT NULL,
    id_hash     BIGINT NOT NULL,
    channel     TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    subject     TEXT,
    event_key   TEXT   NOT NULL,
    verified    TEXT   NOT NULL,
    delivery_id TEXT,
    replay_of   TEXT,
    size        BIGINT NOT NULL
);
CREATE INDEX event_channel ON event (channel, log_offset);
CREATE INDEX event_id_hash ON event (id_hash);

-- Delivery ids seen, for the duplicate check. A bucket holds neighbouring offsets, so that inserts touch few pages.
CREATE TABLE delivery (
    bucket     BIGINT NOT NULL,
    hash       BIGINT NOT NULL,
    check_hash BIGINT NOT NULL,
    log_offset BIGINT NOT NULL,
    log_millis BIGINT NOT NULL
);
CREATE INDEX delivery_hash ON delivery (bucket, hash);

-- Bloom filters of the buckets that are full, so that a new delivery id is looked up on disk only by chance.
CREATE TABLE delivery_bucket (
    bucket        ${key64} PRIMARY KEY,
    filter        BLOB   NOT NULL,
    newest_millis BIGINT NOT NULL
);

-- Committed state of each group: everything up to low_water is done, and so are the offsets in finished.
CREATE TABLE log_group (
    name       TEXT   PRIMARY KEY,
    low_water  BIGINT NOT NULL,
    finished   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Ranges of the log that were lost before a group had read them.
CREATE TABLE group_gap (
    id         TEXT   PRIMARY KEY,
    group_name TEXT   NOT NULL,
    after_offset BIGINT NOT NULL,
    last_offset BIGINT NOT NULL,
    lost       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX group_gap_group ON group_gap (group_name, created_at);

-- Records a group could not process, with a copy of the event. state: dead, queued (to be tried again).
CREATE TABLE dead_letter (
    id          TEXT   PRIMARY KEY,
    group_name  TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    log_offset  BIGINT NOT NULL,
    log_millis  BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    error_class TEXT   NOT NULL,
    route_id    TEXT,
    attempts    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    event_id    TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    subject     TEXT,
    event_time  BIGINT NOT NULL,
    event_key   TEXT   NOT NULL,
    verified    TEXT   NOT NULL,
    delivery_id TEXT,
    replay_of   TEXT,
    method      TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    query       TEXT,
    headers     TEXT   NOT NULL,
    body        BLOB   NOT NULL
);
CREATE INDEX dead_letter_group ON dead_letter (group_name, state, id);
CREATE INDEX dead_letter_offset ON dead_letter (log_offset);
CREATE INDEX dead_letter_created ON dead_letter (created_at);
