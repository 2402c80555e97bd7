-- Signed releases. state: 'prepared' (signed here, nobody has seen it), 'published' (by this hub) or 'accepted' (of another
-- hub). not_before is when this machine may act on an accepted one; told_at when a published one was in the log.
CREATE TABLE release_manifest (
    side       TEXT   NOT NULL,
    subsystem  TEXT   NOT NULL,
    serial     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    envelope   TEXT   NOT NULL,
    not_before BIGINT,
    told_at    BIGINT,
    stored_at  BIGINT NOT NULL,
    PRIMARY KEY (side, subsystem, serial)
);

-- Keys that signed releases vouched for.
CREATE TABLE release_key (
    id         TEXT   PRIMARY KEY,
    public_key TEXT   NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    voucher    TEXT   NOT NULL,
    stored_at  BIGINT NOT NULL
);

-- Releases that were not accepted, and why: the newest ones.
CREATE TABLE release_refusal (
    event_id   TEXT   PRIMARY KEY,
    subsystem  TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    refused_at BIGINT NOT NULL
);
CREATE INDEX release_refusal_time ON release_refusal (refused_at);

-- Who this machine is, unless a setting says so.
CREATE TABLE machine (
    only_one INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL
);
