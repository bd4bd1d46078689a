//! The journal's statements.

use schemas::{Call, SourceId};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::codec::millis;
use crate::store::CallFilter;

/// Keeps the calls that the clause gives, unless a higher revision is kept.
macro_rules! keep {
    (head) => {
        "INSERT INTO calls (id, source, session, use_number, revision, started_at, client, value) "
    };
    (tail) => {
        " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, started_at = excluded.started_at,
              client = excluded.client, value = excluded.value
          WHERE excluded.revision >= calls.revision"
    };
    ($rows:literal) => {
        concat!(keep!(head), $rows, keep!(tail))
    };
}

/// SQLite: what goes before and after the rows of many calls.
pub const KEEP_ROWS: (&str, &str) = (keep!(head), keep!(tail));

/// Many calls, each once: PostgreSQL takes arrays.
pub const KEEP_MANY: &str = keep!(
    "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
         $8::bytea[])"
);

/// By its id.
pub const CALL: &str = "SELECT value FROM calls WHERE id = $1";

/// SQLite: what goes before and after the keys (place, source, session); the newest of each that has one, with its place.
pub const NEWEST_OF_ROWS: (&str, &str) = (
    "WITH k (place, source, session) AS (",
    ") SELECT k.place, c.value FROM k JOIN calls AS c ON c.id =
           (SELECT id FROM calls WHERE source = k.source AND session = k.session ORDER BY use_number DESC LIMIT 1)",
);

/// PostgreSQL: the newest of each key that has one, with its place among the keys, from 1 on.
pub const NEWEST_OF_MANY: &str = "SELECT k.place, c.value
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (source, session, place),
         LATERAL (SELECT value FROM calls WHERE source = k.source AND session = k.session
                  ORDER BY use_number DESC LIMIT 1) AS c";

/// What a call is searched by: E.164, or what was said where that is no number.
pub fn client(call: &Call) -> &str {
    call.client.as_ref().map_or("", |phone| phone.e164.as_deref().unwrap_or(&phone.said))
}

/// So many sources at most are each read by themselves; of more all that is in the time is read and sorted.
const SOURCES: usize = 50;

/// A page of calls. Of each source its own page is read, in the order of an index, and of these the first: what is read does not grow
/// with the journal.
pub fn list<DB>(filter: &CallFilter) -> QueryBuilder<DB>
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    let order = if filter.oldest_first { "ASC" } else { "DESC" };
    let end = format!(" ORDER BY started_at {order}, id {order} LIMIT ");
    let each: Vec<&[SourceId]> = match filter.sources.as_slice() {
        few if (1..=SOURCES).contains(&few.len()) => few.chunks(1).collect(),
        all => vec![all],
    };
    let mut query = QueryBuilder::new("SELECT value FROM (");
    for (nth, sources) in each.into_iter().enumerate() {
        query.push(if nth > 0 { " UNION ALL " } else { "" });
        query.push("SELECT * FROM (SELECT value, started_at, id FROM calls WHERE 1 = 1");
        conditions(&mut query, filter, sources);
        query.push(&end).push_bind(i64::from(filter.limit)).push(") AS one");
    }
    query.push(") AS page").push(&end).push_bind(i64::from(filter.limit));
    query
}

fn conditions<DB>(query: &mut QueryBuilder<DB>, filter: &CallFilter, sources: &[SourceId])
where
    DB: Database,
    for<'q> String: Encode<'q, DB> + Type<DB>,
    for<'q> i64: Encode<'q, DB> + Type<DB>,
{
    if !sources.is_empty() {
        let mut among = query.push(" AND source IN (").separated(", ");
        for source in sources {
            among.push_bind(source.to_string());
        }
        query.push(")");
    }
    if let Some(client) = &filter.client {
        query.push(" AND client = ").push_bind(client.clone());
    }
    // Where the page before ended, this one begins: an index is read from there, and not from the beginning of the time.
    let after = filter.after.as_ref().map(|(at, _)| millis(*at));
    let since = filter.since.map(millis).max(after.filter(|_| filter.oldest_first));
    let until = [filter.until.map(millis), after.filter(|_| !filter.oldest_first).map(|at| at + 1)];
    if let Some(since) = since {
        query.push(" AND started_at >= ").push_bind(since);
    }
    if let Some(until) = until.into_iter().flatten().min() {
        query.push(" AND started_at < ").push_bind(until);
    }
    if let Some((at, id)) = &filter.after {
        let follows = if filter.oldest_first { ">" } else { "<" };
        query.push(format!(" AND (started_at, id) {follows} ("));
        query.push_bind(millis(*at)).push(", ").push_bind(id.to_string()).push(")");
    }
}
