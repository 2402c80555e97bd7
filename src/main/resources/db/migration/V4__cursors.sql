-- Named places in a channel that clients go on behind; acknowledged by the client.
CREATE TABLE relay_cursor (
    channel    TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    log_offset BIGINT NOT NULL,
    log_millis BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (channel, name)
);
CREATE INDEX relay_cursor_updated ON relay_cursor (updated_at);
