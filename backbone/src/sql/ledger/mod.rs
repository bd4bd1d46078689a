//! The ledger's statements.
//!
//! A lease ends by a clock: in SQLite the one process's own, in PostgreSQL the database's, which all processes share. So
//! there a row has its end twice: `leased_until` in the clock of whoever took it, and `lease_ends` in the database's.

/// Columns in the order that [`rows::delivery`] reads them.
macro_rules! columns {
    () => {
        "connection, kind, call, lane, wanted, done, status, attempts, created_at, since, due_at, leased_until, done_at, \
         note, uncertain, body, ahead, rank, replay, trace"
    };
}

/// SQLite: the deliveries (`o`) of a connection's lane that wait. It has to be told by which index they are found: it would read all
/// that is pending.
macro_rules! lane {
    ($connection:literal, $lane:literal) => {
        concat!(
            "deliveries AS o INDEXED BY deliveries_lane WHERE o.connection = ",
            $connection,
            " AND o.lane = ",
            $lane,
            " AND o.status = 'pending'"
        )
    };
}

/// PostgreSQL: the same of those in progress or uncertain. Written so that no other index fits than that of busy lanes: which of them
/// all it would go by hangs on what it last counted, and that may be before a backlog came.
macro_rules! lane_shared {
    ($connection:literal, $lane:literal) => {
        concat!(
            "deliveries AS o WHERE o.lane = ",
            $lane,
            " AND o.connection || '' = ",
            $connection,
            " AND o.status || '' = 'pending'"
        )
    };
}

// After the macros that they use.
pub mod claim;
mod list;
pub mod many;
pub mod replay;
pub mod rows;

pub use list::list;

/// Opens or raises the deliveries that the clause gives; touches those that are now due.
macro_rules! want {
    ($rows:literal) => {
        concat!(
            "INSERT INTO deliveries (connection, call, kind, lane, wanted, done, status, attempts, created_at, since,
                 due_at, changed_at, uncertain, note, body, rank) ",
            $rows,
            " ON CONFLICT (connection, call) DO UPDATE SET
                 wanted = excluded.wanted, lane = excluded.lane, body = excluded.body,
                 changed_at = excluded.changed_at, status = 'pending',
                 attempts = CASE deliveries.status WHEN 'done' THEN 0 ELSE deliveries.attempts END,
                 since = CASE deliveries.status WHEN 'done' THEN excluded.since ELSE deliveries.since END,
                 due_at = CASE deliveries.status WHEN 'done' THEN excluded.due_at ELSE deliveries.due_at END,
                 rank = CASE deliveries.status WHEN 'done' THEN excluded.rank ELSE deliveries.rank END
             WHERE excluded.wanted > deliveries.wanted AND deliveries.status IN ('pending', 'done')"
        )
    };
}

/// One delivery: connection, call, kind, lane, revision, now, body, rank.
pub const WANT: &str = want!("VALUES ($1, $2, $3, $4, $5, 0, 'pending', 0, $6, $6, $6, $6, 0, '', $7, $8)");

/// Many deliveries, each once: PostgreSQL takes arrays.
pub const WANT_MANY: &str = want!(
    "SELECT w.connection, w.call, w.kind, w.lane, w.revision, 0, 'pending', 0, $6, $6, $6, $6, 0, '', w.body, w.rank
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $7::bytea[], $8::bigint[])
         AS w (connection, call, kind, lane, revision, body, rank)"
);

/// Whoever calls now is served in order: what waits in the lane ($2) of a connection ($1) goes with the live ones.
pub const PROMOTE: &str =
    "UPDATE deliveries SET rank = 0 WHERE connection = $1 AND lane = $2 AND status = 'pending' AND rank = 1";
/// PostgreSQL: in many lanes. Written so that each lane is looked up by itself, and no other index fits than that of what is sent later.
pub const PROMOTE_MANY: &str = "UPDATE deliveries AS d SET rank = 0
     FROM (
         SELECT f.* FROM (SELECT DISTINCT connection, lane FROM unnest($1::text[], $2::text[]) AS w (connection, lane)) AS w
         CROSS JOIN LATERAL (
             SELECT o.connection, o.call FROM deliveries AS o
             WHERE o.lane = w.lane AND o.connection || '' = w.connection AND o.status || '' = 'pending' AND o.rank = 1 OFFSET 0
         ) AS f
     ) AS t
     WHERE d.connection = t.connection AND d.call = t.call AND d.rank + 0 = 1";

