-- Texts compare by bytes, as in SQLite. Instants are milliseconds since 1970.

-- Whether a process was given the key that the secrets here are sealed with: a keyed hash of a fixed text.
CREATE TABLE secret_key (one BIGINT PRIMARY KEY CHECK (one = 1), proof TEXT NOT NULL);

-- The directory. `value` is the JSON of the type of the same name; secrets are sealed.
CREATE TABLE accounts (id TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sources (
    id TEXT COLLATE "C" PRIMARY KEY, account TEXT COLLATE "C" NOT NULL, fingerprint TEXT COLLATE "C" NOT NULL UNIQUE,
    secret BYTEA NOT NULL, value TEXT NOT NULL
);
CREATE TABLE connections (
    id TEXT COLLATE "C" PRIMARY KEY, account TEXT COLLATE "C" NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    value TEXT NOT NULL
);
CREATE TABLE credentials (
    owner TEXT COLLATE "C" NOT NULL, field TEXT COLLATE "C" NOT NULL, sealed BYTEA NOT NULL, taken_from TEXT,
    PRIMARY KEY (owner, field)
);
CREATE TABLE directory (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL);
INSERT INTO directory VALUES (1, 1);

-- The journal.
CREATE TABLE calls (
    id TEXT COLLATE "C" PRIMARY KEY, source TEXT COLLATE "C" NOT NULL, session TEXT COLLATE "C" NOT NULL,
    use_number BIGINT NOT NULL, revision BIGINT NOT NULL, started_at BIGINT NOT NULL, client TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL
);
CREATE INDEX calls_session ON calls (source, session, use_number);
CREATE INDEX calls_started ON calls (started_at, id);
CREATE INDEX calls_client  ON calls (client, started_at);

-- The ledger. A lease ends at `lease_ends` by this database's clock; `leased_until` is the same in the clock of whoever
-- took it. `released` is the lease that was released last;
-- `ahead` is 1 for one claimed ahead, without a place of its connection. Rows are rewritten often: room is left for that, and no
-- index holds what a lease changes but the two small ones.
CREATE TABLE deliveries (
    connection TEXT COLLATE "C" NOT NULL, call TEXT COLLATE "C" NOT NULL, kind TEXT NOT NULL,
    lane TEXT COLLATE "C" NOT NULL, wanted BIGINT NOT NULL, done BIGINT NOT NULL, status TEXT NOT NULL,
    attempts BIGINT NOT NULL, created_at BIGINT NOT NULL, since BIGINT NOT NULL, due_at BIGINT NOT NULL,
    lease TEXT, leased_until BIGINT, lease_ends BIGINT, released TEXT, done_at BIGINT, changed_at BIGINT NOT NULL,
    uncertain BIGINT NOT NULL, ahead BIGINT NOT NULL DEFAULT 0, note TEXT NOT NULL, body BYTEA NOT NULL,
    PRIMARY KEY (connection, call)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX deliveries_due     ON deliveries (connection, due_at) WHERE status = 'pending';
CREATE INDEX deliveries_busy    ON deliveries (connection, lane)
    WHERE status = 'pending' AND (lease_ends IS NOT NULL OR uncertain = 1);
CREATE INDEX deliveries_leased  ON deliveries (connection, lease_ends) WHERE lease_ends IS NOT NULL;
CREATE INDEX deliveries_changed ON deliveries (changed_at);
CREATE INDEX deliveries_call    ON deliveries (call);
CREATE INDEX deliveries_status  ON deliveries (connection, status, created_at);

CREATE TABLE steps (
    connection TEXT COLLATE "C" NOT NULL, call TEXT COLLATE "C" NOT NULL, name TEXT COLLATE "C" NOT NULL,
    status TEXT NOT NULL, content TEXT NOT NULL, held TEXT NOT NULL, marker TEXT NOT NULL, crm_id TEXT,
    deadline BIGINT, at BIGINT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (connection, call, name)
);

-- What was made in a CRM for a client's number, so that its next call finds it before the CRM's own search does.
CREATE TABLE remembered (
    connection TEXT COLLATE "C" NOT NULL, lane TEXT COLLATE "C" NOT NULL, what TEXT COLLATE "C" NOT NULL,
    crm_id TEXT NOT NULL, PRIMARY KEY (connection, lane, what)
);
