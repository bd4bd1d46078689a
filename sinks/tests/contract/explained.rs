//! What is kept of how a record came to be: requests and answers, rules, links.

use backbone::ledger::Status;
use simulators::faults::Failure as Failed;

use crate::calls::{Went, call};
use crate::far::Far;
use crate::site::Site;

pub async fn h3_requests_and_answers_are_kept_without_a_secret_or_a_whole_number(far: impl AsyncFn() -> Box<dyn Far>) {
    let site = Site::start(&far).await;
    // A log-in is no delivery's own request, and kept of none.
    site.deliver(&[&call("0", "380672220009", Went::AnsweredIn)]).await;
    site.far.faults().fail_next(1, Failed::new(503));
    let (told, after) = (call("1", "380672220001", Went::MissedIn), call("2", "380672220002", Went::AnsweredIn));
    site.deliver(&[&told]).await;
    let (retried, _) = site.delivery(&told.call()).await.unwrap();
    assert!(retried.trace.contains("-> 503 in ") && retried.trace.contains("-> 20"), "{}", retried.trace);
    // A correction, which leaves the tries before in sight, and a refusal.
    site.deliver(&[&told.clone().corrected(Went::AnsweredIn)]).await;
    site.far.demand_field(true);
    site.tell(&[&after]).await;
    let dead = site.until(&after, Status::Dead).await;
    let (first, _) = site.delivery(&told.call()).await.unwrap();
    let newest = retried.trace.lines().last().unwrap();
    assert!(first.trace.contains(newest) && first.trace.lines().last() != Some(newest), "{}", first.trace);
    let traces = [first.trace.as_str(), dead.trace.as_str()];
    for trace in traces {
        assert!(trace.len() <= 4096 && trace.lines().count() >= 2, "{trace}");
        for line in trace.lines() {
            assert!(line.chars().count() <= 300 && line.contains(" -> "), "{line}");
        }
        for number in ["380672220001", "380672220002", "672220001", "80672220", "380441112233", "441112233", "67*222"] {
            assert!(!trace.contains(number), "{number}: {trace}");
        }
        for secret in site.far.secrets() {
            assert!(!trace.contains(&secret), "{secret}: {trace}");
        }
        let credentials = site.entry.credentials.values().map(|credential| credential.value.expose());
        for credential in credentials.filter(|value| value.len() >= 4) {
            assert!(!trace.contains(credential), "{credential}: {trace}");
        }
    }
}

pub async fn a7_each_record_with_a_responsible_says_which_rule_chose_it(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    /// What the CRMs call it.
    const NAMES: [&str; 8] =
        ["responsible", "responsible_id", "manager", "managerId", "owner", "ownerId", "assigneeId", "employees"];
    let site = Site::start(far).await;
    let missed = call("1", "380672220001", Went::MissedIn);
    let later = missed.clone().corrected(Went::AnsweredIn);
    let unmapped = call("2", "380672220002", Went::AnsweredIn).by(&["999"]);
    let mut seen = 0;
    for told in [&missed, &later, &unmapped] {
        site.deliver(&[told]).await;
        let (_, steps) = site.delivery(&told.call()).await.unwrap();
        for step in steps {
            let fields = step.content["fields"].as_object().unwrap();
            // RBS CRM calls an entry's deal its owner.
            let given = NAMES.iter().any(|name| fields.get(*name).is_some_and(|value| !value.is_null()));
            let given = given && !step.name.starts_with("history");
            seen += usize::from(given);
            assert!(!given || step.note.contains("; responsible: "), "{step:#?}");
        }
    }
    assert!(seen > 0);
}

pub async fn a_record_is_linked_where_the_crm_says_where_it_is(far: impl AsyncFnOnce() -> Box<dyn Far>) {
    let site = Site::start(far).await;
    let told = call("1", "380672220001", Went::AnsweredIn);
    site.deliver(&[&told]).await;
    // What is changed later stays linked.
    site.deliver(&[&told.clone().recorded("https://records.test/late-1.mp3")]).await;
    let (_, steps) = site.delivery(&told.call()).await.unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        let (link, id) = (step.held["link"].as_str(), step.crm_id.unwrap());
        let fits = link.is_none_or(|link| link.starts_with("https://") && link.ends_with(&format!("/{id}")));
        assert!(fits && link.is_some() == site.far.links_records(), "{}: {link:?}", step.name);
    }
}
