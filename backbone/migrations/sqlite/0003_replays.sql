-- 0: live, taken first; 1: later, with what live ones leave; 2: held, as by a replay that is paused.
ALTER TABLE deliveries ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
-- The replay that opened it last.
ALTER TABLE deliveries ADD COLUMN replay TEXT;
-- The last requests to the CRM and what it answered, secrets and numbers masked.
ALTER TABLE deliveries ADD COLUMN trace TEXT NOT NULL DEFAULT '';
DROP INDEX deliveries_due;
CREATE INDEX deliveries_ready  ON deliveries (connection, rank, due_at) WHERE status = 'pending';
CREATE INDEX deliveries_later  ON deliveries (connection, lane) WHERE status = 'pending' AND rank = 1;
CREATE INDEX deliveries_replay ON deliveries (replay, status) WHERE replay IS NOT NULL;

-- Small things that processes keep for each other, sealed.
CREATE TABLE memos (name TEXT PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
