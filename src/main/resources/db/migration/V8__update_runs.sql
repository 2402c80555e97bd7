-- Runs of the update pipeline: what each is about to do, written before it does it. outcome is null while it goes on.
CREATE TABLE update_run (
    id         TEXT   PRIMARY KEY,
    subsystem  TEXT   NOT NULL,
    step       TEXT   NOT NULL,
    version    TEXT,
    tag        TEXT,
    commit_id  TEXT,
    sha256     TEXT,
    outcome    TEXT,
    reason     TEXT,
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX update_run_subsystem ON update_run (subsystem, updated_at);

-- What each tag (or commit of a followed branch) was when it was first seen.
CREATE TABLE update_sighting (
    subsystem  TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    commit_id  TEXT   NOT NULL,
    first_seen BIGINT NOT NULL,
    PRIMARY KEY (subsystem, name)
);
