//! What may be taken, and the taking of it.

/// The database's clock, as [`millis`] writes it: when the transaction began.
macro_rules! database_clock {
    () => {
        "(extract(epoch FROM now()) * 1000)::bigint"
    };
}

/// What may be taken of a connection now ($2) with so many in progress at most: due, its lane free. A lane is not free
/// while another delivery of it is in progress, or may have made something that is not known yet; of two such, the first
/// goes first.
macro_rules! takeable {
    (of $connection:literal, at_most $most:literal, lease $ends:literal by $clock:expr) => {
        concat!(
            "FROM deliveries AS d
             WHERE d.connection = ",
            $connection,
            " AND d.status = 'pending' AND d.due_at <= $2
               AND (d.",
            $ends,
            " IS NULL OR d.",
            $ends,
            " <= ",
            $clock,
            ")
               AND (SELECT COUNT(*) FROM deliveries AS l
                    WHERE l.connection = ",
            $connection,
            " AND l.",
            $ends,
            " > ",
            $clock,
            ") < ",
            $most,
            "
               AND NOT EXISTS (SELECT 1 FROM deliveries AS o
                   WHERE o.connection = ",
            $connection,
            " AND o.lane = d.lane AND o.status = 'pending' AND o.call <> d.call
                     AND (o.",
            $ends,
            " > ",
            $clock,
            " OR (o.uncertain = 1 AND (d.uncertain = 0 OR o.call < d.call))))
             ORDER BY d.due_at LIMIT 1"
        )
    };
}

/// SQLite: whether there is anything to take of a connection ($1), now ($2), with so many in progress at most ($3).
pub const ANY: &str = concat!("SELECT 1 ", takeable!(of "$1", at_most "$3", lease "leased_until" by "$2"));

/// SQLite: takes it, for a lease ($4) until ($5).
pub const TAKE: &str = concat!(
    "UPDATE deliveries SET lease = $4, leased_until = $5 WHERE (connection, call) = (SELECT d.connection, d.call ",
    takeable!(of "$1", at_most "$3", lease "leased_until" by "$2"),
    ") RETURNING ",
    columns!()
);

/// PostgreSQL: which of the connections ($1), each with its limit ($3), have anything to take now ($2).
pub const ANY_OF_MANY: &str = concat!(
    "SELECT w.connection, w.most FROM unnest($1::text[], $3::bigint[]) WITH ORDINALITY AS w (connection, most, place)
     WHERE EXISTS (SELECT 1 ",
    takeable!(of "w.connection", at_most "w.most", lease "lease_ends" by database_clock!()),
    ") ORDER BY w.place"
);

/// PostgreSQL: takes of a connection ($1), now ($2), with so many in progress at most ($3), for a lease ($4) until ($5),
/// which ends after so many milliseconds ($6).
pub const TAKE_SHARED: &str = concat!(
    "UPDATE deliveries SET lease = $4, leased_until = $5, lease_ends = ",
    database_clock!(),
    " + $6 WHERE (connection, call) = (SELECT d.connection, d.call ",
    takeable!(of "$1", at_most "$3", lease "lease_ends" by database_clock!()),
    " FOR UPDATE OF d SKIP LOCKED) RETURNING ",
    columns!()
);

/// PostgreSQL: what a lease ($2) of a connection ($1) holds.
pub const TAKEN: &str =
    concat!("SELECT ", columns!(), " FROM deliveries WHERE connection = $1 AND lease = $2 AND lease_ends IS NOT NULL");
