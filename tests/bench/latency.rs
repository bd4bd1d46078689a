//! From the webhook that ends a call to its record in the CRM, at a steady rate far below what the line can take.
//!
//! Every call is of a client the CRM does not know, so each makes a counterparty and a contact document. No call rings
//! first: pop-ups would ask the CRM too. The limit is what must happen one after another: four synced commits (the event,
//! the call, the step of each record) and as many requests to the CRM as were made for a call.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use simulators::rbs::{Change, Login, RbsCrm, RbsOptions, Table};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::disk::commits;
use crate::http::Client;
use crate::process::Server;
use crate::stats::{self, line};
use crate::webhook;

const CALLS: u32 = 200;
const FIRST: u32 = 1_000_001;
const EVERY: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(30);
const COMMITS: f64 = 4.0;
const PASSWORD: &str = "bench-password";

/// Measures and prints.
pub async fn run() -> Result<()> {
    let options = RbsOptions { logins: vec![Login::new("api", PASSWORD)], ..RbsOptions::default() };
    let crm = RbsCrm::start(options, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let user = crm.add_user("Employee 101", "101");
    let (up, _) = Server::up(&accounts(&crm.base_url(), user)).await?;
    let mut client = Client::connect(up.address).await?;
    // The first call also logs in; it is not counted.
    let mut rows = crm.on_row();
    post(&mut client, FIRST - 1).await?;
    timeout(PATIENCE, made(&mut rows)).await.context("the first call was not delivered")??;
    let before = crm.snapshot().requests;

    let listener = tokio::spawn(all_made(crm.on_row()));
    let mut sent = HashMap::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for call in FIRST..FIRST + CALLS {
        ticks.tick().await;
        sent.insert(format!("{}/{call}", webhook::SOURCE), post(&mut client, call).await?);
    }
    let made = timeout(PATIENCE, listener).await.context("some calls were not delivered")???;
    let requests = stats::float(usize::try_from(crm.snapshot().requests - before)?) / f64::from(CALLS);

    let mut micros = Vec::new();
    for (call, at) in &made {
        let posted = sent.get(call).with_context(|| format!("{call} was never sent"))?;
        micros.push(u32::try_from((*at - *posted).as_micros())?);
    }
    micros.sort_unstable();
    let commit_ms = commits(1, Duration::from_secs(2)).await?.median_ms;
    let request_ms = request_ms(&crm).await?;
    let limit = COMMITS * commit_ms + requests * request_ms;
    let (p50, p99) = (stats::percentile(&micros, 50) / 1000.0, stats::percentile(&micros, 99) / 1000.0);
    println!("latency: {CALLS} calls at 5/s, webhook of the end sent to contact document made");
    line("p50, ms", stats::number(p50));
    line("p99, ms", stats::number(p99));
    line("requests to the CRM for a call", stats::number(requests));
    line("limit: 4 commits and these requests, bare, ms", stats::number(limit));
    line("  a bare commit / request to the CRM, ms", format!("{commit_ms:.2} / {request_ms:.2}"));
    line("ratio of the p50 to it", stats::number(p50 / limit));
    Ok(())
}

fn accounts(base_url: &str, user: u64) -> String {
    webhook::accounts()
        + &format!(
            "\n[[account.connection]]\nid = \"bench-rbs\"\nkind = \"rbs-crm\"\nsources = [\"{}\"]\n\
             timezone = \"Europe/Moscow\"\nbase_url = \"{base_url}\"\n[account.connection.credentials]\nlogin = \"api\"\n\
             password = \"{PASSWORD}\"\n[account.connection.settings]\ncreate_contact = true\n\
             [[account.connection.employee]]\ncrm_user = \"{user}\"\nextension = \"101\"\n",
            webhook::SOURCE
        )
}

/// Posts what makes a call that ended; when its end was sent.
async fn post(client: &mut Client, call: u32) -> Result<Instant> {
    let mut request = Vec::new();
    let mut sent = Instant::now();
    for state in ["ANSWERED", "HANGUP"] {
        webhook::post(&mut request, call, state);
        sent = Instant::now();
        let (status, _) = client.send(&request).await?;
        ensure!(status == 200, "{state} of call {call} was answered {status}");
    }
    Ok(sent)
}

async fn all_made(mut rows: Receiver<simulators::rbs::RowChange>) -> Result<HashMap<String, Instant>> {
    let mut made_at = HashMap::new();
    while made_at.len() < usize::try_from(CALLS)? {
        let call = made(&mut rows).await?;
        made_at.entry(call).or_insert_with(Instant::now);
    }
    Ok(made_at)
}

/// The call of the next contact document that is made.
async fn made(rows: &mut Receiver<simulators::rbs::RowChange>) -> Result<String, RecvError> {
    loop {
        let change = rows.recv().await?;
        if change.change == Change::Added && change.row.table == Table::ContactDocuments {
            return Ok(change.row.get("external_id").to_owned());
        }
    }
}

/// The median request to the CRM on a kept connection: a log-in, which is about as much work as any other.
async fn request_ms(crm: &RbsCrm) -> Result<f64> {
    let xml = format!(
        "<?xml version='1.0' encoding='utf8' ?><request><action type='auth' uid='a'><login>api</login>\
         <password>{PASSWORD}</password></action></request>"
    );
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let url = format!("{}/api/xml/", crm.base_url());
    let mut micros = Vec::new();
    for _ in 0..CALLS {
        let sent = Instant::now();
        http.post(&url).form(&[("xml", &xml)]).send().await?.error_for_status()?.bytes().await?;
        micros.push(u32::try_from(sent.elapsed().as_micros())?);
    }
    micros.sort_unstable();
    Ok(stats::percentile(&micros, 50) / 1000.0)
}
