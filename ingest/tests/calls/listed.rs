//! The rows of simulated calls in the PBX's own list, read and folded: alone they tell what happened, and beside webhooks they
//! change nothing of it.

use backbone::sealed::Secret;
use backbone::store::{Credentials, SourceEntry};
use ingest::sources;
use processor::fold::fold_all;
use schemas::{Event, Origin, Source, Timestamp, Verbatim};
use serde_json::{Map, Value, json};
use simulators::ringostat::{Generator, GeneratorOptions, Kind};
use uuid::Uuid;

use crate::told::{compare, events, source};

fn listed(source: &Source, row: &[(&str, String)]) -> Event {
    let row: Map<String, Value> = row.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let list = sources::pbx(&source.kind).unwrap().lists()[0];
    let entry = SourceEntry { source: source.clone(), secret: Secret::new("hook"), credentials: Credentials::new() };
    let answer = list.listed(&entry, 200, &json!([row]).to_string(), 0).unwrap();
    let row = answer.rows.into_iter().next().unwrap();
    Event {
        id: row.reading.event_id(&source.id),
        receipt: Uuid::now_v7(),
        account: source.account.clone(),
        source: source.id.clone(),
        session: row.reading.session.into(),
        received_at: Timestamp::from_second(1_800_009_000).unwrap(),
        origin: Origin::Backfill,
        reading: 0,
        said: row.reading.said,
        body: Verbatim::default(),
    }
}

#[test]
fn a14_a_row_alone_tells_what_happened() {
    let source = source("ringostat", ("UA", "Europe/Kyiv"), &[]);
    for kind in Kind::ALL {
        let options = GeneratorOptions { kinds: vec![kind], ..GeneratorOptions::default() };
        for mut scenario in Generator::new(21, options).take(20) {
            let call = fold_all([listed(&source, &scenario.listed)]).unwrap();
            scenario.expected.talked = scenario.expected.answered_by.clone().into_iter().collect();
            scenario.expected.extensions_rung = call.legs.iter().map(|leg| leg.who.name().to_owned()).collect();
            compare(&call, &scenario);
        }
    }
}

#[test]
fn a14_a_row_beside_the_webhooks_changes_nothing_and_contradicts_nothing() {
    let source = source("ringostat", ("UA", "Europe/Kyiv"), &[]);
    for scenario in Generator::new(22, GeneratorOptions::default()).take(400) {
        let told = events(&source, &scenario);
        let row = listed(&source, &scenario.listed);
        let alone = fold_all(told.clone()).unwrap();
        let whole = fold_all([row.clone()].into_iter().chain(told).chain([row])).unwrap();
        compare(&whole, &scenario);
        assert_eq!((whole.revision, &whole.anomalies), (alone.revision + 1, &alone.anomalies), "{scenario:?}");
    }
}
