-- Files of releases of hubs that build the same version for other platforms; the first one of a platform stays.
CREATE TABLE release_part (
    subsystem TEXT   NOT NULL,
    commit_id TEXT   NOT NULL,
    version   TEXT   NOT NULL,
    os        TEXT   NOT NULL,
    arch      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    size      BIGINT NOT NULL,
    sha256    TEXT   NOT NULL,
    urls      TEXT   NOT NULL,
    hub       TEXT   NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (subsystem, commit_id, version, os, arch)
);

-- Serial of the last release of such a hub that was taken: what comes with a lower one is old.
CREATE TABLE release_part_serial (
    hub       TEXT   NOT NULL,
    subsystem TEXT   NOT NULL,
    serial    BIGINT NOT NULL,
    PRIMARY KEY (hub, subsystem)
);
