//! What may be taken, and the taking of it.
//!
//! What is read does not grow with what waits: the deliveries that are due longest are read in their order until there are
//! enough, and those with a lease are few.

/// The database's clock, as `millis` writes it: when the transaction began.
macro_rules! database_clock {
    () => {
        "(extract(epoch FROM now()) * 1000)::bigint"
    };
}

/// What may be taken of a connection now ($2), of one rank: due, its lane free. A lane is not free while another delivery of it
/// is in progress, or may have made something that is not known yet; of two such, the first goes first.
macro_rules! takeable {
    (of $connection:literal, rank $rank:literal, lease $ends:literal by $clock:expr, lane $lane:expr) => {
        concat!(
            "FROM deliveries AS d
             WHERE d.connection = ",
            $connection,
            " AND d.status = 'pending' AND d.rank = ",
            $rank,
            " AND d.due_at <= $2
               AND (d.",
            $ends,
            " IS NULL OR d.",
            $ends,
            " <= ",
            $clock,
            ")
               AND NOT EXISTS (SELECT 1 FROM ",
            $lane,
            " AND o.call <> d.call
                     AND (o.",
            $ends,
            " > ",
            $clock,
            " OR (o.uncertain = 1 AND (d.uncertain = 0 OR o.call < d.call)))) "
        )
    };
}

/// How many places of a connection are taken.
macro_rules! taken {
    (of $connection:literal, lease $ends:literal by $clock:expr) => {
        concat!(
            "(SELECT COUNT(*) FROM deliveries AS l WHERE l.connection = ",
            $connection,
            " AND l.",
            $ends,
            " > ",
            $clock,
            " AND l.ahead = 0)"
        )
    };
}

/// SQLite: what may be taken of a rank.
macro_rules! takeable_here {
    ($rank:literal) => {
        takeable!(of "$1", rank $rank, lease "leased_until" by "$2", lane lane!("$1", "d.lane"))
    };
}

/// SQLite: whether there is anything to take of a connection ($1), now ($2), with so many places ($3) or so many ahead ($4), of
/// which those that are not live leave some ($5).
pub const ANY: &str = concat!(
    "SELECT 1 FROM (SELECT $3 - ",
    taken!(of "$1", lease "leased_until" by "$2"),
    " AS free) AS r
     WHERE ((r.free > 0 OR $4 > 0) AND EXISTS (SELECT 1 ",
    takeable_here!("0"),
    ")) OR (r.free > $5 AND EXISTS (SELECT 1 ",
    takeable_here!("1"),
    "))"
);

/// SQLite: takes of a connection ($1), now ($2), with so many places ($3) and so many ahead ($4), for a lease ($5) until
/// ($6), at most so many ($7): live ones first, then others, which leave some places ($8); the first of each lane. Of those that
/// are due, twice as many are looked at as can be taken, for lanes in which several wait: whoever else writes waits meanwhile.
/// The connection is named by what is taken, too: SQLite would else read all of it for each.
pub const TAKE: &str = concat!(
    "WITH r AS MATERIALIZED (SELECT MAX(0, $3 - ",
    taken!(of "$1", lease "leased_until" by "$2"),
    ") AS free)
     UPDATE deliveries SET lease = $5, leased_until = $6, ahead = t.turn > t.free
     FROM (
         SELECT $1 AS of, f.call AS c, f.rank, f.free, row_number() OVER (ORDER BY f.rank, f.due_at, f.call) AS turn
         FROM (
             SELECT w.call, w.rank, w.due_at, r.free,
                 row_number() OVER (PARTITION BY w.lane ORDER BY w.rank, w.due_at, w.call) AS of_lane
             FROM (SELECT * FROM (SELECT d.call, d.rank, d.due_at, d.lane ",
    takeable_here!("0"),
    "ORDER BY d.due_at LIMIT (SELECT 2 * MIN($7, free + $4) FROM r))
                 UNION ALL SELECT * FROM (SELECT d.call, d.rank, d.due_at, d.lane ",
    takeable_here!("1"),
    "ORDER BY d.due_at LIMIT (SELECT 2 * MAX(0, MIN($7, free - $8)) FROM r))) AS w, r
         ) AS f
         WHERE f.of_lane = 1
     ) AS t
     WHERE connection = t.of AND call = t.c
       AND t.turn <= MIN($7, CASE t.rank WHEN 0 THEN t.free + $4 ELSE t.free - $8 END)
     RETURNING ",
    columns!()
);

/// PostgreSQL: what may be taken of a rank.
macro_rules! takeable_shared {
    ($rank:literal) => {
        takeable!(of "r.connection", rank $rank, lease "lease_ends" by database_clock!(), lane lane_shared!("r.connection", "d.lane"))
    };
}

/// PostgreSQL: which of the connections ($1), with so many places ($3) or so many ahead ($4) each, of which those that are not
/// live leave some ($5), have anything to take now ($2): their place in the list, from 1 on.
pub const ANY_OF_MANY: &str = concat!(
    "SELECT r.place FROM (
         SELECT w.connection, w.ahead, w.reserve, w.place, w.most - ",
    taken!(of "w.connection", lease "lease_ends" by database_clock!()),
    " AS free
         FROM unnest($1::text[], $3::bigint[], $4::bigint[], $5::bigint[])
             WITH ORDINALITY AS w (connection, most, ahead, reserve, place) OFFSET 0
     ) AS r
     WHERE ((r.free > 0 OR r.ahead > 0) AND (SELECT 1 ",
    takeable_shared!("0"),
    "ORDER BY d.due_at LIMIT 1) IS NOT NULL) OR (r.free > r.reserve AND (SELECT 1 ",
    takeable_shared!("1"),
    "ORDER BY d.due_at LIMIT 1) IS NOT NULL) ORDER BY r.place"
);

/// PostgreSQL: what is read with a delivery that is taken: its steps, what is remembered of its lane.
macro_rules! with_it {
    () => {
        "(SELECT json_agg(json_build_array(s.name, s.status, s.content, s.held, s.marker, s.crm_id, s.deadline, s.at, s.note)
                          ORDER BY s.at, s.name)::text
          FROM steps AS s WHERE s.connection = d.connection AND s.call = d.call),
         (SELECT json_agg(json_build_array(k.what, k.crm_id))::text
          FROM remembered AS k WHERE k.connection = d.connection AND k.lane = d.lane)"
    };
}

/// PostgreSQL: takes of the connections ($1), now ($2), with so many places ($3) and so many ahead ($4) each, for a lease
/// ($5) until ($6), which ends after so many milliseconds ($7), at most so many ($8): of each connection the first that are
/// due, live ones first, then others, which leave some places ($9); of those the first of each lane, and of these in turns.
/// Where somebody else was quicker, nothing is taken. What is taken is found where it stood: by its key, PostgreSQL would also go by
/// any index of what is pending.
pub const TAKE_SHARED: &str = concat!(
    "WITH room AS MATERIALIZED (
         SELECT w.connection, w.ahead, w.reserve, w.place, GREATEST(0, w.most - ",
    taken!(of "w.connection", lease "lease_ends" by database_clock!()),
    ") AS free
         FROM unnest($1::text[], $3::bigint[], $4::bigint[], $9::bigint[])
             WITH ORDINALITY AS w (connection, most, ahead, reserve, place)
     ), due AS MATERIALIZED (
         SELECT r.connection, r.free + r.ahead AS most, r.free, r.place, f.*
         FROM room AS r CROSS JOIN LATERAL (SELECT d.ctid AS spot, d.call, d.lane, d.rank, d.due_at ",
    takeable_shared!("0"),
    "ORDER BY d.due_at LIMIT 2 * LEAST($8, r.free + r.ahead)) AS f
         UNION ALL
         SELECT r.connection, r.free - r.reserve, r.free, r.place, f.*
         FROM room AS r CROSS JOIN LATERAL (SELECT d.ctid AS spot, d.call, d.lane, d.rank, d.due_at ",
    takeable_shared!("1"),
    "ORDER BY d.due_at LIMIT 2 * GREATEST(0, LEAST($8, r.free - r.reserve))) AS f
     ), first AS (
         SELECT DISTINCT ON (connection, lane) * FROM due ORDER BY connection, lane, rank, due_at, call
     ), turns AS (
         SELECT *, row_number() OVER (PARTITION BY connection ORDER BY rank, due_at, call) AS turn FROM first
     ), t AS MATERIALIZED (
         SELECT spot, CASE WHEN turn > free THEN 1 ELSE 0 END AS c_ahead
         FROM turns WHERE turn <= most ORDER BY turn, place LIMIT $8
     )
     UPDATE deliveries AS d
     SET lease = $5, leased_until = $6, lease_ends = ",
    database_clock!(),
    " + $7, ahead = t.c_ahead
     FROM t
     WHERE d.ctid = t.spot AND d.status = 'pending'
       AND (d.lease_ends IS NULL OR d.lease_ends <= ",
    database_clock!(),
    ")
     RETURNING ",
    columns!(),
    ", ",
    with_it!()
);

/// PostgreSQL: what a lease ($2) of the connections ($1) holds.
pub const TAKEN: &str = concat!(
    "SELECT ",
    columns!(),
    ", ",
    with_it!(),
    " FROM deliveries AS d WHERE d.connection = ANY($1::text[]) AND d.lease = $2 AND d.lease_ends IS NOT NULL"
);
