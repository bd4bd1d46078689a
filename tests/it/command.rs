//! The command, as a person or a script uses it against a running line.

use simulators::faults::Failure;

use crate::harness::{CrmSetup, PASSWORD, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn u5_a_person_can_follow_a_call_from_the_hook_to_the_record() {
    let site = Site::start(CrmSetup::default()).await;
    let text = |arguments: &[&str]| {
        let output = site.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    text(&["simulate", "uis", "answered", "--to", &site.hook(), "--call-id", "77", "--speed", "1000"]);
    site.delivered("77", 3).await;
    assert!(text(&["calls", "list"]).contains("acme-uis/77"));
    let shown = text(&["calls", "show", "acme-uis/77"]);
    for word in ["RINGING", "HANGUP", "acme-rbs", "talked last"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(text(&["deliveries", "list"]).contains("done"));
    assert!(text(&["deliveries", "show", "acme-rbs/acme-uis/77"]).contains("contact"));
    assert!(text(&["connections", "list"]).contains("active"));
    assert!(text(&["connections", "check", "acme-rbs"]).contains("connected"));
    assert!(text(&["sources", "show", "acme-uis"]).contains(&site.hook()));
    assert!(text(&["sources", "templates", "acme-uis"]).contains("{{contact_phone_number}}"));
    let json: serde_json::Value = serde_json::from_str(&text(&["calls", "list", "-o", "json"])).unwrap();
    assert!(json.to_string().contains("acme-uis/77"));
    assert!(text(&["healthcheck", &site.process.url()]).len() < 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_say_what_to_do_and_have_their_status() {
    let site = Site::start(CrmSetup::default()).await;
    for (arguments, status) in [
        (&["calls", "show", "acme-uis/none"][..], 4),
        (&["connections", "check", "nobody"], 4),
        (&["healthcheck", "http://127.0.0.1:1"], 6),
        (&["no-such-command"], 2),
        (&["--config", "/does/not/exist.toml", "config", "print"], 78),
    ] {
        let output = site.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty() && !said.is_empty());
    }
    let anonymous = site.http.get(format!("{}/api/v1/calls", site.process.url())).send().await.unwrap();
    assert_eq!(anonymous.status().as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_can_be_applied_again_and_holds_no_password() {
    let site = Site::start(CrmSetup::default()).await;
    let exported = site.run(&["accounts", "export"]);
    let text = String::from_utf8(exported.stdout).unwrap();
    assert!(text.contains("acme-rbs") && !text.contains("very-secret-password"), "{text}");
    let file = site.dir.path().join("again.toml");
    std::fs::write(&file, text).unwrap();
    let again = site.run(&["accounts", "apply", "-f", file.to_str().unwrap()]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_accounts_files_can_be_applied() {
    let site = Site::start(CrmSetup::default()).await;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/accounts.example.toml");
    // Every setting that it only mentions is a setting too.
    let all = std::fs::read_to_string(example).unwrap();
    let all: Vec<&str> =
        all.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line)).collect();
    let file = site.dir.path().join("all.toml");
    std::fs::write(&file, all.join("\n").replace("\"acme", "\"other").replace("One company", "# One company")).unwrap();
    let applied = site.run(&["accounts", "apply", "-f", file.to_str().unwrap()]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));

    let every_kind = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/accounts.all.toml")).unwrap();
    // The vendors themselves are not asked.
    let every_kind =
        every_kind.replace("[account.source.credentials]", "backfill_every = \"0\"\n[account.source.credentials]");
    std::fs::write(&file, every_kind.replace("\"acme", "\"every")).unwrap();
    let applied = site.run(&["accounts", "apply", "-f", file.to_str().unwrap()]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let list = site.api("connections").await;
    let kinds = list["connections"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap());
    assert_eq!(kinds.collect::<std::collections::BTreeSet<_>>().len(), 5, "{list}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_explained_with_what_each_word_changed_and_the_requests_of_every_try() {
    let site = Site::start(CrmSetup::default()).await;
    // Whose account it is, is asked first.
    site.say("77", "MISSED", None, None).await;
    site.delivered("77", 1).await;
    // The first try is turned away; the same word comes twice, and a correction after all is done.
    site.crm.faults().fail_next(1, Failure::new(503));
    site.say("78", "MISSED", None, None).await;
    site.say("78", "MISSED", None, None).await;
    site.delivered("78", 1).await;
    site.say("78", "ANSWERED", Some("101"), None).await;
    site.delivered("78", 2).await;

    let text = |arguments: &[&str]| {
        let output = site.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let table = text(&["calls", "show", "acme-uis/78"]);
    for part in [
        "revision 1: ",
        "state: ended",
        "outcome: missed",
        "said before: changed nothing",
        "revision 2: ",
        "outcome: missed -> answered",
        "DID NOT FIT TOGETHER",
        "\"call_state\":\"MISSED\"",
        "POST /api/xml/ -> 503 in ",
        "POST /api/xml/ -> 200 in ",
        "; responsible: 101 talked last",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let call: serde_json::Value = serde_json::from_str(&text(&["calls", "show", "acme-uis/78", "-o", "json"])).unwrap();
    let repeated: Vec<_> = call["events"][0]["receipts"].as_array().unwrap().iter().map(|it| &it["repeated"]).collect();
    assert_eq!(repeated, [false, true], "{call:#}");
    let changed = call["events"][1]["changed"].as_array().unwrap();
    let outcome = changed.iter().find(|one| one["field"] == "outcome").unwrap();
    assert_eq!((&outcome["before"], &outcome["after"]), (&"missed".into(), &"answered".into()));
    let delivery = &call["deliveries"][0];
    let requests: Vec<&str> =
        delivery["requests"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(requests.iter().any(|line| line.contains("-> 503")) && requests.is_sorted(), "{requests:#?}");
    assert!(!requests.concat().contains("79161112233") && !requests.concat().contains(PASSWORD), "{requests:#?}");
    let shown = text(&["deliveries", "show", "acme-rbs/acme-uis/78"]);
    assert!(requests.iter().all(|line| shown.contains(line)), "{shown}");
}
