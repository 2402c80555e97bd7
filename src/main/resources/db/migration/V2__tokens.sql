-- Named bearer tokens; only the hash of a secret is kept. Times are milliseconds since 1970.
CREATE TABLE token (
    name        TEXT   PRIMARY KEY,
    secret_hash TEXT   NOT NULL UNIQUE,
    roles       TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT,
    last_used   BIGINT
);
