-- Work that a person follows. state: queued, held, running, then succeeded, failed, cancelled or superseded.
-- item names the work item that does it; without one, owner names the process that runs it.
CREATE TABLE operation (
    id            TEXT    PRIMARY KEY,
    kind          TEXT    NOT NULL,
    subject       TEXT,
    project       TEXT,
    item          TEXT,
    state         TEXT    NOT NULL,
    step          TEXT,
    percent       INTEGER NOT NULL,
    message       TEXT,
    reason        TEXT,
    attributes    TEXT    NOT NULL,
    result        TEXT,
    attempts      INTEGER NOT NULL,
    owner         TEXT,
    cancel_reason TEXT,
    created_at    BIGINT  NOT NULL,
    started_at    BIGINT,
    updated_at    BIGINT  NOT NULL,
    ended_at      BIGINT
);
CREATE INDEX operation_created ON operation (created_at, id);
CREATE INDEX operation_state ON operation (state, created_at, id);
CREATE INDEX operation_kind ON operation (kind, created_at, id);
CREATE INDEX operation_subject ON operation (subject, created_at, id) WHERE subject IS NOT NULL;
CREATE INDEX operation_project ON operation (project, created_at, id) WHERE project IS NOT NULL;
CREATE INDEX operation_ended ON operation (ended_at) WHERE ended_at IS NOT NULL;

-- What streams of operations show, in order. phase: started, progress, held, other or ended.
CREATE TABLE operation_event (
    id         ${key64} PRIMARY KEY,
    operation  TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    subject    TEXT,
    project    TEXT,
    phase      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX operation_event_operation ON operation_event (operation, id);
CREATE INDEX operation_event_project ON operation_event (project, id) WHERE project IS NOT NULL;
CREATE INDEX operation_event_progress ON operation_event (created_at) WHERE phase = 'progress';
-- The database itself refuses a second beginning or end.
CREATE UNIQUE INDEX operation_event_once ON operation_event (operation, phase) WHERE phase IN ('started', 'ended');

-- The last event id given out, and the last one deleted. The row is locked from its change to the commit, so a smaller
-- id never commits after a larger one.
CREATE TABLE operation_event_sequence (
    name       TEXT   PRIMARY KEY,
    last_id    BIGINT NOT NULL,
    expired_id BIGINT NOT NULL
);
INSERT INTO operation_event_sequence (name, last_id, expired_id) VALUES ('events', 0, 0);

-- What an operation's work said, line by line.
CREATE TABLE operation_log (
    operation  TEXT   NOT NULL,
    line       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    text       TEXT   NOT NULL,
    PRIMARY KEY (operation, line)
);
