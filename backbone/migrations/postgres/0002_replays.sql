-- 0: live, taken first; 1: later, with what live ones leave; 2: held, as by a replay that is paused.
ALTER TABLE deliveries ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
-- The replay that opened it last.
ALTER TABLE deliveries ADD COLUMN replay TEXT COLLATE "C";
-- The last requests to the CRM and what it answered, secrets and numbers masked.
ALTER TABLE deliveries ADD COLUMN trace TEXT NOT NULL DEFAULT '';
DROP INDEX deliveries_due;
CREATE INDEX deliveries_ready  ON deliveries (connection, rank, due_at) WHERE status = 'pending';
CREATE INDEX deliveries_later  ON deliveries (connection, lane) WHERE status = 'pending' AND rank = 1;
CREATE INDEX deliveries_replay ON deliveries (replay, status) WHERE replay IS NOT NULL;

-- Small things that processes keep for each other, sealed; and who of them may do what one at a time does, until when by
-- this database's clock.
CREATE TABLE memos (name TEXT COLLATE "C" PRIMARY KEY, version BIGINT NOT NULL, sealed BYTEA NOT NULL);
CREATE TABLE holds (name TEXT COLLATE "C" PRIMARY KEY, holder TEXT NOT NULL, ends BIGINT NOT NULL);
