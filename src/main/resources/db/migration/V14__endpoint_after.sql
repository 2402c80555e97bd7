-- Offset of the log behind which the events of an endpoint begin; those that were registered before this count from 0.
ALTER TABLE delivery_endpoint ADD COLUMN after_offset BIGINT NOT NULL DEFAULT 0;
