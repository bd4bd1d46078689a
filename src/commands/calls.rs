//! `ringfold calls`: the journal, and one call explained.

mod show;

use clap::{Args, Subcommand};
use console::wire;
use schemas::{SourceId, Timestamp};

use crate::cli::Globals;
use crate::client::{Client, Target};
use crate::exit::Exit;
use crate::output::{self, Column, Show};
use crate::times;

const EXAMPLES: &str = "\
Examples:
  ringfold calls list --since yesterday
  ringfold calls show acme-uis/123456789";
const LIST_EXAMPLES: &str = "\
Examples:
  ringfold calls list --client \"+79161112233\"
  ringfold calls list --since 2d --limit 100000 -o csv > calls.csv";
const SHOW_EXAMPLES: &str = "\
Examples:
  ringfold calls show acme-uis/123456789
  ringfold calls show acme-uis/123456789 -o json | jq .deliveries
  ringfold calls show acme-uis/123456789 -o json | jq -r '.deliveries[].requests[]'";

/// Keeps one command from reading a journal of years into memory.
const LIMIT_MAX: u32 = 100_000;

const COLUMNS: &[Column] = &[
    Column::new("STARTED", "/started_at", Show::Time),
    Column::new("ID", "/id", Show::Whole),
    Column::wide("/account"),
    Column::wide("/source"),
    Column::wide("/revision"),
    Column::new("DIRECTION", "/direction", Show::Text),
    Column::new("STATE", "/state", Show::Word),
    Column::new("OUTCOME", "/outcome", Show::Word),
    Column::wide("/presumed"),
    Column::new("CLIENT", "/client_name", Show::Text),
    Column::wide("/client/said"),
    Column::wide("/client/e164"),
    Column::wide("/line/said"),
    Column::wide("/line/e164"),
    Column::new("EMPLOYEE", "/employee", Show::Text),
    Column::wide("/answered_at"),
    Column::wide("/ended_at"),
    Column::new("TALK S", "/talk_seconds", Show::Number),
    Column::new("WAIT S", "/wait_seconds", Show::Number),
    Column::wide("/recordings"),
    Column::wide("/anomalies"),
];

/// What `calls` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CallsArgs {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: CallsCommand,
}

#[derive(Debug, Subcommand)]
enum CallsCommand {
    /// List calls, the last begun first
    #[command(after_help = LIST_EXAMPLES)]
    List(ListArgs),
    /// Explain one: what was said, word for word, what each word changed, what each CRM got of it and by which rule, and the
    /// last requests to it with their answers (secrets hidden, numbers cut)
    #[command(after_help = SHOW_EXAMPLES)]
    Show {
        /// Its id: SOURCE/SESSION
        id: String,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only of this source
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only of this client: the number in any spelling
    #[arg(long, value_name = "NUMBER")]
    client: Option<String>,
    /// Only begun since then: 2d, yesterday, 2026-11-19T08:00 (UTC)
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    since: Option<Timestamp>,
    /// Only begun before then
    #[arg(long, value_name = "TIME", value_parser = times::moment)]
    until: Option<Timestamp>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = wire::DEFAULT_LIMIT,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(LIMIT_MAX)))]
    limit: u32,
}

/// Runs it.
pub async fn run(args: CallsArgs, globals: &Globals) -> Result<(), Exit> {
    let client = Client::find(&args.target)?;
    match args.command {
        CallsCommand::List(list) => {
            let (calls, more) = pages(&client, list).await?;
            output::rows(globals.output, COLUMNS, &calls)?;
            output::note(calls.len(), "calls", more);
            Ok(())
        }
        CallsCommand::Show { id } => {
            let view: wire::CallView = client.get(&["calls", &id], &()).await?;
            output::one(globals.output, show::COLUMNS, &view, show::more)
        }
    }
}

/// Page after page, until there are as many as were asked for; says whether there are more.
async fn pages(client: &Client, list: ListArgs) -> Result<(Vec<wire::CallRow>, bool), Exit> {
    let ListArgs { source, client: number, since, until, limit } = list;
    let mut query = wire::CallQuery { source, client: number, since, until, before: None, limit: None };
    let mut calls: Vec<wire::CallRow> = Vec::new();
    loop {
        let left = limit.saturating_sub(u32::try_from(calls.len()).unwrap_or(u32::MAX));
        query.limit = Some(left.min(wire::MAX_LIMIT));
        let page: wire::CallsPage = client.get(&["calls"], &query).await?;
        let empty = page.calls.is_empty();
        calls.extend(page.calls);
        query.before = page.next;
        if empty || query.before.is_none() || calls.len() >= limit as usize {
            return Ok((calls, query.before.is_some() && !empty));
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use axum::extract::Query;
    use serde_json::{Value, json};

    use super::*;

    /// A journal of 2,500 calls.
    async fn journal(Query(query): Query<wire::CallQuery>) -> Json<Value> {
        let from: u32 = query.before.map_or(0, |before| before.parse().unwrap());
        let to = (from + query.limit.unwrap().min(wire::MAX_LIMIT)).min(2_500);
        let call = |n| {
            json!({"id": format!("acme-uis/{n}"), "account": "acme", "source": "acme-uis", "revision": 1,
                "direction": "incoming", "state": "ended", "started_at": "2026-11-28T07:40:11Z"})
        };
        let next = (to < 2_500).then(|| to.to_string());
        Json(json!({"calls": (from..to).map(call).collect::<Vec<_>>(), "next": next}))
    }

    #[tokio::test]
    async fn as_many_pages_are_read_as_were_asked_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::of(format!("http://{}", listener.local_addr().unwrap()).parse().unwrap());
        let router = axum::Router::new().route("/api/v1/calls", axum::routing::get(journal));
        tokio::spawn(async move { axum::serve(listener, router).await });
        for (limit, expected, more) in [(1, 1, true), (1_000, 1_000, true), (2_400, 2_400, true), (9_999, 2_500, false)]
        {
            let list = ListArgs { source: None, client: None, since: None, until: None, limit };
            let (calls, left) = pages(&client, list).await.unwrap();
            assert_eq!((calls.len(), left), (expected, more), "{limit}");
            assert_eq!(calls.last().unwrap().id.as_str(), format!("acme-uis/{}", expected - 1));
        }
    }
}