/// Makes the lease ($4) of a delivery ($2, $3) last until ($1). Not if it ended and its lane was given away meanwhile:
/// whoever took the lane has a lease that ends later.
macro_rules! extend {
    ($ends:literal, $more:literal, lane $lane:expr) => {
        concat!(
            "UPDATE deliveries SET ",
            $more,
            "leased_until = $1 WHERE connection = $2 AND call = $3 AND lease = $4
               AND NOT EXISTS (SELECT 1 FROM ",
            $lane,
            " AND o.call <> $3 AND o.",
            $ends,
            " > deliveries.",
            $ends,
            ")"
        )
    };
}

/// SQLite.
pub const EXTEND: &str = extend!("leased_until", "", lane lane!("$2", "deliveries.lane"));
/// PostgreSQL: by as much as it is longer, so that doing it twice is doing it once.
pub const EXTEND_SHARED: &str = extend!("lease_ends", "lease_ends = lease_ends + ($1 - leased_until), ", lane lane_shared!("$2", "deliveries.lane"));

/// Whether a delivery's lane must wait ($1) for a delivery ($2, $3) under a lease ($4).
pub const UNCERTAIN: &str = "UPDATE deliveries SET uncertain = $1 WHERE connection = $2 AND call = $3 AND lease = $4";

/// SQLite: after [`UNCERTAIN`], writes a step down: connection, call, name, status, content, held, marker, id in the CRM,
/// deadline, at, note.
pub const STEP: &str =
    "INSERT INTO steps (connection, call, name, status, content, held, marker, crm_id, deadline, at, note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (connection, call, name) DO UPDATE SET status = excluded.status, content = excluded.content,
         held = excluded.held, marker = excluded.marker, crm_id = excluded.crm_id,
         deadline = excluded.deadline, at = excluded.at, note = excluded.note";

/// SQLite: gives a delivery back: now, note, uncertain, status, revision claimed, tries to count, due, connection, call,
/// lease, an empty body, trace. A revision that came while the worker was busy was not in what the worker did: the delivery stays
/// open for it.
pub const RELEASE: &str =
    "UPDATE deliveries SET lease = NULL, leased_until = NULL, ahead = 0, changed_at = $1, note = $2,
         uncertain = $3,
         done = CASE $4 WHEN 'done' THEN $5 ELSE done END,
         done_at = CASE $4 WHEN 'done' THEN $1 ELSE done_at END,
         attempts = CASE WHEN wanted > $5 AND $4 <> 'pending' THEN 0 ELSE attempts + $6 END,
         since = CASE WHEN wanted > $5 AND $4 <> 'pending' THEN $1 ELSE since END,
         status = CASE WHEN wanted > $5 THEN 'pending' ELSE $4 END,
         due_at = $7, trace = COALESCE($12, trace),
         rank = CASE WHEN rank = 0 AND $4 = 'pending' AND $6 > 0 THEN 1 ELSE rank END,
         body = CASE WHEN wanted > $5 OR $4 <> 'done' THEN body ELSE $11 END
     WHERE connection = $8 AND call = $9 AND lease = $10";

/// SQLite: gives a place to a delivery ($1, $2) under a lease ($3).
pub const INHERIT: &str = "UPDATE deliveries SET ahead = 0 WHERE connection = $1 AND call = $2 AND lease = $3";

/// Begins to try a delivery again: now, revision, body, connection, call, rank.
pub const RETRY: &str =
    "UPDATE deliveries SET status = 'pending', attempts = 0, since = $1, due_at = $1, changed_at = $1, rank = $6,
         note = CASE status WHEN 'pending' THEN note ELSE '' END,
         body = CASE WHEN $2 >= wanted THEN $3 ELSE body END, wanted = CASE WHEN $2 >= wanted THEN $2 ELSE wanted END
     WHERE connection = $4 AND call = $5 AND status <> 'done'";

/// SQLite: ends every lease. Of the rows only those that have one are touched.
pub const END_LEASES: &str =
    "UPDATE deliveries SET lease = NULL, leased_until = NULL, ahead = 0 WHERE leased_until IS NOT NULL";
/// PostgreSQL.
pub const END_LEASES_SHARED: &str = "UPDATE deliveries SET lease = NULL, leased_until = NULL, lease_ends = NULL, ahead = 0 WHERE lease_ends IS NOT NULL";

/// What was made for a number: connection, lane, what, id in the CRM.
pub const REMEMBER: &str = "INSERT INTO remembered (connection, lane, what, crm_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (connection, lane, what) DO UPDATE SET crm_id = excluded.crm_id";

/// And back.
pub const REMEMBERED: &str = "SELECT what, crm_id FROM remembered WHERE connection = $1 AND lane = $2";

/// When the next of a rank is due.
macro_rules! next_due {
    ($connection:literal, $rank:literal) => {
        concat!(
            "(SELECT d.due_at FROM deliveries AS d WHERE d.connection = ",
            $connection,
            " AND d.status = 'pending' AND d.rank = ",
            $rank,
            " AND d.lease IS NULL ORDER BY d.due_at LIMIT 1)"
        )
    };
}

/// When the next delivery of a connection is due.
pub const NEXT_DUE: &str = concat!(
    "SELECT MIN(due_at) FROM (SELECT ",
    next_due!("$1", "0"),
    " AS due_at UNION ALL SELECT ",
    next_due!("$1", "1"),
    ") AS n"
);

/// PostgreSQL: of many.
pub const NEXT_DUE_OF_MANY: &str = concat!(
    "SELECT MIN(LEAST(",
    next_due!("w.connection", "0"),
    ", ",
    next_due!("w.connection", "1"),
    ")) FROM unnest($1::text[]) AS w (connection)"
);

/// One delivery.
pub const DELIVERY: &str = concat!("SELECT ", columns!(), " FROM deliveries WHERE connection = $1 AND call = $2");

/// Its steps, in the order they were last changed.
pub const STEPS: &str = "SELECT name, status, content, held, marker, crm_id, deadline, at, note FROM steps
     WHERE connection = $1 AND call = $2 ORDER BY at, name";

/// How many stand where.
pub const TALLY: &str =
    "SELECT connection, status, COUNT(*), MIN(created_at) FROM deliveries GROUP BY connection, status";
