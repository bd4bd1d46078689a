use std::time::Duration;

use super::*;
use crate::kit::http;

fn masks() -> Arc<Masks> {
    Arc::new(Masks::new(["very-secret-key"]))
}

fn request(http: &reqwest::Client, port: u16) -> reqwest::RequestBuilder {
    let url = format!("http://127.0.0.1:{port}/hooks/very-secret-key/contacts/1234567");
    http.post(url).query(&[("phone", "+7 916 111-22-33")]).bearer_auth("a.given.token").json(&serde_json::json!({
        "name": "79161112233", "note": "of a.given.token", "password": "short"
    }))
}

/// Takes one request, and answers with this body, or never.
async fn server(body: Option<&'static str>) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut taken = [0; 8192];
        let _ = stream.read(&mut taken).await.unwrap();
        match body {
            Some(body) => {
                let head = format!("HTTP/1.1 401 No\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
            None => std::future::pending().await,
        }
    });
    port
}

#[tokio::test]
async fn h3_a_request_and_its_answer_are_one_line_without_secrets_and_numbers() {
    let http = http::client(Duration::from_secs(5)).unwrap();
    let port = server(Some("{\"said\":\"very-secret-key\n of a.given.token, 380671112233\"}")).await;
    let deadline = Instant::now() + Duration::from_mins(1);
    let (reply, lines) = recorded(&masks(), http::send(request(&http, port), deadline)).await;
    assert_eq!((reply.status(), lines.len()), (401, 1));
    let (at, line) = lines[0].split_once(' ').unwrap();
    assert!(at.parse::<Timestamp>().is_ok(), "{at}");
    let (head, rest) = line.split_once(" in ").unwrap();
    assert_eq!(head, "POST /hooks/[secret]/contacts/1234567?phone=***33 -> 401");
    let (_, bodies) = rest.split_once(" ms; ").unwrap();
    let sent = r#"sent {"name":"***33","note":"of [secret]","password":"[secret]"}"#;
    assert_eq!(bodies, format!("{sent}; got {{\"said\":\"[secret] of [secret], ***33\"}}"));
}

#[tokio::test]
async fn a_request_without_an_answer_is_told_of_and_one_of_no_delivery_is_not() {
    let http = http::client(Duration::from_secs(5)).unwrap();
    let port = server(None).await;
    let soon = Instant::now() + Duration::from_millis(50);
    let ((), lines) = recorded(&masks(), async {
        http::send(request(&http, port), soon).await;
        http::send(request(&http, port), soon).await;
        http::send(request(&http, 1), Instant::now() + Duration::from_mins(1)).await;
        // Given up by whoever waits for it.
        let waits = http::send(request(&http, server(None).await), Instant::now() + Duration::from_mins(1));
        let _ = tokio::time::timeout(Duration::from_millis(50), waits).await;
    })
    .await;
    let parts =
        ["no answer: no answer in time", "not sent: there was no time left", "not sent: no connection", "given up"];
    assert_eq!(lines.len(), parts.len(), "{lines:?}");
    for (line, part) in lines.iter().zip(parts) {
        assert!(line.contains(&format!("-> {part}")), "{line}");
    }
    assert_eq!(http::send(request(&http, 1), Instant::now() + Duration::from_mins(1)).await.status(), 0);
}

#[test]
fn lines_and_their_sum_are_bounded_and_the_newest_are_kept() {
    let long = "Дзвінок ".repeat(500);
    for (sent, got) in [(long.as_str(), long.as_str()), ("", long.as_str()), (long.as_str(), "short"), ("", "")] {
        let line = line(&format!("POST /{long} -> 200 in 5 ms"), sent, got);
        assert!(line.chars().count() <= LINE_MAX, "{line}");
    }
    let line = line("POST /a -> 200 in 5 ms", &"a".repeat(400), "short");
    assert!(line.chars().count() == LINE_MAX && line.ends_with("…; got short"), "{line}");
    let lines: Vec<String> = (0..50).map(|n| format!("{n} {}", "x".repeat(290))).collect();
    let before = appended("", &lines).unwrap();
    assert!(before.len() <= BYTES_MAX && before.ends_with(&lines[49]) && before.starts_with("37 "), "{before}");
    let after = appended(&before, &["new".to_owned()]).unwrap();
    assert!(after.len() <= BYTES_MAX && after.ends_with("\nnew") && after.contains(&lines[49]));
    assert_eq!(appended(&before, &[]), None);
    let mut recorder = Recorder { masks: masks(), lines: VecDeque::new(), bytes: 0 };
    for line in &lines {
        recorder.add(line.clone());
    }
    assert_eq!(recorder.lines.back(), lines.last());
    assert!(recorder.lines.len() == 13 && recorder.bytes <= BYTES_MAX, "{}", recorder.lines.len());
}

#[test]
fn h3_a_secret_that_is_cut_is_not_shown_in_part() {
    let masks = Masks::new(["a-secret-of-forty-characters-0123456789ab"]);
    let body = format!("{}a-secret-of-forty-characters-0123456789ab", "7".repeat(15).repeat(66) + &" ".repeat(20));
    for before in 970..=1010 {
        let body = &body[990 + 20 - before.min(1010)..];
        let shown = excerpt(format!("{body}{}", "x".repeat(100)).as_bytes(), |text| masks.text(text), &masks);
        assert!(!shown.contains("a-sec"), "{before}: {shown}");
    }
}
