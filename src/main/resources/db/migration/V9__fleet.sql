-- Machines that report here, and the key each of them signs with.
CREATE TABLE fleet_machine (
    id          TEXT   PRIMARY KEY,
    public_key  TEXT   NOT NULL,
    enrolled_by TEXT   NOT NULL,
    enrolled_at BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL
);

-- The newest report of each machine about each subsystem. made_at is by the clock of the machine, received_at by ours.
CREATE TABLE fleet_report (
    subsystem   TEXT   NOT NULL,
    machine     TEXT   NOT NULL,
    serial      BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    version     TEXT,
    commit_id   TEXT,
    reason      TEXT,
    made_at     BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (subsystem, machine)
);
CREATE INDEX fleet_report_machine ON fleet_report (machine);

-- When a version was opened to how many percent of the machines.
CREATE TABLE fleet_ring (
    subsystem TEXT    NOT NULL,
    version   TEXT    NOT NULL,
    admits    INTEGER NOT NULL,
    opened_at BIGINT  NOT NULL,
    PRIMARY KEY (subsystem, version, admits)
);

-- When a person let a halted version go on: failures before that do not count any more.
CREATE TABLE fleet_resumed (
    subsystem  TEXT   PRIMARY KEY,
    version    TEXT   NOT NULL,
    resumed_by TEXT   NOT NULL,
    resumed_at BIGINT NOT NULL
);

-- The highest serial this machine has given to a report of its own; one row.
CREATE TABLE fleet_serial (
    id     INTEGER PRIMARY KEY,
    serial BIGINT  NOT NULL
);
