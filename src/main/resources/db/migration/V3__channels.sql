-- Channels defined by API. Secrets and readers are sealed texts, joined by commas; NULL retention is the log's own.
CREATE TABLE channel (
    name              TEXT    PRIMARY KEY,
    provider          TEXT    NOT NULL,
    secrets           TEXT    NOT NULL,
    readers           TEXT    NOT NULL,
    retention_millis  BIGINT,
    response          TEXT    NOT NULL,
    events_per_second DOUBLE PRECISION NOT NULL,
    burst             INTEGER NOT NULL,
    bytes_per_day     BIGINT  NOT NULL,
    subscribers       INTEGER NOT NULL,
    keep_credentials  INTEGER NOT NULL,
    updated_at        BIGINT  NOT NULL
);
