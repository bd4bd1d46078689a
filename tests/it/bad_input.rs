//! Bad input of every kind: each gets a clear answer, and nothing that was taken is lost by it.

use std::process::Command;

use crate::harness::{CrmSetup, Process, Site, eventually, template};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a11_readable_oddities_are_read() {
    let site = Site::start(CrmSetup::default()).await;
    let bodies = [
        "{\"from_number\":79161112233,\"diversion\":74951112233,\"direction\":in,\"call_id\":1,\"user_extension\":,\"call_state\":\"MISSED\"}",
        "{\r\n  \"from_number\": \"79161112233\",\r\n \"call_id\": \"2\", \"user_extension\": null, \"more\": {\"a\": [1]}, \"call_state\": MISSED\r\n}",
        "\u{feff}{\"call_state\":\"missed\",\"call_id\":3,\"from_number\":\"+7 916 111-22-33\",\"user_extension\":\"\"}",
    ];
    for body in bodies {
        let (status, answer) = site.post(body).await;
        assert_eq!(status, 200, "{body}: {answer}");
    }
    for call in ["1", "2", "3"] {
        site.delivered(call, 1).await;
    }
    assert_eq!(site.api("calls?client=8%20(916)%20111-22-33").await["calls"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a11_what_cannot_be_read_is_answered_422_and_kept_with_its_reason() {
    let site = Site::start(CrmSetup::default()).await;
    let bodies: [&[u8]; 5] = [
        b"",
        b"not json at all",
        b"{\"call_state\":\"RINGING\"}",
        b"{\"call_id\":1,\"call_state\":\"SINGING\"}",
        b"\xff\xfe\x00",
    ];
    for body in bodies {
        let (status, answer) = site.post(body.to_vec()).await;
        let problem: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((status, problem["status"].as_u64()), (422, Some(422)), "{answer}");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    let rejected = site.api("rejected").await;
    let rejected = rejected["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 5);
    assert!(rejected.iter().any(|row| row["reason"].as_str().unwrap().contains("call_state")));
    assert!(rejected.iter().any(|row| row["body"]["hex"] == "fffe00"), "raw bytes are kept");
    let listed = site.run(&["rejected", "list", "-o", "ndjson"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a11_a_body_of_ten_megabytes_is_refused() {
    let site = Site::start(CrmSetup::default()).await;
    let (status, _) = site.post(vec![b' '; 65 * 1024]).await;
    assert_eq!(status, 413);
    // The answer may come before all was sent: then the sender sees the connection close instead.
    let huge = site.http.post(site.hook()).body(vec![b' '; 10 << 20]).send().await;
    assert!(huge.map_or(true, |answer| answer.status().as_u16() == 413));
    assert!(site.api("rejected").await["rejected"].as_array().unwrap().is_empty(), "it is not kept");
    site.say("1", "MISSED", None, None).await;
    site.delivered("1", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_answers_503_is_not_ready_and_loses_nothing_acknowledged() {
    let site = Site::prepare(CrmSetup::only("create_contact = true")).await;
    // Files may not grow beyond 1 MiB, as if the disk were full then; the signal that goes with it is ignored.
    let program = site.process.command();
    let mut limited = Command::new("bash");
    limited.args(["-c", "trap '' XFSZ; ulimit -S -f 1024; exec \"$0\" \"$@\""]).arg(program.get_program());
    limited.args(program.get_args()).stdin(std::process::Stdio::null());
    limited.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    site.process.spawn(limited).await;
    let mut acknowledged = Vec::new();
    let mut full = false;
    for n in 0..5000 {
        let mut body = template(&n.to_string(), "79161112233", "RINGING", Some("101"), None);
        body.insert_str(1, &format!("\"padding\":\"{}\",", "x".repeat(1500)));
        match site.post(body).await {
            (200, _) => acknowledged.push(format!("acme-uis/{n}")),
            (503, answer) => {
                assert!(answer.contains("\"status\":503"), "{answer}");
                full = true;
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(full && !acknowledged.is_empty(), "{} acknowledged", acknowledged.len());
    let big = format!("{}{}", template("9998", "79161112233", "RINGING", Some("101"), None), " ".repeat(60_000));
    let ready = async || reqwest::get(format!("{}/readyz", site.process.url())).await.unwrap().status().as_u16();
    eventually("the process to be not ready", async || {
        (site.post(big.clone()).await.0 == 503 && ready().await == 503).then_some(())
    })
    .await;
    // With room again it finds out by itself, for nobody sends it anything meanwhile.
    let pid = site.process.pid().to_string();
    assert!(Command::new("prlimit").args(["--fsize=unlimited", "--pid", &pid]).status().unwrap().success());
    eventually("the process to be ready again", async || (ready().await == 200).then_some(())).await;
    assert_eq!(site.post(big).await.0, 200);
    site.process.kill();
    site.process.start().await;
    eventually("every acknowledged call", async || {
        let mut ids = Vec::new();
        let mut path = "calls?limit=1000".to_owned();
        loop {
            let page = site.api(&path).await;
            ids.extend(page["calls"].as_array()?.iter().map(|call| call["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("calls?limit=1000&before={}", next.replace('/', "%2F"));
        }
        acknowledged.iter().all(|id| ids.contains(id)).then_some(())
    })
    .await;
    site.say("9999", "MISSED", None, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_directory_in_use_is_refused() {
    let site = Site::start(CrmSetup::default()).await;
    let mut second = Process::new(site.dir.path()).command();
    let output = second.stderr(std::process::Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("in use by another process"), "{said}");
    site.say("1", "MISSED", None, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_accounts_file_is_refused_whole_with_line_and_key() {
    let site = Site::start(CrmSetup::default()).await;
    let file = site.dir.path().join("accounts.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let wrong = good.replace("search_lag", "serach_lag").replace("region = \"RU\"", "region = \"RUS\"");
    let line = |text: &str| wrong.lines().position(|line| line.contains(text)).unwrap() + 1;
    let other = site.dir.path().join("wrong.toml");
    std::fs::write(&other, format!("{wrong}\n[[account]]\nid = \"fine\"\nname = \"Fine\"\n")).unwrap();
    let refused = site.run(&["accounts", "apply", "-f", other.to_str().unwrap()]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(78), "{said}");
    for expected in
        [&format!("wrong.toml:{}", line("serach_lag")), &format!("wrong.toml:{}", line("RUS")), "search_lag"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let exported = String::from_utf8(site.run(&["accounts", "export"]).stdout).unwrap();
    assert!(!exported.contains("fine"), "nothing of it was applied");

    std::fs::write(&file, wrong).unwrap();
    let data = tempfile::tempdir().unwrap();
    let mut up = Process::new(site.dir.path()).command_on(data.path());
    let output = up.stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(78), "{}", String::from_utf8_lossy(&output.stderr));
}
