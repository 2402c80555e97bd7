-- A key that waited as a whole comes back with one item; the others follow once it has succeeded.
ALTER TABLE work_key ADD COLUMN trial BOOLEAN NOT NULL DEFAULT FALSE;
