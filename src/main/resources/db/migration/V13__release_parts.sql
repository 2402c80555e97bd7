-- Files of releases of hubs that build the same commit for other platforms; the first one of a platform stays.
CREATE TABLE release_part (
    subsystem TEXT   NOT NULL,
    commit_id TEXT   NOT NULL,
    os        TEXT   NOT NULL,
    arch      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    size      BIGINT NOT NULL,
    sha256    TEXT   NOT NULL,
    urls      TEXT   NOT NULL,
    hub       TEXT   NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (subsystem, commit_id, os, arch)
);
