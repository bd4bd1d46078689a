//! The command, as a person or a script uses it against a running line.

use crate::harness::{CrmSetup, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_follow_a_call_from_the_hook_to_the_record() {
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
    assert!(text(&["sources", "show", "acme-uis"]).contains("/hooks/"));
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
async fn the_example_accounts_file_can_be_applied() {
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
}
