//! PostgreSQL: what many workers write at once, one statement for all. Each row names its lease, and only those that stand are
//! written; the answer says which. Where a statement was carried out unheard, carrying it out again changes nothing and gives
//! the same answer.

/// Of the deliveries in `held`, writes the steps ($1..$11: connection, call, name, status, content, held, marker, id in the
/// CRM, deadline, at, note) and what is remembered ($12..$16: connection, call, lane, what, id in the CRM).
macro_rules! with_entries {
    () => {
        "noted AS (
             INSERT INTO steps (connection, call, name, status, content, held, marker, crm_id, deadline, at, note)
             SELECT s.* FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::bigint[], $10::bigint[], $11::text[])
                 AS s (connection, call, name, status, content, held, marker, crm_id, deadline, at, note)
             JOIN held AS h ON h.c_connection = s.connection AND h.c_call = s.call
             ON CONFLICT (connection, call, name) DO UPDATE SET status = excluded.status, content = excluded.content,
                 held = excluded.held, marker = excluded.marker, crm_id = excluded.crm_id,
                 deadline = excluded.deadline, at = excluded.at, note = excluded.note
         ), kept AS (
             INSERT INTO remembered (connection, lane, what, crm_id)
             SELECT DISTINCT ON (k.connection, k.lane, k.what) k.connection, k.lane, k.what, k.crm_id
             FROM unnest($12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
                 AS k (connection, call, lane, what, crm_id)
             JOIN held AS h ON h.c_connection = k.connection AND h.c_call = k.call
             ORDER BY k.connection, k.lane, k.what, k.call
             ON CONFLICT (connection, lane, what) DO UPDATE SET crm_id = excluded.crm_id
         )"
    };
}

/// Writes entries of deliveries ($17, $18) under leases ($19), and whether their lanes must wait ($20).
pub const WRITE: &str = concat!(
    "WITH held AS (
         UPDATE deliveries AS d SET uncertain = a.uncertain
         FROM unnest($17::text[], $18::text[], $19::text[], $20::bigint[]) AS a (connection, call, lease, uncertain)
         WHERE d.connection = a.connection AND d.call = a.call AND d.lease = a.lease
         RETURNING d.connection AS c_connection, d.call AS c_call
     ), ",
    with_entries!(),
    " SELECT c_connection, c_call FROM held"
);

/// Gives deliveries ($17, $18) under leases ($19) back, with their last entries: now ($20), note ($21), uncertain ($22), status
/// ($23), revision claimed ($24), tries to count ($25), due ($26), trace ($31). Their places go to heirs ($27..$29: call of the one that
/// ends and of its heir, the heir's lease; $30: the connection), in the order in which their own steps are written. A
/// revision that came while the worker was busy was not in what the worker did: the delivery stays open for it. A row keeps
/// the lease it ended, by which a release is known again.
pub const RELEASE: &str = concat!(
    "WITH held AS (
         UPDATE deliveries AS d SET released = d.lease, lease = NULL, leased_until = NULL, lease_ends = NULL, ahead = 0,
             changed_at = a.now, note = a.note, uncertain = a.uncertain,
             done = CASE a.status WHEN 'done' THEN a.revision ELSE d.done END,
             done_at = CASE a.status WHEN 'done' THEN a.now ELSE d.done_at END,
             attempts = CASE WHEN d.wanted > a.revision AND a.status <> 'pending' THEN 0 ELSE d.attempts + a.tries END,
             since = CASE WHEN d.wanted > a.revision AND a.status <> 'pending' THEN a.now ELSE d.since END,
             status = CASE WHEN d.wanted > a.revision THEN 'pending' ELSE a.status END,
             due_at = a.due, trace = COALESCE(a.trace, d.trace),
             rank = CASE WHEN d.rank = 0 AND a.status = 'pending' AND a.tries > 0 THEN 1 ELSE d.rank END,
             body = CASE WHEN d.wanted > a.revision OR a.status <> 'done' THEN d.body ELSE ''::bytea END
         FROM unnest($17::text[], $18::text[], $19::text[], $20::bigint[], $21::text[], $22::bigint[], $23::text[],
                 $24::bigint[], $25::bigint[], $26::bigint[], $31::text[])
             AS a (connection, call, lease, now, note, uncertain, status, revision, tries, due, trace)
         WHERE d.connection = a.connection AND d.call = a.call AND d.lease = a.lease
         RETURNING d.connection AS c_connection, d.call AS c_call
     ), ",
    with_entries!(),
    ", heirs AS (
         UPDATE deliveries AS d SET ahead = 0
         FROM (
             SELECT i.connection, i.heir, i.lease
             FROM unnest($27::text[], $28::text[], $29::text[], $30::text[]) AS i (call, heir, lease, connection)
             WHERE EXISTS (SELECT 1 FROM held AS h WHERE h.c_connection = i.connection AND h.c_call = i.call)
             ORDER BY i.connection COLLATE \"C\", i.heir COLLATE \"C\"
         ) AS i
         WHERE d.connection = i.connection AND d.call = i.heir AND d.lease = i.lease
     )
     SELECT c_connection, c_call FROM held
     UNION ALL
     SELECT d.connection, d.call FROM deliveries AS d
     JOIN unnest($17::text[], $18::text[], $19::text[]) AS a (connection, call, lease)
         ON d.connection = a.connection AND d.call = a.call AND d.released = a.lease"
);
