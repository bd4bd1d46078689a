-- The log. Offsets are never used again, also after old records were dropped: hence AUTOINCREMENT.
CREATE TABLE log_raw      (offset INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, value BLOB NOT NULL) STRICT;
CREATE TABLE log_rejected (offset INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, value BLOB NOT NULL) STRICT;
CREATE TABLE log_finished (offset INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, value BLOB NOT NULL) STRICT;
CREATE INDEX log_raw_key      ON log_raw (key);
CREATE INDEX log_rejected_key ON log_rejected (key);
CREATE INDEX log_finished_key ON log_finished (key);
CREATE INDEX log_raw_at       ON log_raw (at);
CREATE INDEX log_rejected_at  ON log_rejected (at);
CREATE INDEX log_finished_at  ON log_finished (at);

-- Compacted: a key has one row, replaced at each change, which gives it a new offset.
CREATE TABLE log_state (offset INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, id BLOB NOT NULL, at INTEGER NOT NULL, due INTEGER, value BLOB NOT NULL) STRICT;
CREATE INDEX log_state_due ON log_state (due) WHERE due IS NOT NULL;
CREATE INDEX log_state_at  ON log_state (at);

CREATE TABLE log_readers (name TEXT NOT NULL, topic TEXT NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (name, topic)) STRICT;

-- The directory. `value` is the JSON of the type of the same name; secrets are sealed.
CREATE TABLE accounts (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE sources (id TEXT PRIMARY KEY, account TEXT NOT NULL, fingerprint TEXT NOT NULL UNIQUE, secret BLOB NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE connections (id TEXT PRIMARY KEY, account TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE TABLE credentials (owner TEXT NOT NULL, field TEXT NOT NULL, sealed BLOB NOT NULL, taken_from TEXT, PRIMARY KEY (owner, field)) STRICT;
CREATE TABLE directory (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO directory VALUES (1, 1);

-- The journal.
CREATE TABLE calls (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, session TEXT NOT NULL, use_number INTEGER NOT NULL, revision INTEGER NOT NULL,
    started_at INTEGER NOT NULL, client TEXT NOT NULL, value BLOB NOT NULL
) STRICT;
CREATE INDEX calls_session ON calls (source, session, use_number);
CREATE INDEX calls_started ON calls (started_at, id);
CREATE INDEX calls_client  ON calls (client, started_at);

-- The ledger.
CREATE TABLE deliveries (
    connection TEXT NOT NULL, call TEXT NOT NULL, kind TEXT NOT NULL, lane TEXT NOT NULL,
    wanted INTEGER NOT NULL, done INTEGER NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL, since INTEGER NOT NULL, due_at INTEGER NOT NULL,
    lease TEXT, leased_until INTEGER, done_at INTEGER, changed_at INTEGER NOT NULL,
    uncertain INTEGER NOT NULL, note TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (connection, call)
) STRICT;
CREATE INDEX deliveries_due     ON deliveries (connection, due_at) WHERE status = 'pending';
CREATE INDEX deliveries_lane    ON deliveries (connection, lane) WHERE status = 'pending';
CREATE INDEX deliveries_leased  ON deliveries (connection, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX deliveries_changed ON deliveries (changed_at);
CREATE INDEX deliveries_call    ON deliveries (call);
CREATE INDEX deliveries_status  ON deliveries (connection, status, created_at);

CREATE TABLE steps (
    connection TEXT NOT NULL, call TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, content TEXT NOT NULL, held TEXT NOT NULL,
    marker TEXT NOT NULL, crm_id TEXT, deadline INTEGER, at INTEGER NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (connection, call, name)
) STRICT;

-- What was made in a CRM for a client's number, so that its next call finds it before the CRM's own search does.
CREATE TABLE remembered (
    connection TEXT NOT NULL, lane TEXT NOT NULL, what TEXT NOT NULL, crm_id TEXT NOT NULL, PRIMARY KEY (connection, lane, what)
) STRICT;
