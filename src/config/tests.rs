//! Layers over one another, and what each refuses.

mod deploy;
mod servers;

use super::*;
use crate::exit::Status;

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn load(text: &str, pairs: &[(&str, &str)], flags: Flags) -> Result<Config, Exit> {
    let file = tempfile::Builder::new().prefix("ringfold").suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Config::load(Some(file.path()), environment(pairs), flags)
}

fn refused(text: &str, pairs: &[(&str, &str)]) -> String {
    let Err(exit) = load(text, pairs, Flags::default()) else { panic!("{text} {pairs:?} was taken") };
    assert_eq!(exit.status, Status::Configuration);
    exit.message
}

fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
}

#[test]
fn defaults() {
    let config = Config::load(None, environment(&[("PATH", "/bin")]), Flags::default()).unwrap_or_else(|_| panic!());
    assert_eq!(config.data_dir, Path::new("./ringfold-data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url(config.listen), "http://127.0.0.1:8080");
    assert!(config.secret_key.is_none());
    assert!(config.rows().iter().all(|row| row.from == "default"));
    assert_eq!(config.rows().len(), 16);
    assert!(matches!(config.backbone, Backbone::Embedded));
}

#[test]
fn a_stronger_layer_wins_and_is_named() {
    let text = "listen = \"127.0.0.1:1\"\ndata_dir = \"/file\"\npublic_url = \"https://calls.example/\"\n\
                [backbone]\nlog = \"embedded\"\n";
    let pairs = [("RINGFOLD_LISTEN", "127.0.0.1:2"), ("RINGFOLD_DATA_DIR", "/variable"), ("RINGFOLD_TOKEN", "x")];
    let flags = Flags { data_dir: Some("/flag".into()), listen: None };
    let config = load(text, &pairs, flags).unwrap_or_else(|exit| panic!("{exit:?}"));
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.data_dir, Path::new("/flag"));
    assert_eq!(config.public_url(config.listen), "https://calls.example");
    let from = |key| config.rows().iter().find(|row| row.key == key).map(|row| row.from.clone()).unwrap();
    assert!(from("backbone.log").contains("ringfold"));
    assert_eq!(from("backbone.queue"), "default");
    assert_eq!(from("data_dir"), "command line");
    assert_eq!(from("listen"), "RINGFOLD_LISTEN");
}

#[test]
fn unknown_keys_are_refused_with_their_place_and_what_is_allowed() {
    says(&refused("\nlisten = \"127.0.0.1:1\"\nlisen = 1\n", &[]), &[".toml:3: ", "lisen", "`listen`", "`data_dir`"]);
    says(&refused("[backbone]\nlgo = \"embedded\"\n", &[]), &[".toml:2: backbone.lgo", "`log`", "`queue`", "`store`"]);
    says(&refused("", &[("RINGFOLD_LISEN", "x")]), &["RINGFOLD_LISEN: ", "`listen`"]);
    says(&refused("", &[("RINGFOLD_BACKBONE__LGO", "x")]), &["RINGFOLD_BACKBONE__LGO: ", "`log`"]);
    says(&refused("", &[("RINGFOLD_BACKBONE", "x")]), &["RINGFOLD_BACKBONE: "]);
    says(&refused("", &[("RINGFOLD_BACKBONE__KAFKA", "x")]), &["RINGFOLD_BACKBONE__KAFKA: "]);
    says(&refused("listen = \n", &[]), &[".toml:1: "]);
}

#[test]
fn wrong_values_are_refused_with_what_is_allowed() {
    says(&refused("listen = \"localhost\"", &[]), &[".toml:1: listen: ", "127.0.0.1:8080"]);
    says(&refused("", &[("RINGFOLD_LISTEN", "8080")]), &["RINGFOLD_LISTEN: ", "127.0.0.1:8080"]);
    for url in ["calls.example", "ftp://calls.example", "https://calls.example/?a=b", "https://me@calls.example"] {
        says(&refused("", &[("RINGFOLD_PUBLIC_URL", url)]), &["RINGFOLD_PUBLIC_URL", "https://calls.example"]);
    }
}

#[test]
fn the_secret_key_is_never_shown() {
    let key = "0123456789abcdef".repeat(4);
    let config = load(&format!("secret_key = \"{key}\""), &[], Flags::default()).unwrap_or_else(|_| panic!());
    assert!(config.secret_key.is_some());
    assert!(config.rows().iter().all(|row| !row.value.contains(&key)));
    for text in ["secret_key = \"hunter2\"", "secret_key = 424242", "secret_key = \"hunter2"] {
        let message = refused(text, &[]);
        assert!(!message.contains("hunter2") && !message.contains("424242"), "{message}");
    }
    let message = refused("", &[("RINGFOLD_SECRET_KEY", "hunter2")]);
    says(&message, &["RINGFOLD_SECRET_KEY: ", "64 hexadecimal digits"]);
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn an_address_of_every_interface_is_shown_as_this_machine() {
    for (listen, url) in
        [("0.0.0.0:80", "http://127.0.0.1:80"), ("[::]:80", "http://[::1]:80"), ("10.0.0.1:1", "http://10.0.0.1:1")]
    {
        assert_eq!(url_of(listen.parse().unwrap()), url);
    }
}

#[test]
fn who_is_told_of_alerts_is_shown_without_what_may_be_a_secret() {
    let text = "[alerts]\nwebhook = \"https://alerts.example/hook/hunter2?key=hunter2\"\ntoken = \"hunter2-hunter2-hunter2\"\n";
    let config = load(text, &[], Flags::default()).unwrap_or_else(|exit| panic!("{exit:?}"));
    assert!(config.alerts.webhook.is_some() && config.alerts.token.is_some());
    let value = |key| config.rows().iter().find(|row| row.key == key).map(|row| row.value.clone()).unwrap();
    assert_eq!(
        (value("alerts.webhook").as_str(), value("alerts.token").as_str()),
        ("https://alerts.example/***", "***")
    );
    let variables = [("RINGFOLD_ALERTS__WEBHOOK", "http://127.0.0.1:1/hook")];
    assert!(load("", &variables, Flags::default()).is_ok());

    says(&refused("", &[("RINGFOLD_ALERTS__TOKEN", "hunter2-hunter2-hunter2")]), &["alerts.token", "alerts.webhook"]);
    for webhook in ["hunter2", "ftp://hunter2", "mailto:hunter2@example.com"] {
        let message = refused("", &[("RINGFOLD_ALERTS__WEBHOOK", webhook)]);
        says(&message, &["RINGFOLD_ALERTS__WEBHOOK: ", "https://alerts.example/hook"]);
        assert!(!message.contains("hunter2"), "{message}");
    }
    says(&refused("[alerts]\nwebhok = \"x\"\n", &[]), &[".toml:2: alerts.webhok", "`webhook`", "`token`"]);
}
