-- Endpoints of one group stand for each other; when_down says what becomes of their deliveries when all of it is down:
-- hold, dead-letter or pull. certificate is PEM, sealed. A url that begins with pull: is an endpoint without an address.
ALTER TABLE delivery_endpoint ADD COLUMN member_of TEXT;
ALTER TABLE delivery_endpoint ADD COLUMN when_down TEXT;
ALTER TABLE delivery_endpoint ADD COLUMN certificate TEXT;

-- What was handed to an endpoint that pulls and is not acknowledged: a place in its stream for each work item.
CREATE TABLE delivery_pull (
    endpoint TEXT   NOT NULL,
    position BIGINT NOT NULL,
    item     BIGINT NOT NULL,
    PRIMARY KEY (endpoint, position)
);

-- The last position of each stream; one is never given twice.
CREATE TABLE delivery_pull_last (
    endpoint TEXT   PRIMARY KEY,
    position BIGINT NOT NULL
);

-- How endpoints and groups stood when that was announced last; none is active.
CREATE TABLE delivery_announced (
    subject TEXT   PRIMARY KEY,
    state   TEXT   NOT NULL,
    told_at BIGINT NOT NULL
);
