//! Replays: what is opened again, held, skipped, and how far it is.
//!
//! Where a replay's deliveries are found, their status is asked for in a way that no index of all that is pending can answer.

/// Opens the deliveries that the clause gives, for a replay: those that are not there, those skipped or dead, those that hold an
/// older revision. What waits anyhow goes on as it is; it is counted with the replay where that takes it ($11 is 1). A done one is left.
macro_rules! reopen {
    ($rows:literal) => {
        concat!(
            "INSERT INTO deliveries (connection, call, kind, lane, wanted, done, status, attempts, created_at, since,
                 due_at, changed_at, uncertain, note, body, rank, replay) ",
            $rows,
            " ON CONFLICT (connection, call) DO UPDATE SET
                 lane = excluded.lane, status = 'pending', replay = excluded.replay, changed_at = excluded.changed_at,
                 wanted = CASE WHEN excluded.wanted > deliveries.wanted THEN excluded.wanted ELSE deliveries.wanted END,
                 body = CASE WHEN excluded.wanted >= deliveries.wanted THEN excluded.body ELSE deliveries.body END,
                 note = CASE deliveries.status WHEN 'pending' THEN deliveries.note ELSE '' END,
                 attempts = CASE deliveries.status WHEN 'pending' THEN deliveries.attempts ELSE 0 END,
                 since = CASE deliveries.status WHEN 'pending' THEN deliveries.since ELSE excluded.since END,
                 due_at = CASE deliveries.status WHEN 'pending' THEN deliveries.due_at ELSE excluded.due_at END,
                 rank = CASE deliveries.status WHEN 'pending' THEN deliveries.rank ELSE excluded.rank END
             WHERE (excluded.wanted > deliveries.wanted OR deliveries.status <> 'done')
                 AND (deliveries.status <> 'pending' OR deliveries.replay = excluded.replay OR $11 = 1)"
        )
    };
}

/// One: connection, call, kind, lane, revision, now, body, rank, due, replay, whether what waits is taken.
pub const REOPEN: &str = reopen!("VALUES ($1, $2, $3, $4, $5, 0, 'pending', 0, $6, $6, $9, $6, 0, '', $7, $8, $10)");

/// PostgreSQL: many, each once.
pub const REOPEN_MANY: &str = reopen!(
    "SELECT w.connection, w.call, w.kind, w.lane, w.revision, 0, 'pending', 0, $6, $6, w.due, $6, 0, '', w.body, w.rank, $10
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $7::bytea[], $8::bigint[], $9::bigint[])
         AS w (connection, call, kind, lane, revision, body, rank, due)"
);

/// What waits of a replay ($1) gets a rank ($2).
pub const HOLD: &str =
    "UPDATE deliveries SET rank = $2 WHERE replay = $1 AND status = (SELECT 'pending') AND (rank = 2) <> ($2 = 2)";

/// Whether anything waits of a replay ($1).
pub const WAITS: &str = "SELECT 1 FROM deliveries WHERE replay = $1 AND status = (SELECT 'pending') LIMIT 1";

/// How many of a replay ($1) stand where.
pub const PROGRESS: &str = "SELECT status, COUNT(*) FROM deliveries WHERE replay = $1 GROUP BY status";

/// Where the delivery of a call ($2) into a connection ($1) stands.
pub const STANDING: &str = "SELECT status, wanted FROM deliveries WHERE connection = $1 AND call = $2";
/// PostgreSQL: of many calls, each with its place among them, from 1 on. Written so that each is looked up by itself.
pub const STANDING_MANY: &str = "SELECT c.place, d.status, d.wanted
     FROM unnest($2::text[]) WITH ORDINALITY AS c (call, place)
     CROSS JOIN LATERAL (SELECT status, wanted FROM deliveries WHERE connection = $1 AND call = c.call OFFSET 0) AS d";

/// Skips now ($1) why ($2) what waits, is in nobody's hands, and has made nothing, and of which nothing may have been made: at
/// most so many ($3) of those that the clause gives by $4 and $5. Each is found by its key, not among all that is pending.
macro_rules! skip {
    ($which:literal) => {
        concat!(
            "UPDATE deliveries SET status = 'skipped', changed_at = $1, note = $2, uncertain = 0
             WHERE status || '' = 'pending' AND lease IS NULL AND (connection, call) IN (
                 SELECT d.connection, d.call FROM deliveries AS d
                 WHERE d.lease IS NULL AND d.uncertain = 0 AND ",
            $which,
            " AND NOT EXISTS (SELECT 1 FROM steps AS s WHERE s.connection = d.connection AND s.call = d.call
                     AND (s.crm_id IS NOT NULL OR s.status = 'trying'))
                 LIMIT $3)"
        )
    };
}

/// Of a replay ($4).
pub const SKIP_REPLAY: &str = skip!("d.status = (SELECT 'pending') AND d.replay = $4 AND $5 = 0");
/// Of a connection ($4): calls begun before ($5).
pub const SKIP_BEFORE: &str = skip!(
    "d.status = 'pending' AND d.connection = $4
     AND d.call IN (SELECT c.id FROM calls AS c WHERE c.id = d.call AND c.started_at < $5)"
);

/// Skips one at a person's wish: now, why, connection, call. Not one in a worker's hands, nor one that may have made something
/// that nobody knows of.
pub const SKIP_ONE: &str = "UPDATE deliveries SET status = 'skipped', changed_at = $1, note = $2
     WHERE connection = $3 AND call = $4 AND status IN ('pending', 'dead') AND lease IS NULL AND uncertain = 0";
