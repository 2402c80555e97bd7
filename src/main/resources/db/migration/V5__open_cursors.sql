-- Cursors of channels nobody defined are limited over all of them and live shorter.
ALTER TABLE relay_cursor ADD COLUMN open_channel BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX relay_cursor_open ON relay_cursor (open_channel, updated_at);
