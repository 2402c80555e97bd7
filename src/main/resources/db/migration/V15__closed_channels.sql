-- Channels that were private once: their events may still be in the log when nobody defines them any more.
CREATE TABLE closed_channel (
    name TEXT PRIMARY KEY
);
