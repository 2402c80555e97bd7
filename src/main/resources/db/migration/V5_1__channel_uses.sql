-- What anybody may do with a channel is said, and no longer guessed from what is missing. Channels made before keep their ways.
ALTER TABLE channel ADD COLUMN open_posts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN open_readers INTEGER NOT NULL DEFAULT 0;
UPDATE channel SET open_posts = 1 WHERE secrets = '';
UPDATE channel SET open_readers = 1 WHERE readers = '';
