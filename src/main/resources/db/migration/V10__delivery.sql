-- Registered endpoints. selection and terms are JSON; headers are JSON, sealed. state: active, paused, disabled, expired.
CREATE TABLE delivery_endpoint (
    id            TEXT   PRIMARY KEY,
    name          TEXT   NOT NULL,
    url           TEXT   NOT NULL,
    selection     TEXT   NOT NULL,
    terms         TEXT   NOT NULL,
    headers       TEXT,
    account       TEXT,
    state         TEXT   NOT NULL,
    reason        TEXT,
    failing_since BIGINT,
    lease_until   BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_endpoint_account ON delivery_endpoint (account, url) WHERE account IS NOT NULL;

-- Keys that sign deliveries, sealed; rank 0 is the newest of its endpoint.
CREATE TABLE delivery_key (
    endpoint   TEXT    NOT NULL,
    rank       INTEGER NOT NULL,
    sealed     TEXT    NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (endpoint, rank)
);

-- Events that are owed to endpoints, once each; the deliveries are items of the queues delivery and delivery-ordered, with the
-- ids <event>.<endpoint>.
CREATE TABLE delivery_event (
    id           TEXT   PRIMARY KEY,
    channel      TEXT   NOT NULL,
    source       TEXT   NOT NULL,
    type         TEXT   NOT NULL,
    subject      TEXT,
    time         BIGINT NOT NULL,
    content_type TEXT,
    body         BLOB   NOT NULL,
    kept_at      BIGINT NOT NULL
);
CREATE INDEX delivery_event_kept ON delivery_event (kept_at);

-- Every attempt of a delivery. status is 0 when no answer came; error is null after a success.
CREATE TABLE delivery_attempt (
    delivery   TEXT    NOT NULL,
    started_at BIGINT  NOT NULL,
    attempt    INTEGER NOT NULL,
    millis     BIGINT  NOT NULL,
    status     INTEGER NOT NULL,
    error      TEXT,
    detail     TEXT,
    snippet    TEXT    NOT NULL,
    PRIMARY KEY (delivery, started_at)
);
